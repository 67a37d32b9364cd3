#!/usr/bin/env python3
"""Checks that for each public parameter of type `Duration` or `Int` there is a test that gives it extreme values.

`Tests/numbers.txt` says which test that is. Build the package in debug mode first. Exits with 1 and names each parameter that
is not there, each row whose parameter is gone, and each test that does not exist.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "Tests/numbers.txt"
NUMBER = re.compile(r"\b(Duration|Int)\b")


def run(*words):
    return subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def modules():
    """The libraries that are products, each with the module of its name."""
    return sorted(re.findall(r'\.library\(name: "(\w+)"', (ROOT / "Package.swift").read_text()))


def symbols(module, build, target):
    maps = [*sorted((ROOT / "Sources").glob("*/module.modulemap")), *sorted(build.glob("*.build/module.modulemap"))]
    with tempfile.TemporaryDirectory() as directory:
        run(
            "swift", "symbolgraph-extract", "-module-name", module, "-target", target, "-I", str(build / "Modules"),
            *(word for path in maps for word in ("-Xcc", f"-fmodule-map-file={path}")),
            "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", directory)
        for path in pathlib.Path(directory).glob("*.symbols.json"):
            yield from json.loads(path.read_text())["symbols"]


def text(fragments):
    return "".join(fragment["spelling"] for fragment in fragments)


def numbers(symbol):
    """The parameters of a symbol, or the values of an enum's case, that are numbers: as they stand in the table."""
    if any(one.get("isUnconditionallyDeprecated") for one in symbol.get("availability", [])):
        return
    name = ".".join(symbol["pathComponents"]).split("(")[0]
    for parameter in symbol.get("functionSignature", {}).get("parameters", []):
        # Only the type; a function's own parameters are the client's business.
        kind = text(parameter["declarationFragments"]).split(":", 1)[1]
        if NUMBER.search(kind) and "->" not in kind:
            yield f"{name} {parameter.get('internalName', parameter['name'])}"
    if symbol["kind"]["identifier"] == "swift.enum.case" and NUMBER.search(text(symbol["declarationFragments"])):
        yield name


def table():
    tests, rows = set(), {}
    for line in TABLE.read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" "):
            rows[line.strip()] = test
        else:
            test = line.rstrip(":")
            tests.add(test)
    return tests, rows


def main():
    build = ROOT / ".build/debug"
    target = json.loads(run("swift", "-print-target-info"))["target"]["unversionedTriple"]
    found = {row for module in modules() for symbol in symbols(module, build, target) for row in numbers(symbol)}
    tests, rows = table()
    sources = "".join(path.read_text() for path in (ROOT / "Tests").rglob("*.swift"))
    faults = [f"{row}: has no row in {TABLE.name}" for row in sorted(found - rows.keys())]
    faults += [f"{row}: is in {TABLE.name}, and not public" for row in sorted(rows.keys() - found)]
    faults += [
        f"{test}: is in {TABLE.name}, and no test"
        for test in sorted(tests - {"only carried"}) if f"func {test}(" not in sources]
    print("\n".join(faults) or f"{len(found)} numbers are given extreme values by {len(tests)} tests.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
