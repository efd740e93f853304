"""Holds the reader to the test vectors. Usage: vectors.py <folder>. Prints the number of cases for each file."""

import base64
import itertools
import json
import sys
from pathlib import Path

from digest import digest
from evaluate import Answer, evaluate, matches
from event_id import parse_event_id
from event_stream import EventStream
from fault import Fault
from flag import Rule, read_flag
from json_text import parse_document
from murmur3 import bucket, murmur3
from snapshot import export
from sync_client import SyncClient

KINDS = ["disconnect", "connect", "error", "flags_changed", "status", "wake_at"]
ANY_LIMIT = 1 << 30


def hash_case(case):
    data = bytes.fromhex(case["input_hex"]) if "input_hex" in case else case["input"].encode()
    same(murmur3(data, case["seed"]), case["hash"])


def bucket_case(case):
    repeat = case.get("user_key_repeat")
    user_key = repeat["text"] * repeat["times"] if repeat else case["user_key"]
    same(murmur3(f"{case['flag_key']}:{user_key}".encode()), case["hash"])
    same(bucket(case["flag_key"], user_key), case["bucket_thousandths"])
    for rollout in case["in_rollout"]:
        share = rollout["rollout_thousandths"]
        flag = flag_of({"key": case["flag_key"], "is_enabled": True, "rollout_percentage": None})._replace(rollout=share)
        same(evaluate(flag, user_key, {}, None).enabled, rollout["enabled"])


def rule_case(case):
    same(matches(Rule(**case["rule"]), case["attributes"]), case["matches"])


def evaluation_case(case):
    flags = {document["key"]: flag_of(document) for document in case["flags"]}
    question = case["user_key"], case["attributes"], case["default_value"]
    expect = case["expect"]
    answer = Answer(expect["enabled"], expect["reason"], expect["rule_index"], expect["bucket_thousandths"])
    same(evaluate(flags.get(case["flag_key"]), *question), answer)


def flag_json_case(case):
    """As the flag of an UPSERT in a stream. What is strict alone is the server's matter."""
    if case["mode"] == "strict":
        return
    document = bytes.fromhex(case["json_hex"]) if "json_hex" in case else text_of(case, "json").encode()
    lines = document.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    data = b'{"type":"UPSERT","flag":' + b"\ndata: ".join(lines) + b"}"
    client = SyncClient(0)
    client.start(0)
    client.connected(0, 200, "text/event-stream")
    client.bytes(0, b"event: connected\ndata: true\n\ndata: " + data + b"\n\n")
    client.bytes(0, b'id: e:1\nevent: ready\ndata: {"revision":1,"flags":1}\n\n')
    same(client.status == "READY", case.get("stream", case["accepted"]))


def sse_case(case):
    data = base64.b64decode(case["input_b64"])
    expected = [(event["type"], event["data"], event["id"]) for event in case["events"]]
    cuts = [[data], [data[at : at + 1] for at in range(len(data))], *([data[:at], data[at:]] for at in range(len(data)))]
    for pieces in cuts:
        stream = EventStream(ANY_LIMIT)
        same([tuple(event) for piece in pieces for event in stream.feed(piece)], expected)
        same(stream.retry, case.get("retry"))


def digest_case(case):
    same(digest(case["flags"]), case["digest"])


def event_id_case(case):
    read = try_to(parse_event_id, case["text"])
    same(read and tuple(read), (case["epoch"], case["revision"]) if case["valid"] else None)


def session_case(case):
    play(case, whole)
    if "any_cut" in case:
        play(case, byte_by_byte)


def play(case, feed):
    client = SyncClient(int(case["seed"], 16))
    for number, step in enumerate(case["steps"]):
        outputs = do(client, step, feed)
        same(outputs, [next(iter(output.items())) for output in step["outputs"]], f"step {number}")
    same([list(flag) for flag in client.flags.standing()], case["flags"])
    same(client.flags.id and str(client.flags.id), case["id"])
    same(client.status, case["status"])


def do(client, step, feed):
    now, kind = step["at"], step["do"]
    if kind == "bytes":
        data = base64.b64decode(step["b64"]) if "b64" in step else text_of(step, "text").encode()
        return feed(client, now, data)
    if kind == "connected":
        client.connected(now, step["status"], step.get("content_type"), step.get("retry_after"))
    elif kind == "import":
        taken = try_to(client.import_snapshot, step["text"])
        same("error" if taken is None else taken, step["accepted"])
    elif kind == "close":
        client.close()
    else:
        getattr(client, kind)(now)
    return list(client.outputs())


def whole(client, now, data):
    client.bytes(now, data)
    return list(client.outputs())


def byte_by_byte(client, now, data):
    """All that the bytes bring, put together as the README of the vectors says."""
    pieces = [data[at : at + 1] for at in range(len(data))] or [data]
    outputs = list(itertools.chain.from_iterable(whole(client, now, piece) for piece in pieces))
    changed = sorted({key for kind, keys in outputs if kind == "flags_changed" for key in keys})
    others = [output for output in outputs if output[0] != "flags_changed"]
    joined = others + ([("flags_changed", changed)] if changed else [])
    return sorted(joined, key=lambda output: KINDS.index(output[0]))


def snapshot_case(case):
    client = SyncClient(0)
    taken = try_to(client.import_snapshot, case["text"])
    if case["outcome"] == "refused":
        same((taken, client.flags.id), (None, None))
        return
    same((taken, str(client.flags.id)), (True, case["id"]))
    same([list(flag) for flag in client.flags.standing()], case["flags"])
    same(export(client.flags), case["text"] if case["canonical"] else case["export"])


def flag_of(document):
    return read_flag(parse_document(json.dumps(document)))


def text_of(case, field):
    """The field's text, or what its template makes."""
    if field in case:
        return case[field]
    template = case[f"{field}_template"]
    middle = template["separator"].join([template["repeat"]] * template["times"])
    return template["prefix"] + middle + template["suffix"]


def try_to(act, *arguments):
    """None where it is a fault."""
    try:
        return act(*arguments)
    except Fault:
        return None


def same(found, expected, where=""):
    if found != expected:
        raise AssertionError(f"{where} {str(found)[:400]}, not {str(expected)[:400]}".strip())


REPLAYS = {
    "hash": hash_case,
    "bucket": bucket_case,
    "rule": rule_case,
    "evaluation": evaluation_case,
    "flag_json": flag_json_case,
    "sse": sse_case,
    "digest": digest_case,
    "event_id": event_id_case,
    "sync_session": session_case,
    "snapshot": snapshot_case,
}


def main():
    folder = Path(sys.argv[1])
    failed = []
    for entry in json.loads((folder / "index.json").read_text())["files"]:
        cases = json.loads((folder / entry["file"]).read_text())["cases"]
        same(len(cases), entry["cases"], entry["file"])
        for case in cases:
            try:
                REPLAYS[entry["kind"]](case)
            except Exception as error:
                failed.append(f"{entry['file']}: {case['name']}: {type(error).__name__}: {error}")
        print(f"{len(cases):5} {entry['file']}")
    sys.exit("\n".join(failed) if failed else 0)


if __name__ == "__main__":
    main()
