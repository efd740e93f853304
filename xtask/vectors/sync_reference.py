"""The sync client from its description, in plain Python: it is told what happened, and answers what to do.

Not the engine: the stream is parsed anew with every line, and the bounds on memory (`TOO_LARGE`) are not here, because
no vector is that large.
"""

import re
from dataclasses import dataclass

import event_stream
import reference
from sync_messages import Fault, expect, key_revisions, read_change, read_heartbeat, read_ready, stage
from sync_snapshot import read_snapshot

SILENCE = 45_000
HEALTH = 60_000
BACKOFF_MOST = 30_000
RETRY_MOST = 30_000
RETRY_AFTER_MOST = 300_000
POLITENESS = 1_000
LINE_MOST = 2 << 20
KINDS = ("disconnect", "connect", "error", "flags_changed", "status", "wake_at")


class Client:
    def __init__(self, seed):
        self.random = numbers(seed)
        self.state, self.stream = "IDLE", None
        self.id, self.flags = None, {}
        self.attempt, self.resume_from, self.full_replay = 0, None, False
        self.due, self.armed = None, None
        self.attempted, self.earliest = 0, None
        self.outputs, self.reported = {}, "CONNECTING"

    def start(self, now):
        if self.state == "IDLE":
            self.connect(now)

    def connected(self, now, status, content_type=None, retry_after=None):
        if self.state != "CONNECTING":
            return
        if status == 200 and is_event_stream(content_type):
            self.state, self.due, self.stream = "STREAMING", now + SILENCE, Stream()
        elif status in (401, 403):
            self.disconnect("REFUSED")
            self.wait(now + 60_000 + self.draw(240_000), 0)
        else:
            self.disconnect("NOT_AN_EVENT_STREAM" if status == 200 else "UNEXPECTED_STATUS")
            self.back_off(now, 0 if status == 200 else milliseconds(retry_after))

    def bytes(self, now, data):
        if self.state != "STREAMING" or data == b"":
            return
        self.due = now + SILENCE
        try:
            for event in self.stream.feed(data):
                self.event(now, **event)
        except Fault as fault:
            self.full_replay = True
            self.disconnect(str(fault))
            self.end_stream(now)

    def disconnected(self, now):
        if self.state == "CONNECTING":
            self.outputs["error"] = "CONNECTION_FAILED"
            self.back_off(now, 0)
        elif self.state == "STREAMING":
            if self.stream.retry is None:
                self.outputs["error"] = "CONNECTION_LOST"
            self.end_stream(now)

    def timeout(self, now):
        self.armed = None
        if self.due is None or now < self.due:
            return
        if self.state == "WAITING":
            self.connect(now)
            return
        self.disconnect("SILENT")
        if self.state == "CONNECTING":
            self.back_off(now, 0)
        else:
            self.end_stream(now)

    def retry(self, now):
        """The host asks not to wait: what the server asked for and politeness stay, the back-off is cut short."""
        if self.state == "WAITING":
            self.due = min(self.due, self.earliest)
            if now >= self.due:
                self.connect(now)

    def close(self):
        if self.state in ("CONNECTING", "STREAMING"):
            self.outputs["disconnect"] = True
        self.state, self.stream, self.due, self.armed = "CLOSED", None, None, None

    def import_snapshot(self, data):
        """Whether the snapshot replaced the flags; raises Fault where it is none."""
        found, flags = read_snapshot(data)
        if self.state in ("STREAMING", "CLOSED"):
            return False
        if self.id is not None and (found[0] != self.id[0] or found[1] <= self.id[1]):
            return False
        self.replace(found, flags)
        return True

    def poll(self):
        """What the host is to do, in the order in which it is told."""
        if self.status() != self.reported:
            self.outputs["status"] = self.reported = self.status()
        if self.due is not None and (self.armed is None or self.due < self.armed):
            self.outputs["wake_at"] = self.armed = self.due
        told, self.outputs = [{kind: self.outputs[kind]} for kind in KINDS if kind in self.outputs], {}
        return told

    def status(self):
        if self.state == "CLOSED":
            return "CLOSED"
        if self.stream is not None and self.stream.ready_since is not None:
            return "READY"
        return "CONNECTING" if self.id is None else "STALE"

    def connect(self, now):
        self.state, self.due, self.attempted = "CONNECTING", now + SILENCE, now
        self.resume_from = None if self.full_replay or self.id is None else "{}:{}".format(*self.id)
        self.outputs["connect"] = {"last_event_id": self.resume_from}

    def disconnect(self, error):
        self.outputs["disconnect"], self.outputs["error"] = True, error

    def end_stream(self, now):
        stream, self.stream = self.stream, None
        if stream.ready_since is not None and now - stream.ready_since >= HEALTH:
            self.attempt = 0
        self.back_off(now, min(stream.retry or 0, RETRY_MOST))

    def back_off(self, now, floor):
        delay = self.draw(min(BACKOFF_MOST, 1000 << self.attempt))
        self.attempt += 1
        self.wait(now + floor, delay)

    def wait(self, asked, delay):
        """Until a moment that the server asked for, and by a delay longer, which a host may cut short."""
        self.state, self.due = "WAITING", asked + delay
        self.earliest = max(asked, self.attempted + POLITENESS)

    def draw(self, most):
        return next(self.random) * (most + 1) >> 64

    def event(self, now, type, data, id):
        stream = self.stream
        match stream.phase, type:
            case _, "connected":
                stream.phase, stream.staged = "REPLAY", {}
            case "START", "resumed":
                expect(self.resume_from is not None and data == str(self.id[1]))
                self.go_live(now)
            case "REPLAY", "message":
                stage(data, stream.staged)
            case "REPLAY", "ready":
                found = read_ready(data, id, stream.staged)
                expect(self.id is None or found[0] != self.id[0] or found[1] >= self.id[1], "BEHIND")
                self.replace(found, stream.staged)
                self.full_replay = False
                self.go_live(now)
            case "LIVE", "message":
                self.apply(data, reference.parse_event_id(id))
            case "LIVE", "heartbeat":
                self.compare(data)
            case _, "message" | "ready" | "resumed" | "heartbeat":
                raise Fault("INVALID_STREAM")

    def go_live(self, now):
        self.stream.phase, self.stream.staged = "LIVE", None
        if self.stream.ready_since is None:
            self.stream.ready_since = now

    def apply(self, data, found):
        expect(found is not None and found[0] == self.id[0])
        if found[1] <= self.id[1]:
            return
        kind, key, flag = read_change(data)
        self.id = found
        if kind == "UPSERT":
            self.flags[key] = flag
            self.changed([key])
        elif kind == "DELETE" and self.flags.pop(key, None) is not None:
            self.changed([key])

    def compare(self, data):
        right = (self.id[1], reference.digest(key_revisions(self.flags)))
        expect(read_heartbeat(data) == right, "DIVERGED")

    def replace(self, found, flags):
        keys = {*self.flags, *flags}
        self.changed([key for key in keys if self.flags.get(key) != flags.get(key)])
        self.id, self.flags = found, dict(flags)

    def changed(self, keys):
        known = self.outputs.get("flags_changed", [])
        if keys:
            self.outputs["flags_changed"] = sorted({*known, *keys})


