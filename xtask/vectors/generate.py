"""Writes core-nostd/tests/vectors/*.json from the hand-written cases, or (--check) says whether they would change.

Expected values come from the references beside this file (reference.py, flag_document.py, event_stream.py,
sync_reference.py), never from Sidekick. The schemas in core-nostd/tests/vectors/schema/ are written by hand; every file
is held to its own here.
"""

import argparse
import difflib
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from jsonschema import Draft202012Validator

import reference
import sync_reference
from cases import (
    buckets,
    digest,
    evaluation,
    event_id,
    flag_json,
    murmur3,
    rules,
    snapshot,
    sse_parse,
    sync_retry,
    sync_session,
)

FOLDER = Path(__file__).resolve().parents[2] / "core-nostd" / "tests" / "vectors"
MODULES = [murmur3, buckets, rules, evaluation, flag_json, sse_parse, digest, event_id, sync_session, sync_retry, snapshot]
# Files whose cases are of another's kind.
SHARED_SCHEMAS = {"sync_retry": "sync_session"}
MAX_BYTES = 160_000


def main():
    parser = argparse.ArgumentParser(description="Write or check the test vectors.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a committed file differs")
    arguments = parser.parse_args()
    try:
        reference.check_reference()
        sync_reference.check_reference()
        files = build()
    except AssertionError as disagreement:
        sys.exit(f"the hand-written cases and the reference disagree: {disagreement}")
    faults = [fault for name, text in files.items() for fault in faults_of(name, text)]
    if arguments.check:
        faults += drift(files)
    if faults:
        sys.exit("\n".join(faults))
    if not arguments.check:
        for name, text in files.items():
            (FOLDER / name).write_text(text, encoding="ascii", newline="\n")
    for entry in json.loads(files["index.json"])["files"]:
        print(f"{entry['cases']:5} {entry['file']}")


def build():
    files, entries = {}, []
    for module in MODULES:
        name = module.__name__.rpartition(".")[2]
        made = list(module.cases())
        schema = SHARED_SCHEMAS.get(name, name)
        files[f"{name}.json"] = listing(schema, {"what": module.WHAT}, "cases", made)
        entry = {"name": name, "file": f"{name}.json", "kind": module.KIND, "what": module.WHAT}
        entries.append({**entry, "cases": len(made), "schema": f"schema/{schema}.schema.json"})
    files["index.json"] = listing(
        "index", {"what": "The vector files, and how many cases each holds."}, "files", entries
    )
    return files


def listing(schema, head, list_name, rows):
    """JSON with one row a line: small, and a changed case is one changed line. ASCII, so no editor normalises it."""
    lines = [f'  "$schema": "schema/{schema}.schema.json",']
    lines += [f"  {json.dumps(field)}: {json.dumps(text)}," for field, text in head.items()]
    return (
        "{\n" + "\n".join(lines) + f'\n  "{list_name}": [\n    ' + ",\n    ".join(map(json.dumps, rows)) + "\n  ]\n}\n"
    )


def faults_of(name, text):
    """What is wrong with a file as made: its schema, its size, names given twice."""
    content = json.loads(text)
    schema = json.loads((FOLDER / content["$schema"]).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    for error in Draft202012Validator(schema).iter_errors(content):
        yield f"{name}: {error.json_path}: {error.message[:300]}"
    if len(text) > MAX_BYTES:
        yield f"{name}: {len(text)} bytes, above {MAX_BYTES}"
    names = [row["name"] for row in content.get("cases", content.get("files"))]
    for double in sorted({case for case in names if names.count(case) > 1}):
        yield f"{name}: two cases are named {double!r}"


def drift(files):
    """Where what is committed differs from what would be written."""
    for name, text in files.items():
        path = FOLDER / name
        held = path.read_text(encoding="utf-8") if path.exists() else ""
        if held != text:
            lines = difflib.unified_diff(
                held.splitlines(), text.splitlines(), "committed", "generated", n=0, lineterm=""
            )
            shown = "\n".join(line[:200] for line in list(lines)[:12])
            yield f"{name} differs from what its cases give; run `cargo xtask vectors`:\n{shown}"
    expected = {*files, "README.md"}
    for path in sorted(FOLDER.iterdir()):
        if path.is_file() and path.name not in expected:
            yield f"{path.name} is no vector file that index.json knows"


if __name__ == "__main__":
    main()
