"""Turns the vectors of `core-nostd/tests/vectors` into lines that `c/replay.cc` reads without a JSON reader.

A line is a word and its arguments, with blanks between. A text is its bytes in hexadecimal behind an `x`; `-` is no text.
"""

import base64
import json
import re
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "core-nostd" / "tests" / "vectors"
REASONS = ["FLAG_NOT_FOUND", "DISABLED", "TARGETING_MATCH", "SPLIT", "STATIC"]
# The hash is seen by nobody outside of the engine; the buckets show it.
UNSEEN = ["murmur3"]


def hexed(text):
    if text is None:
        return "-"
    return "x" + (text if isinstance(text, bytes) else text.encode()).hex()


def expanded(template):
    return template["prefix"] + template["separator"].join([template["repeat"]] * template["times"]) + template["suffix"]


def bytes_of(value, text="text", b64="b64", hexadecimal="json_hex", template="text_template"):
    if b64 in value:
        return base64.b64decode(value[b64])
    if hexadecimal in value:
        return bytes.fromhex(value[hexadecimal])
    if template in value:
        return expanded(value[template]).encode()
    return value.get(text, "").encode()


def replay(flags, revision):
    upserts = [b'data: {"type":"UPSERT","flag":' + json.dumps(flag).encode() + b"}\n\n" for flag in flags]
    ready = f'id: e:{revision}\nevent: ready\ndata: {{"revision":{revision},"flags":{len(flags)}}}\n\n'
    return b"event: connected\ndata: true\n\n" + b"".join(upserts) + ready.encode()


def streaming(stream):
    """A fresh client whose stream begins with these bytes."""
    return ["new 0", "start 0", f"connected 1 200 {hexed('text/event-stream')} -", f"bytes 2 {hexed(stream)}"]


def pairs(attributes):
    return "".join(f" {hexed(name)} {hexed(value)}" for name, value in attributes.items())


def evaluation(case):
    flags = list({flag["key"]: flag for flag in case["flags"]}.values())
    yield from streaming(replay(flags, 100))
    expect = case["expect"]
    detail = expect["rule_index"] if expect["rule_index"] is not None else expect["bucket_thousandths"] or 0
    answer = int(expect["enabled"]) | REASONS.index(expect["reason"]) << 1 | detail << 4
    question = f"{hexed(case['flag_key'])} {hexed(case['user_key'])} {int(case['default_value'])}"
    yield f"answers {answer} {question}{pairs(case['attributes'])}"
    fixed = case["static_answer"]
    if flags:
        yield f"fixed {hexed(case['flag_key'])} {'-' if fixed is None else int(fixed)}"


def rules(case):
    flag = {"key": "flag", "is_enabled": True, "rollout_percentage": 0, "rules": [case["rule"]]}
    yield from streaming(replay([flag], 1))
    reason = "TARGETING_MATCH" if case["matches"] else "STATIC"
    answer = int(case["matches"]) | REASONS.index(reason) << 1
    yield f"answers {answer} {hexed('flag')} {hexed('u')} 0{pairs(case['attributes'])}"


def buckets(case):
    repeat = case.get("user_key_repeat")
    user = repeat["text"] * repeat["times"] if repeat else case["user_key"]
    for share in case["in_rollout"]:
        thousandths = share["rollout_thousandths"]
        rollout = None if thousandths is None else thousandths / 1000
        yield from streaming(replay([{"key": case["flag_key"], "is_enabled": True, "rollout_percentage": rollout}], 1))
        is_static = thousandths in (None, 0, 100_000)
        reason, detail = ("STATIC", 0) if is_static else ("SPLIT", case["bucket_thousandths"])
        answer = int(share["enabled"]) | REASONS.index(reason) << 1 | detail << 4
        yield f"answers {answer} {hexed(case['flag_key'])} {hexed(user)} 0"


def flag_json(case):
    # The stream reads leniently.
    if case["mode"] == "strict":
        return
    document = bytes_of(case, text="json", template="json_template")
    # A line end within the document would end its line on the stream: each line is a data field of its own.
    lines = re.split(rb"\r\n|\r|\n", document)
    data = b"".join(b"data: " + line + b"\n" for line in lines)
    head = b'event: connected\ndata: true\n\ndata: {"type":"UPSERT","flag":\n'
    ready = b'data: }\n\nid: e:1\nevent: ready\ndata: {"revision":1,"flags":1}\n\n'
    yield from streaming(head + data + ready)
    is_taken = case.get("stream", case["accepted"])
    yield f"faulted {'-' if is_taken else 'INVALID_STREAM'}"
    kept = b"\t".join(lines).strip(b" \t")
    try:
        kept.decode()
    except UnicodeDecodeError:
        # How the stream's parser mends it is the core's.
        return
    yield f"json {hexed(b'[' + (kept if is_taken else b'') + b']')}"