@dataclass
class Stream:
    """One connection's bytes. `feed` gives each event as soon as its last line is there."""

    phase: str = "START"
    staged: dict | None = None
    retry: int | None = None
    ready_since: int | None = None
    received: bytes = b""
    line: int = 0
    data: int = 0
    events: int = 0

    def feed(self, data):
        for part in re.findall(rb"[^\r\n]*[\r\n]|[^\r\n]+", data):
            self.received += part
            self.line += len(part.rstrip(b"\r\n"))
            expect(self.line + self.data <= LINE_MOST)
            if part[-1] not in b"\r\n":
                return
            self.line = 0
            events, self.retry = event_stream.parse(self.received)
            for event in events[self.events :]:
                self.events += 1
                yield event
            # Two line ends more would end the event under way: so much data it has by now.
            pending, _ = event_stream.parse(self.received + b"\n\n")
            self.data = sum(len(event["data"].encode()) for event in pending[self.events :])


def numbers(state):
    """SplitMix64: Steele, Lea, Flood, `Fast splittable pseudorandom number generators`, 2014."""
    while True:
        state = state + reference.GOLDEN & reference.MASK
        mixed = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & reference.MASK
        mixed = (mixed ^ mixed >> 27) * 0x94D049BB133111EB & reference.MASK
        yield mixed ^ mixed >> 31


def is_event_stream(content_type):
    return content_type is not None and content_type.partition(";")[0].rstrip(" \t").lower() == "text/event-stream"


def milliseconds(retry_after):
    seconds = retry_after or ""
    return min(int(seconds) * 1000, RETRY_AFTER_MOST) if re.fullmatch("[0-9]+", seconds) else 0


def check_reference():
    """Published values of SplitMix64, from the seed of Rosetta Code's task and from 0."""
    first = numbers(1234567)
    assert [next(first) for _ in range(3)] == [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert next(numbers(0)) == 0xE220A8397B1DCDAF
