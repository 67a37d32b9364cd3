"""Checks that the doc comment of each public type shows it in use: it has a short example, in ```.

Types within types are shown by what contains them; deprecated and unavailable ones are not to be used. What stands within
`#if` is looked at, too.
"""

import re
import sys
from pathlib import Path

TYPE = re.compile(r"\s*(public|open) (final |indirect )*(struct|class|enum|protocol|actor) (\w+)")


def indentation(line):
    return len(line) - len(line.lstrip())


def is_within_type(lines, index):
    """Whether anything but `#if` contains a line."""
    indent = indentation(lines[index])
    for line in reversed(lines[:index]):
        if line.strip() and indentation(line) < indent:
            if not line.lstrip().startswith("#"):
                return True
            indent = indentation(line)
    return False


def comment(lines, index):
    """The attributes and doc comment that stand before a declaration."""
    first = index
    while first > 0:
        if lines[first - 1].strip() == ")":
            # An attribute of several lines.
            first -= 1
            while first > 0 and not lines[first].lstrip().startswith("@"):
                first -= 1
        elif lines[first - 1].lstrip().startswith(("@", "///")):
            first -= 1
        else:
            break
    return "\n".join(lines[first:index])


def main():
    missing, count = [], 0
    for file in sorted(Path("Sources").rglob("*.swift")):
        lines = file.read_text().split("\n")
        for index, line in enumerate(lines):
            found = TYPE.match(line)
            if not found or found[4].startswith("_") or is_within_type(lines, index):
                continue
            before = comment(lines, index)
            if re.search(r"^\s*@available\([^)]*\b(deprecated|unavailable)\b", before, re.MULTILINE):
                continue
            count += 1
            if "```" not in before:
                missing.append(f"{file}:{index + 1}: {found[4]} has no example in its doc comment")
    print("\n".join([*missing, f"{count - len(missing)} of {count} public types have an example"]))
    sys.exit(bool(missing))


if __name__ == "__main__":
    main()