def digest(case):
    """A heartbeat is held against the digest."""
    revision = max([0, *(revision for _, revision in case["flags"])])
    flags = [{"key": key, "is_enabled": True, "revision": revision} for key, revision in case["flags"]]
    for said, code in (case["digest"], "-"), ("0123456789abcdef", "DIVERGED"):
        beat = f'event: heartbeat\ndata: {{"revision":{revision},"digest":"{said}"}}\n\n'
        yield from streaming(replay(flags, revision) + beat.encode())
        yield f"faulted {code}"


def sse_parse(case):
    kinds = [event["type"] for event in case["events"]]
    stream = hexed(bytes_of(case, b64="input_b64"))
    yield f"everycut {stream}"
    # None of these may come first on a stream; the engine ignores all others but the start of a replay.
    if "connected" in kinds:
        return
    is_fault = any(kind in ("message", "ready", "resumed") for kind in kinds)
    yield from ["new 0", "start 0", f"connected 1 200 {hexed('text/event-stream')} -", f"bytes 2 {stream}"]
    yield f"faulted {'INVALID_STREAM' if is_fault else '-'}"
    if not is_fault and case.get("retry") is not None:
        # The first attempt began at 0, and the second is polite.
        least = 2 + min(case["retry"], 30_000)
        yield "disconnected 2"
        yield f"waits {least} {max(least, 1_000) + 1_000}"


def event_id(case):
    """On the event that completes a replay."""
    text, revision = case["text"], case.get("revision", 1)
    # An event stream cannot say these in an id.
    if re.search(r"[\0\r\n]", text):
        return
    ready = f'id: {text}\nevent: ready\ndata: {{"revision":{revision},"flags":0}}\n\n'
    yield from streaming(b"event: connected\ndata: true\n\n" + ready.encode())
    yield f"holds {'READY' if case['valid'] else 'CONNECTING'} {hexed(text) if case['valid'] else '-'}"


def output(said):
    (kind, value), = said.items()
    if kind == "connect":
        value = hexed(value["last_event_id"] or "")
    if kind == "flags_changed":
        value = hexed(",".join(value))
    return f"{kind}:{value}"


def sync_session(case):
    for feed in ["bytes", "cut"] if case.get("any_cut") else ["bytes"]:
        yield f"new {case['seed']}"
        for step in case["steps"]:
            at = step["at"]
            if step["do"] == "connected":
                headers = f"{hexed(step.get('content_type'))} {hexed(step.get('retry_after'))}"
                yield f"connected {at} {step['status']} {headers}"
            elif step["do"] == "bytes":
                yield f"{feed} {at} {hexed(bytes_of(step))}"
            elif step["do"] == "import":
                yield f"import {hexed(bytes_of(step))} {step['accepted']} -"
            else:
                yield f"{step['do']} {at}"
            yield "expect " + " ".join(map(output, step["outputs"]))
        yield f"holds {case['status']} {hexed(case['id'])}{pairs_of_revisions(case['flags'])}"


def pairs_of_revisions(flags):
    return "".join(f" {hexed(key)} {revision}" for key, revision in flags)


def snapshot(case):
    yield "new 0"
    if case["outcome"] == "refused":
        yield f"import {hexed(case['text'])} error {hexed(case.get('error_contains', ''))}"
        yield "holds CONNECTING -"
        return
    yield f"import {hexed(case['text'])} True -"
    yield f"holds STALE {hexed(case['id'])}{pairs_of_revisions(case['flags'])}"
    yield f"export {hexed(case.get('export', case['text']))}"


REPLAYS = {
    "evaluation": evaluation,
    "rules": rules,
    "buckets": buckets,
    "flag_json": flag_json,
    "digest": digest,
    "sse_parse": sse_parse,
    "event_id": event_id,
    "sync_session": sync_session,
    "sync_retry": sync_session,
    "snapshot": snapshot,
}


def read(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


def main():
    for entry in read("index.json")["files"]:
        name = entry["name"]
        if name in UNSEEN:
            continue
        cases = read(entry["file"])["cases"]
        for case in cases:
            print("case", hexed(f"{name}: {case['name']}"))
            for line in REPLAYS[name](case):
                print(line)
        print("cases", name, entry["cases"])


if __name__ == "__main__":
    sys.stdout.reconfigure(newline="\n")
    main()
