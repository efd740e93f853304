"""Last-known flags as a text: a replay between a line with the version and a seal."""

from event_stream import EventStream
from fault import Wrong
from murmur3 import murmur3
from session import Session

SEAL = 12


def export(flags):
    """None where there never were any."""
    if flags.id is None:
        return None
    documents = [flags.by_key[key].document.replace("\n", "\t") for key in sorted(flags.by_key)]
    upserts = "".join(f'data: {{"type":"UPSERT","flag":{document}}}\n\n' for document in documents)
    text = (
        f": sidekick-snapshot 2\nevent: connected\ndata: true\n\n{upserts}id: {flags.id}\nevent: ready\n"
        f'data: {{"revision":{flags.id.revision},"flags":{len(flags.by_key)}}}\n\n'
    )
    return f"{text}{_seal(text.encode())}\n"


def replay_of(text):
    """The bytes of the stream that a snapshot holds, if its seal is right."""
    data = text.encode()
    if data[-SEAL:] != f"{_seal(data[:-SEAL])}\n".encode():
        raise Wrong("this is no snapshot of version 2, or it was changed")
    return data[:-SEAL]


def take(replay, flags, limit):
    """Puts the flags of a replay into `flags`, where they are newer; answers whether they were."""
    before = flags.id, flags.by_key
    session, stream = Session(flags, is_snapshot=True), EventStream(limit)
    for event in stream.feed(replay):
        session.handle(event)
    if not session.is_live:
        raise Wrong("this snapshot has no end")
    return (flags.id, flags.by_key) != before


def _seal(data):
    return f"2{murmur3(data):010}"
