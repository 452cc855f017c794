#!/usr/bin/env python3
"""Seeds of mapping_fuzz out of what the tests hold: each record of the shipped feeds and of the golden cases.

    tests/fuzz/mapping_seeds.py FOLDER

Writes one file a record into FOLDER, with the line before it that names its mapping (mapping_fuzz.c).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BYTES_MAX = 20_000  # libFuzzer prefers short ones


def inputs() -> Iterator[tuple[str, Path]]:
    for path in sorted(ROOT.glob("deploy/sources/tests/*/*.in")):
        yield path.parent.name, path
    for path in sorted(ROOT.glob("tests/golden/mapping/*/in")):
        yield f"golden/{path.parent.name}", path


def records(content: bytes) -> list[bytes]:
    """The whole when it is one JSON value, otherwise its lines."""
    try:
        json.loads(content)
        return [content]
    except ValueError:
        return [line for line in content.split(b"\n") if line.strip()]


def main(folder: str) -> int:
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, path in inputs():
        for number, record in enumerate(records(path.read_bytes())):
            if len(record) <= BYTES_MAX:
                seed = out / f"{name.replace('/', '-')}-{path.stem}-{number}"
                seed.write_bytes(f"{name}\n".encode() + record)
                written += 1
    print(f"{written} seeds")
    return 0 if written else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
