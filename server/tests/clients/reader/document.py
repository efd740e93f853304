"""Holds the numbers and the recorded bytes of docs/PROTOCOL.md to the reader. Usage: document.py <PROTOCOL.md>."""

import hashlib
import re
import sys
from pathlib import Path

from digest import digest
from evaluate import evaluate
from event_stream import EventStream
from flag import Flag
from murmur3 import murmur3
from session import Flags, Session

ANY_LIMIT = 1 << 20


def check_buckets(rows):
    for row in rows:
        flag_key, user_key = row["flag key"], row["user key"].replace("(empty)", "")
        h = murmur3(f"{flag_key}:{user_key}".encode())
        same(row["h"], f"{h} ({h:#x})")
        for column in (column for column in row if column.startswith("at ")):
            share = round(float(column.removeprefix("at ")) * 1000)
            answer = evaluate(Flag(flag_key, True, share, [], 0, ""), user_key, {}, False)
            same((row["bucket"], row[column]), (f"{answer.bucket / 1000:.3f}", str(answer.enabled).lower()))


def check_digests(rows):
    *single, together = rows
    flags = [(row["key"], int(row["revision"])) for row in single]
    for row, flag in zip(single, flags):
        same(row["term"], digest([flag]))
    same(together["term"], digest(flags))


def check_hashes(rows):
    for row in rows:
        same(row[""].split(",")[0], hashlib.blake2s(row["BLAKE2s, 16 bytes, of"].encode(), digest_size=16).hexdigest())


def check_sessions(text):
    """Each block that starts with an event: those with `resumed` from where they say, the others on one stream."""
    recorded = text.partition("## A recorded session")[2].partition("\n## ")[0]
    blocks = re.findall(r"```\n((?:event|id): .*?)```", recorded, re.DOTALL)
    flags = Flags()
    session, stream = Session(flags), EventStream(ANY_LIMIT)
    beats = 0
    for block in blocks:
        events = list(stream.feed(block.encode()))
        if events[0].kind == "resumed":
            flags = Flags()
            epoch, revision = re.search(r"Last-Event-ID: ([^:`]+):(\d+)", recorded).groups()
            replay = f'id: {epoch}:{revision}\nevent: ready\ndata: {{"revision":{revision},"flags":0}}\n\n'
            start = Session(flags)
            for event in EventStream(ANY_LIMIT).feed(f"event: connected\ndata: true\n\n{replay}".encode()):
                start.handle(event)
            session = Session(flags, flags.id)
        for event in events:
            session.handle(event)
            beats += event.kind == "heartbeat"
    same((len(blocks), beats, str(flags.id), stream.retry), (3, 1, "927020bd565efc35:7", 3207))


def table(text, header):
    """The rows under a table's head, as texts by column, without marks of code."""
    lines = text[text.index(header) :].split("\n\n")[0].splitlines()
    names, _, *rows = [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(names, row, strict=True)) for row in rows]


def same(found, expected):
    if found != expected:
        raise AssertionError(f"{found}, not {expected}")


def main():
    text = Path(sys.argv[1]).read_text(encoding="utf-8")
    check_buckets(table(text, "| flag key | user key |"))
    check_digests(table(text, "| key | revision | fnv1a64 |"))
    check_hashes(table(text, "| BLAKE2s, 16 bytes, of |"))
    check_sessions(text)


if __name__ == "__main__":
    main()
