#!/usr/bin/env python3
"""Checks that each module imports only the modules below it, and that what lies beside it stays unknown to it.

`Docs/architecture.md` explains the layers. Exits with 1 and names each import that breaks them.
"""

import pathlib
import re
import sys

SOURCES = pathlib.Path(__file__).resolve().parent.parent / "Sources"

# What each module may import of this package.
ALLOWED = {
    "MultitaskingCore": [],
    "MultitaskingSystem": ["MultitaskingCore"],
    "MultitaskingSerialization": ["MultitaskingCore", "CZstd"],
    "MultitaskingCaptures": ["MultitaskingCore", "MultitaskingSerialization", "CMultitaskingCaptures"],
    "MultitaskingThreads": ["MultitaskingCore", "MultitaskingSystem"],
    "MultitaskingProcesses": [
        "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingCaptures", "CMultitaskingLinux"],
    "Multitasking": [
        "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingThreads",
        "MultitaskingProcesses", "CMultitaskingLinux"],
    # Hands out the facade's managers, so it stands above it.
    "MultitaskingInMemory": [
        "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingCaptures", "Multitasking"],
    "MultitaskingConformance": ["MultitaskingCore"],
}
OURS = {path.name for path in SOURCES.iterdir() if path.is_dir()}
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?import\s+"
    r"(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)", re.MULTILINE)


def main():
    unknown = sorted(name for name in OURS if name.startswith("Multitasking") and name not in ALLOWED)
    broken = [f"{name}: a module that {pathlib.Path(__file__).name} does not know" for name in unknown]
    for module, allowed in ALLOWED.items():
        for path in sorted((SOURCES / module).rglob("*.swift")):
            for name in IMPORT.findall(path.read_text()):
                if name in OURS and name != module and name not in allowed:
                    broken.append(f"{path.relative_to(SOURCES.parent)}: {module} must not import {name}")
    print("\n".join(broken) or f"{len(ALLOWED)} modules import only what is below them")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
