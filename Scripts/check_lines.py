#!/usr/bin/env python3
"""Checks that no line of the sources has more than 120 columns, comments and strings included.

`swift format lint` leaves comments and strings alone.
"""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 120
FOLDERS = ["Sources", "Examples", "Tests", "Benchmarks"]
KINDS = {".swift", ".c", ".h"}


def sources():
    yield ROOT / "Package.swift"
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in KINDS and ".build" not in path.parts:
                yield path


def main():
    count = 0
    for path in sources():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if len(line) > LIMIT:
                count += 1
                print(f"{path.relative_to(ROOT)}:{number}: {len(line)} columns")
    print(f"{count} lines have more than {LIMIT} columns")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
