"""Holds bills of materials against CycloneDX's own JSON schema, each in the version that it says to be of."""

import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def main(paths: list[str]) -> int:
    wrong = 0
    for path in paths:
        text = Path(path).read_text(encoding="utf-8")
        bill = json.loads(text)
        error = JsonStrictValidator(SchemaVersion.from_version(bill["specVersion"])).validate_str(text)
        subject = bill["metadata"]["component"]["name"]
        count = len(bill.get("components", []))
        reason = str(error).partition("\n")[0]
        verdict = f"INVALID: {reason}" if error else f"valid CycloneDX {bill['specVersion']}"
        print(f"{path}: {verdict}, {subject} with {count} components")
        wrong += bool(error)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
