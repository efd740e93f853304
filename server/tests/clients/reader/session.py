"""One stream's events, and what each does to the flags."""

from digest import digest
from event_id import EventId, parse_event_id, parse_revision
from fault import Behind, Diverged, TooLarge, Wrong
from flag import read_change
from json_text import expect, fields_of, parse_document

MAX_FLAGS = 100_000
MAX_BYTES = 64 << 20


class Flags:
    """The live set: flags by key, and where it stands; `id` is None before the first."""

    def __init__(self):
        self.by_key = {}
        self.id = None
        self.changed = set()

    def replace(self, staged, event_id):
        before = {key: flag.document for key, flag in self.by_key.items()}
        after = {key: flag.document for key, flag in staged.items()}
        self.changed |= {key for key in {*before, *after} if before.get(key) != after.get(key)}
        self.by_key, self.id = staged, event_id

    def standing(self):
        """Key and revision of each flag, sorted by key."""
        return sorted((flag.key, flag.revision) for flag in self.by_key.values())


class Session:
    """Where a stream stands in the protocol."""

    def __init__(self, flags, asked_from=None, is_snapshot=False):
        self.flags = flags
        self.asked_from = asked_from
        self.is_snapshot = is_snapshot
        self.is_live = False
        self._staged = None
        self._staged_count = self._staged_bytes = 0

    def handle(self, event):
        match event.kind:
            case _ if self.is_snapshot and self.is_live:
                # Its replay is over.
                pass
            case "connected":
                self._staged, self._staged_count, self._staged_bytes = {}, 0, 0
            case "resumed" if self._staged is None and not self.is_live:
                self._resume(event)
            case "message" if self._staged is not None:
                self._stage(event)
            case "ready" if self._staged is not None:
                self._commit(event)
            case "message" if self.is_live:
                self._apply(event)
            case "heartbeat" if self.is_live and self._staged is None:
                self._compare(event)
            case "resumed" | "message" | "ready" | "heartbeat":
                raise Wrong(f"{event.kind} out of turn")

    def _resume(self, event):
        revision = parse_revision(event.data)
        if self.asked_from is None or revision != self.flags.id.revision:
            raise Wrong("resumed from where nobody stands")
        self.is_live = True

    def _stage(self, event):
        change = read_change(parse_document(event.data))
        if change.key is not None:
            raise Wrong("DELETE in a replay")
        if change.flag is not None:
            self._staged[change.flag.key] = change.flag
            self._staged_count += 1
            self._staged_bytes += len(change.flag.document)
            _check_size(self._staged_count, self._staged_bytes)

    def _commit(self, event):
        event_id = parse_event_id(event.id)
        ready = dict(fields_of(parse_document(event.data)))
        if _number(ready, "revision") != event_id.revision:
            raise Wrong("ready of another revision than its id")
        staged, self._staged = self._staged, None
        if _number(ready, "flags") != len(staged):
            raise Wrong(f"ready of another count than {len(staged)}")
        own = self.flags.id
        is_known = own is not None and own.epoch == event_id.epoch
        if self.is_snapshot:
            is_wanted = own is None or (is_known and event_id.revision > own.revision)
        elif is_known and event_id.revision < own.revision:
            raise Behind(f"a replay of {event_id}, older than {own}")
        else:
            is_wanted = True
        if is_wanted:
            self.flags.replace(staged, event_id)
        self.is_live = True

    def _apply(self, event):
        event_id = parse_event_id(event.id)
        flags = self.flags
        if event_id.epoch != flags.id.epoch:
            raise Wrong("a change of another epoch")
        if event_id.revision <= flags.id.revision:
            return
        change = read_change(parse_document(event.data))
        if change.flag is not None:
            after = {**flags.by_key, change.flag.key: change.flag}
            _check_size(len(after), sum(len(flag.document) for flag in after.values()))
            flags.by_key = after
            flags.changed.add(change.flag.key)
        elif change.key is not None and flags.by_key.pop(change.key, None):
            flags.changed.add(change.key)
        flags.id = EventId(event_id.epoch, event_id.revision)

    def _compare(self, event):
        beat = dict(fields_of(parse_document(event.data)))
        revision = _number(beat, "revision")
        server = expect(beat["digest"], "string") if "digest" in beat else ""
        if len(server) != 16 or not set(server) <= set("0123456789abcdef"):
            raise Wrong(f"{server[:80]!r} is no digest")
        own = digest(self.flags.standing())
        if (revision, server) != (self.flags.id.revision, own):
            raise Diverged(f"the server is at {revision} {server}, this client at {self.flags.id} {own}")


def _number(fields, name):
    if name not in fields:
        raise Wrong(f"{name} is missing")
    return parse_revision(expect(fields[name], "number"))


def _check_size(flags, size):
    if flags > MAX_FLAGS or size > MAX_BYTES:
        raise TooLarge(f"{flags} flags of {size} bytes")
