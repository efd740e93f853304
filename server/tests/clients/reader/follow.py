"""A client of a real server: the state machine with a socket, a clock and randomness. Usage: follow.py <server> <key>.

Commands on the standard input, each answered by lines of which the last is `end`:

show <event id>   once the client stands there: how each stream was opened, and each flag as a change, sorted by key
ask <question>    the answer to {"flag_key", "user_key", "attributes", "default"}, as JSON
beat              once another heartbeat agreed with what the client holds: every error so far
"""

import contextlib
import http.client
import json
import queue
import random
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

from evaluate import evaluate
from sync_client import NEVER, SyncClient

# How often a client that somebody waits for looks whether it may come back early, in seconds.
HURRY = 0.1


class Connection:
    """One request for the stream, in a thread of its own, which puts what happens into `inbox`."""

    def __init__(self, server, key, last_event_id, inbox):
        self._address, self._inbox = urlsplit(server), inbox
        self._headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {key}"}
        if last_event_id:
            self._headers["Last-Event-ID"] = last_event_id
        self._http = http.client.HTTPConnection(self._address.netloc)
        threading.Thread(target=self._run, daemon=True).start()

    def drop(self):
        with contextlib.suppress(OSError, AttributeError):
            self._http.sock.shutdown(socket.SHUT_RDWR)

    def _run(self):
        try:
            self._http.request("GET", f"{self._address.path}/stream", headers=self._headers)
            answer = self._http.getresponse()
            self._say("connected", answer.status, answer.getheader("Content-Type"), answer.getheader("Retry-After"))
            while data := answer.read1(65_536):
                self._say("bytes", data)
        except (OSError, http.client.HTTPException):
            pass
        self._say("disconnected")

    def _say(self, *what):
        self._inbox.put((self, *what))


class Follower:
    """Everything happens in one thread, which takes one input after the other."""

    def __init__(self, server, key):
        self._server, self._key = server, key
        self._inbox = queue.Queue()
        self._connection, self._wake_at, self._awaited = None, NEVER, None
        self._openings, self._errors, self._beats = [], [], 0
        self._client = SyncClient(random.getrandbits(64), self._observe)
        threading.Thread(target=self._read_commands, daemon=True).start()

    def run(self):
        self._client.start(_now())
        while True:
            self._act()
            try:
                source, what, *arguments = self._inbox.get(timeout=self._patience())
            except queue.Empty:
                if _now() >= self._wake_at:
                    self._wake_at = NEVER
                    self._client.timeout(_now())
                else:
                    self._client.retry(_now())
                continue
            if what == "command":
                self._command(*arguments)
            elif what == "over":
                return
            elif source is self._connection:
                getattr(self._client, what)(_now(), *arguments)

    def _patience(self):
        seconds = max(0.0, (self._wake_at - _now()) / 1000)
        return min(seconds, HURRY) if self._awaited else min(seconds, 3600)

    def _act(self):
        """Does what the client asks for, and answers who waits."""
        for output, value in self._client.outputs():
            if output == "disconnect":
                self._connection.drop()
                self._connection = None
            elif output == "connect":
                self._connection = Connection(self._server, self._key, value["last_event_id"], self._inbox)
            elif output == "wake_at":
                self._wake_at = value
            elif output == "error":
                self._errors.append(value)
        if self._awaited and (lines := self._awaited()) is not None:
            self._awaited = None
            print(*lines, "end", sep="\n", flush=True)

    def _observe(self, event):
        if event.kind == "connected":
            self._openings.append("connected")
        elif event.kind == "resumed":
            self._openings.append(f"resumed {event.data}")
        elif event.kind == "heartbeat":
            self._beats += 1

    def _command(self, line):
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "show":
            self._awaited = lambda: self._changes() if str(self._client.flags.id) == rest else None
        elif word == "ask":
            self._awaited = lambda: [json.dumps(self._answer(**json.loads(rest)))]
        elif word == "beat":
            seen = self._beats
            self._awaited = lambda: self._errors if self._beats > seen else None

    def _changes(self):
        flags = self._client.flags.by_key
        return [*self._openings, *(f'{{"type":"UPSERT","flag":{flags[key].document}}}' for key in sorted(flags))]

    def _answer(self, flag_key, user_key, attributes, default):
        return evaluate(self._client.flags.by_key.get(flag_key), user_key, attributes, default)._asdict()

    def _read_commands(self):
        for line in sys.stdin:
            self._inbox.put((None, "command", line))
        self._inbox.put((None, "over"))


def _now():
    return time.monotonic_ns() // 1_000_000


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    Follower(*sys.argv[1:]).run()
