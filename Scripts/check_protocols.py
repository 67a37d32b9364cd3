#!/usr/bin/env python3
"""Checks that no protocol of the sources states more than six requirements of its own.

What a protocol inherits does not count: each further power is a protocol of its own. Associated types are requirements too.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIMIT = 6
PROTOCOL = re.compile(r"^[^\S\n]*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)*protocol\s+(\w+)[^{]*\{", re.MULTILINE)
REQUIREMENT = re.compile(r"\b(?:var|func|init|subscript|associatedtype)\b(?=[\s(<?])")


def body(text, start):
    """What stands between braces, the first of which is before `start`."""
    depth, end = 1, start
    while depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[start : end - 1]


def protocols():
    for path in sorted((ROOT / "Sources").rglob("*.swift")):
        text = re.sub(r"//.*", "", path.read_text())
        for match in PROTOCOL.finditer(text):
            yield path.relative_to(ROOT), match.group(1), len(REQUIREMENT.findall(body(text, match.end())))


def main():
    found = list(protocols())
    large = [protocol for protocol in found if protocol[2] > LIMIT]
    for path, name, count in large:
        print(f"{path}: the protocol {name} has {count} requirements; split off what is a power of its own")
    print(f"{len(large)} of {len(found)} protocols have more than {LIMIT} requirements")
    sys.exit(1 if large or not found else 0)


if __name__ == "__main__":
    main()
