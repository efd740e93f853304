"""Runs the C example against a real server: python3 example.py SERVER EXAMPLE, the paths of two programs."""

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

KEY = "full/key+1"
DEADLINE = 20


def free_port():
    with socket.socket() as probe:
        for port in range(22000 + os.getpid() % 4000, 32000):
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    sys.exit("no free port between 22000 and 32000")


class Program:
    """A child process whose lines are waited for."""

    def __init__(self, words, folder, **environment):
        self.lines = queue.Queue()
        self.process = subprocess.Popen(
            words, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def says(self, expected):
        """Waits for a line that begins so; what comes before it is passed over."""
        said, end = [], time.monotonic() + DEADLINE
        while True:
            try:
                said.append(self.lines.get(timeout=max(0, end - time.monotonic())))
            except queue.Empty:
                sys.exit(f"{expected!r} was not said, but {said}")
            if said[-1].startswith(expected):
                return said[:-1]

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(DEADLINE)


def start_server(path, folder, port):
    server = Program([path], folder, HOST="127.0.0.1", PORT=str(port), SDK_KEY=KEY, DATABASE_URL=f"sqlite:{folder}/flags.db")
    end = time.monotonic() + DEADLINE
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz").close()
            return server
        except (urllib.error.URLError, ConnectionError):
            if server.process.poll() is not None or time.monotonic() > end:
                sys.exit(f"the server did not start: {list(server.lines.queue)}")
            time.sleep(0.01)


def put(port, **fields):
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    body = json.dumps({"key": "new_checkout", **fields}).encode()
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}/api/flags", body, headers)).close()


def main():
    server_path, example_path = map(os.path.abspath, sys.argv[1:])
    running = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            port = free_port()
            running.append(start_server(server_path, folder, port))
            put(port, is_enabled=True, rollout_percentage=0, rules=[{"attribute": "plan", "operator": "Equals", "values": ["pro"]}])
            words = [example_path, f"http://127.0.0.1:{port}", "new_checkout", "ann", "plan=pro"]

            refused = Program(words, folder, SDK_KEY="another")
            running.append(refused)
            refused.says("REFUSED ")
            assert refused.end(signal.SIGTERM) == 0

            follower = Program(words, folder, SDK_KEY=KEY)
            running.append(follower)
            follower.says("new_checkout is on for ann")
            put(port, is_enabled=False)
            follower.says("new_checkout is off for ann")

            assert running[0].end(signal.SIGKILL) == -signal.SIGKILL
            follower.says("the flags are the last known ones")
            running.append(start_server(server_path, folder, port))
            follower.says("the flags are current")
            put(port, is_enabled=True)
            follower.says("new_checkout is on for ann")
            assert follower.end(signal.SIGTERM) == 0
        finally:
            for program in running:
                program.process.kill()
                program.process.wait()
    print("the example follows the server, over a restart of it too")


main()
