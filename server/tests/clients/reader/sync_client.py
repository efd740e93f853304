"""The client as a state machine: what happens and when, in; what to do and to know, out. It has no socket and no clock."""

import re

import snapshot
from backoff import Backoff
from event_stream import EventStream
from fault import Fault
from session import Flags, Session

SILENCE = 45_000
HEALTH = 60_000
POLITENESS = 1_000
MAX_RETRY = 30_000
MAX_RETRY_AFTER = 300
MAX_EVENT = 2 << 20
NEVER = float("inf")
_DIGITS = re.compile(r"[0-9]+")


class SyncClient:
    """Every `now` is in milliseconds. After each input `outputs` gives what there is to do, in order."""

    def __init__(self, seed, observe=lambda event: None):
        self.flags = Flags()
        self._observe = observe
        self._backoff = Backoff(seed)
        self._state = "idle"
        self._session = self._stream = None
        self._in_doubt = False
        self._due = self._armed = self._healthy_from = NEVER
        self._earliest = 0
        self._told = "CONNECTING"
        self._disconnect, self._connect, self._error = False, None, None

    @property
    def status(self):
        if self._state == "closed":
            return "CLOSED"
        if self._session is not None and self._session.is_live:
            return "READY"
        return "CONNECTING" if self.flags.id is None else "STALE"

    def start(self, now):
        if self._state == "idle":
            self._open(now)

    def connected(self, now, status, content_type=None, retry_after=None):
        if self._state != "connecting":
            return
        if status == 200 and _is_event_stream(content_type or ""):
            self._state, self._due = "streaming", now + SILENCE
            return
        self._disconnect = True
        if status == 200:
            self._fail("NOT_AN_EVENT_STREAM")
            self._wait(now, 0, self._backoff.next_delay())
        elif status in (401, 403):
            self._fail("REFUSED")
            self._wait(now, self._backoff.refused_delay(), 0)
        else:
            self._fail("UNEXPECTED_STATUS")
            seconds = retry_after if retry_after and _DIGITS.fullmatch(retry_after) else "0"
            seconds = min(int(seconds[:400]), MAX_RETRY_AFTER)
            self._wait(now, seconds * 1_000, self._backoff.next_delay())

    def bytes(self, now, data):
        if self._state != "streaming" or not data:
            return
        fault = None
        try:
            for event in self._stream.feed(data):
                self._session.handle(event)
                self._observe(event)
        except Fault as found:
            fault = found
        self._due = now + SILENCE
        if self._session.is_live:
            self._in_doubt = False
            self._healthy_from = min(self._healthy_from, now + HEALTH)
        if fault is not None:
            self._in_doubt = True
            self._drop(now, fault.code)

    def disconnected(self, now):
        if self._state == "connecting":
            self._fail("CONNECTION_FAILED")
        elif self._state != "streaming":
            return
        elif self._stream.retry is None:
            self._fail("CONNECTION_LOST")
        self._back_off(now)

    def timeout(self, now):
        self._armed = NEVER
        if now < self._due:
            return
        if self._state == "waiting":
            self._open(now)
        elif self._state in ("connecting", "streaming"):
            self._drop(now, "SILENT")

    def retry(self, now):
        """The host is in a hurry."""
        if self._state == "waiting":
            self._due = min(self._due, self._earliest)
            if self._due <= now:
                self._open(now)

    def close(self):
        if self._state in ("connecting", "streaming"):
            self._hang_up()
        self._session = None
        self._state, self._due = "closed", NEVER

    def import_snapshot(self, text):
        """Whether its flags were taken. Raises a Fault where it is none."""
        replay = snapshot.replay_of(text)
        if self._state in ("streaming", "closed"):
            return False
        return snapshot.take(replay, self.flags, MAX_EVENT)

    def outputs(self):
        if self._disconnect:
            self._disconnect = False
            yield "disconnect", True
        if self._connect is not None:
            asked_from, self._connect = self._connect, None
            yield "connect", {"last_event_id": str(asked_from) if asked_from else None}
        if self._error is not None:
            error, self._error = self._error, None
            yield "error", error
        if self.flags.changed:
            changed, self.flags.changed = sorted(self.flags.changed), set()
            yield "flags_changed", changed
        if self.status != self._told:
            self._told = self.status
            yield "status", self._told
        if self._due < self._armed:
            self._armed = self._due
            yield "wake_at", self._armed

    def _open(self, now):
        asked_from = None if self._in_doubt else self.flags.id
        self._session = Session(self.flags, asked_from)
        self._stream = EventStream(MAX_EVENT)
        self._healthy_from = NEVER
        self._state, self._due = "connecting", now + SILENCE
        self._earliest = now + POLITENESS
        self._connect = asked_from or False

    def _drop(self, now, code):
        self._hang_up()
        self._fail(code)
        self._back_off(now)

    def _hang_up(self):
        self._disconnect |= self._connect is None
        self._connect = None

    def _back_off(self, now):
        if self._healthy_from <= now:
            self._backoff.reset()
        asked = min(self._stream.retry or 0, MAX_RETRY)
        self._wait(now, asked, self._backoff.next_delay())

    def _wait(self, now, asked, delay):
        """`asked` is what cannot be hurried."""
        self._session, self._healthy_from = None, NEVER
        self._state, self._due = "waiting", now + asked + delay
        self._earliest = max(self._earliest, now + asked)

    def _fail(self, code):
        self._error = code


def _is_event_stream(content_type):
    return re.split(r"[; \t]", content_type, maxsplit=1)[0].lower() == "text/event-stream"
