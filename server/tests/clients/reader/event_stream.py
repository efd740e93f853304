"""The parser of event streams: bytes in, cut anywhere; events out."""

import codecs
import re
from typing import NamedTuple

from fault import Wrong

_LINE_END = re.compile(r"[\n\r]")
_DIGITS = re.compile(r"[0-9]+")


class Event(NamedTuple):
    """One event, and the last event id of the stream when it was complete."""

    kind: str
    data: str
    id: str


class EventStream:
    """One stream. `limit` bounds the data of an event and the line behind it."""

    def __init__(self, limit):
        self.limit = limit
        self.retry = None
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._has_begun = self._after_return = False
        self._line, self._line_size = [], 0
        self._kind, self._data, self._data_size, self._id, self._next_id = "", [], 0, "", ""

    def feed(self, data):
        """The events that the bytes complete, one by one as they are asked for."""
        text = self._decoder.decode(data)
        if text and not self._has_begun:
            self._has_begun = True
            text = text.removeprefix("\ufeff")
        at = 0
        while at < len(text):
            if self._after_return:
                self._after_return = False
                if text[at] == "\n":
                    at += 1
                    continue
            end = _LINE_END.search(text, at)
            part = text[at : end.start() if end else len(text)]
            self._line.append(part)
            self._line_size += len(part.encode())
            if self._line_size + self._data_size > self.limit:
                raise Wrong(f"an event of more than {self.limit} bytes")
            if not end:
                return
            at = end.end()
            self._after_return = end.group() == "\r"
            line = "".join(self._line)
            self._line, self._line_size = [], 0
            if line:
                self._field(line)
                continue
            self._id = self._next_id
            kind, lines = self._kind or "message", self._data
            self._kind, self._data, self._data_size = "", [], 0
            if lines:
                yield Event(kind, "\n".join(lines), self._id)

    def _field(self, line):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data_size += len(value.encode()) + (1 if self._data else 0)
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id" and "\0" not in value:
            self._next_id = value
        elif name == "retry" and _DIGITS.fullmatch(value):
            self.retry = int(value) if len(value) < 20 else 2**64 - 1
