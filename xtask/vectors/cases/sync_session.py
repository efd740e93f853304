"""Cases of sync_session.json: sessions of the sync client, step by step, with what it answers to each.

The sessions are in session_*.py, in the words of session_script.py. Those of a host that hurries are in sync_retry.py.
"""

import base64

from cases import session_connection, session_framing, session_live, session_replay, session_snapshot, session_time
from cases.flag_case import Template
from sync_messages import Fault, key_revisions
from sync_reference import KINDS, Client

KIND = "sync_session"
WHAT = "Sessions of the sync client: each input with its time, what the client answers, and what it holds at the end."
GROUPS = [session_replay, session_live, session_framing, session_connection, session_time, session_snapshot]


def cases():
    return played(session for group in GROUPS for session in group.rows())


def played(sessions):
    """The sessions as vectors, once the reference agrees with each of their steps."""
    for case in sessions:
        times = [step["at"] for step in case["steps"]]
        assert times == sorted(times), f"{case['name']}: time goes back"
        client = Client(int(case["seed"], 16))
        for place, step in enumerate(case["steps"]):
            outputs = play(client, step, bytes_of(step))
            assert outputs == step["outputs"], f"{case['name']}: step {place} gives {outputs}, not {step['outputs']}"
        end = {
            "flags": key_revisions(client.flags),
            "id": "{}:{}".format(*client.id) if client.id else None,
            "status": client.status(),
        }
        held = {name: case[name] for name in end}
        assert end == held, f"{case['name']}: ends with {end}, not {held}"
        yield {**case, "any_cut": True} if any_cut(case) else case


def bytes_of(step):
    if "b64" in step:
        return base64.b64decode(step["b64"])
    if "text_template" in step:
        return Template(**step["text_template"]).text().encode()
    return step.get("text", "").encode()


def play(client, step, data):
    at = step["at"]
    match step["do"]:
        case "start":
            client.start(at)
        case "connected":
            client.connected(at, step["status"], step.get("content_type"), step.get("retry_after"))
        case "bytes":
            client.bytes(at, data)
        case "disconnected":
            client.disconnected(at)
        case "timeout":
            client.timeout(at)
        case "retry":
            client.retry(at)
        case "close":
            client.close()
        case "import":
            try:
                accepted = client.import_snapshot(data)
            except Fault:
                accepted = "error"
            assert accepted == step["accepted"], f"snapshot: {accepted}"
    return client.poll()


def any_cut(case):
    """Whether the session has bytes, and also holds byte by byte; not tried where a step is megabytes long."""
    if not any(len(bytes_of(step)) > 1 for step in case["steps"] if step["do"] == "bytes"):
        return False
    client = Client(int(case["seed"], 16))
    for step in case["steps"]:
        if "text_template" in step:
            return False
        data = bytes_of(step)
        pieces = [data[place : place + 1] for place in range(len(data))] if step["do"] == "bytes" else [data]
        outputs = [output for piece in pieces or [data] for output in play(client, step, piece)]
        if joined(outputs) != step["outputs"]:
            return False
    return True


def joined(outputs):
    """The outputs of several inputs as those of one: in order of their kinds, the keys of all changes together."""
    keys = sorted({key for output in outputs for key in output.get("flags_changed", [])})
    others = [output for output in outputs if "flags_changed" not in output]
    united = [*others, {"flags_changed": keys}] if keys else others
    return sorted(united, key=lambda output: KINDS.index(*output))
