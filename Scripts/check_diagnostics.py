#!/usr/bin/env python3
"""Compiles each wrong program of Tests/Diagnostics and compares the first thing that the compiler says.

A program's first comment names what is expected: `// error: …` or `// warning: …`, or `// none` for a program that must compile
without a word. Build the package in debug mode first. Exits with 1 if a program is met with other words.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "Tests/Diagnostics"


def flags():
    build = pathlib.Path(
        subprocess.run(["swift", "build", "--show-bin-path"], cwd=ROOT, check=True, capture_output=True, text=True)
        .stdout.strip())
    # Every C module that the package's modules import.
    maps = [*sorted((ROOT / "Sources").glob("*/module.modulemap")), *sorted(build.glob("*.build/module.modulemap"))]
    return ["-I", str(build / "Modules"), *(word for path in maps for word in ("-Xcc", f"-fmodule-map-file={path}"))]


def first_diagnostic(program, flags):
    with tempfile.TemporaryDirectory() as directory:
        # The compiler allows top-level code in a file of this name only.
        main = pathlib.Path(directory) / "main.swift"
        main.write_text(program.read_text())
        result = subprocess.run(
            ["swiftc", "-typecheck", "-swift-version", "6", *flags, str(main)], capture_output=True, text=True)
    found = re.search(r"^\S*main\.swift:\d+:\d+: ((?:error|warning): .*)$", result.stderr, re.MULTILINE)
    if found:
        return found.group(1)
    return "none" if result.returncode == 0 else result.stderr.strip() or f"exit code {result.returncode}"


def expectation(text):
    """The comment at the start: a message, whose further lines are indented."""
    first, *rest = text.split("\n")
    for line in rest:
        if not line.startswith("//     "):
            break
        first += " " + line.removeprefix("//").strip()
    return first.removeprefix("// ")


def main():
    programs = sorted(PROGRAMS.glob("*.swift"))
    if not programs:
        sys.exit(f"There is no program in {PROGRAMS}.")
    arguments = flags()
    failures = 0
    for program in programs:
        expected = expectation(program.read_text())
        found = first_diagnostic(program, arguments)
        # An unavailable declaration is named before its message, and a warning's group behind it.
        if expected in (found, re.sub(r" \[#\w+\]$", "", found)):
            continue
        failures += 1
        print(f"{program.relative_to(ROOT)}:\n    expected {expected}\n    found    {found}")
    print(f"{len(programs) - failures} passed, {failures} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
