"""The event-stream format as the HTML standard words it (section 9.2, server-sent events), over a whole stream at once.

Not incremental and not bounded: it only says what the events are.
"""


def parse(stream):
    """(events, retry): each event's type, data and last event ID at dispatch; the last reconnection time set, or None."""
    text = stream.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # What follows the last line end is an unfinished line, and unfinished means discarded.
    unfinished = lines.pop()
    del unfinished
    events, retry, last_event_id = [], None, ""
    event_type, data = "", ""
    for line in lines:
        if line == "":
            if data != "":
                events.append({"type": event_type or "message", "data": data.removesuffix("\n"), "id": last_event_id})
            event_type, data = "", ""
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            event_type = value
        elif field == "data":
            data += value + "\n"
        elif field == "id" and "\0" not in value:
            last_event_id = value
        elif field == "retry" and value != "" and value.isascii() and value.isdigit():
            retry = int(value)
    return events, retry
