#!/usr/bin/env python3
"""Checks that no line of the sources and documents has more than 120 columns, comments and strings included.

`swift format lint` leaves comments and strings alone. In documents, code and what cannot be broken may be longer.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 120
FOLDERS = ["Sources", "Examples", "Tests", "Benchmarks", "Docs"]
KINDS = {".swift", ".c", ".h", ".md"}
# `make bench` writes it.
GENERATED = ROOT / "Docs/benchmarks/README.md"
CODE_BLOCK = re.compile(r"^ *(`{3,}).*?^ *\1 *$", re.MULTILINE | re.DOTALL)
# A row of a table, and a line that is one link, to a document or to a symbol.
UNBREAKABLE = re.compile(r"\s*(\||!?\[[^]]*\](\(|: )\S*$|- ``\S*``$)")


def sources():
    yield ROOT / "Package.swift"
    yield from sorted(ROOT.glob("*.md"))
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in KINDS and ".build" not in path.parts and path != GENERATED:
                yield path


def lines(path):
    """The lines that must be short; the others are empty."""
    text = path.read_text()
    if path.suffix != ".md":
        return text.splitlines()
    text = CODE_BLOCK.sub(lambda block: "\n" * block[0].count("\n"), text)
    return ["" if UNBREAKABLE.match(line) else line for line in text.splitlines()]


def main():
    count = 0
    for path in sources():
        for number, line in enumerate(lines(path), 1):
            if len(line) > LIMIT:
                count += 1
                print(f"{path.relative_to(ROOT)}:{number}: {len(line)} columns")
    print(f"{count} lines have more than {LIMIT} columns")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
