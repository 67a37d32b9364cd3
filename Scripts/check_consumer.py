#!/usr/bin/env python3
"""Builds and runs Tests/Consumer, a program of somebody else's that depends on this package.

Its targets have the names of this package's examples and tools, so it builds only if none of these is taken from consumers.
It uses sessions on threads, so nothing of C, zstd or processes may be built, and no trait is on, so no
adapter's dependency may be fetched.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What imports zstd, or is C. CZstd itself has no objects.
UNWANTED = ["CMultitaskingLinux", "CMultitaskingCaptures", "MultitaskingSerialization", "MultitaskingProcesses"]
# What is fetched only for those who turn a trait on.
UNFETCHED = ["swift-metrics", "swift-distributed-tracing", "swift-service-lifecycle", "FlyingFox"]


def main():
    scratch = ROOT / ".build" / "consumer"
    swift = [os.environ.get("SWIFT", "swift")]
    arguments = ["--package-path", str(ROOT / "Tests/Consumer"), "--scratch-path", str(scratch)]
    subprocess.run([*swift, "build", *arguments], check=True)
    run = subprocess.run([scratch / "debug/primes"], check=True, capture_output=True, text=True)
    # A directory of its own is planned for every module; one that is built has objects in it.
    built = {path.name for path in (scratch / "debug").glob("*.build") if any(path.rglob("*.o"))}
    built = {name.removesuffix(".build") for name in built}
    faults = [f"{name} was built, which sessions on threads do not need" for name in UNWANTED if name in built]
    faults += [f"{name} was fetched, without its trait" for name in UNFETCHED if (scratch / "checkouts" / name).exists()]
    if "MultitaskingSessions" not in built:
        faults.append("MultitaskingSessions was not built where it is looked for")
    if run.stdout.strip() != "25":
        faults.append(f"the program printed {run.stdout!r}, not 25")
    print("\n".join(faults) or "the consumer builds, without C and zstd, and runs")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
