"""Event ids, `<epoch>:<revision>`, and revisions."""

import re
from typing import NamedTuple

from fault import Wrong

MAX_REVISION = (1 << 53) - 1
_REVISION = re.compile(r"0|[1-9][0-9]{0,15}")
_EPOCH = re.compile(r"[A-Za-z0-9._-]{1,64}")


class EventId(NamedTuple):
    """A moment of a history."""

    epoch: str
    revision: int

    def __str__(self):
        return f"{self.epoch}:{self.revision}"


def parse_event_id(text):
    epoch, colon, revision = text.partition(":")
    if not colon or not _EPOCH.fullmatch(epoch):
        raise Wrong(f"{text[:80]!r} is no event id")
    return EventId(epoch, parse_revision(revision))


def parse_revision(text):
    if not _REVISION.fullmatch(text) or int(text) > MAX_REVISION:
        raise Wrong(f"{text[:80]!r} is no revision")
    return int(text)
