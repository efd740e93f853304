"""Rebuilds the flags from the stream as PyPI's `httpx-sse`, or curl, reads it.

Usage: rebuild.py (httpx|curl) <url> <key>. A line `show <event id>` on the standard input is answered, as soon as the
stream has reached that id, with how the stream was opened each time, the change behind each flag as it was received,
and `end`.
"""

import json
import subprocess
import sys
import threading
import time

import httpx
import httpx_sse

PAUSE_BEFORE_RECONNECT = 0.2


class Store:
    """The flags by key, each as the data of its last change."""

    def __init__(self):
        self.openings = []
        self.flags = {}
        self.staging = None
        self.reached = ""
        self.moved = threading.Condition()

    def take(self, kind, data, last_id):
        with self.moved:
            if kind == "connected":
                self.openings.append(kind)
                self.staging = {}
            elif kind == "resumed":
                self.openings.append(f"resumed {data}")
                self.staging = None
            elif kind == "ready":
                self.flags, self.staging = self.staging, None
            elif kind == "message":
                self.apply(json.loads(data), data)
            if self.staging is None and last_id:
                self.reached = last_id
                self.moved.notify_all()

    def apply(self, change, data):
        if change["type"] == "UPSERT":
            store = self.flags if self.staging is None else self.staging
            store[change["flag"]["key"]] = data
        elif change["type"] == "DELETE":
            del self.flags[change["key"]]

    def show(self, event_id):
        with self.moved:
            self.moved.wait_for(lambda: self.reached == event_id)
            changes = [self.flags[key] for key in sorted(self.flags)]
            print(*self.openings, *changes, "end", sep="\n", flush=True)


def read_with_httpx(url, headers):
    """Kind, data and last id of each event."""
    with (
        httpx.Client(timeout=60, trust_env=False) as client,
        httpx_sse.connect_sse(client, "GET", url, headers=headers) as source,
    ):
        source.response.raise_for_status()
        for event in source.iter_sse():
            # The library hands out events without data too, which the standard drops.
            if event.data:
                yield event.event, event.data, event.id


def read_with_curl(url, headers):
    """Kind, data and last id of each event; curl leaves the reading of lines to its caller."""
    options = [word for name, value in headers.items() for word in ("--header", f"{name}: {value}")]
    command = ["curl", "--no-buffer", "--silent", "--fail", "--noproxy", "*", *options, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as curl:
        fields, last_id = {}, ""
        for line in curl.stdout:
            if line == b"\n":
                last_id = fields.get("id", last_id)
                if "data" in fields:
                    yield fields.get("event", "message"), fields["data"], last_id
                fields = {}
            elif line.endswith(b"\n"):
                name, _, value = line.decode().rstrip("\n").partition(": ")
                assert name not in fields, f"a second {name} in one event"
                fields[name] = value


def follow(read, url, key, store):
    """Reads the stream, and comes back to it for ever."""
    while True:
        headers = {"Authorization": f"Bearer {key}"}
        if store.reached:
            headers["Last-Event-ID"] = store.reached
        try:
            for event in read(url, headers):
                store.take(*event)
        except httpx.TransportError:
            pass
        time.sleep(PAUSE_BEFORE_RECONNECT)


def main():
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    _, client, url, key = sys.argv
    store = Store()
    read = {"httpx": read_with_httpx, "curl": read_with_curl}[client]
    threading.Thread(target=follow, args=(read, url, key, store), daemon=True).start()
    for line in sys.stdin:
        store.show(line.removeprefix("show ").rstrip("\n"))


main()
