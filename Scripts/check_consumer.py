#!/usr/bin/env python3
"""Builds and runs Tests/Consumer, programs of somebody else's that depend on this package.

Their targets have the names of this package's examples and tools, so they build only if none of these is taken from consumers.
One uses sessions on threads, so nothing of C, zstd or processes may be built for it, and no trait is on, so no adapter's
dependency may be fetched. Another one imports the facade.
"""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What imports zstd, or is C. CZstd itself has no objects.
UNWANTED = [
    "CMultitaskingImages", "CMultitaskingLinux", "CMultitaskingCaptures", "CRemoteWorkers", "MultitaskingSerialization",
    "MultitaskingProcesses",
]
# What is fetched only for those who turn a trait on.
UNFETCHED = ["swift-metrics", "swift-distributed-tracing", "swift-service-lifecycle", "FlyingFox"]


def build(scratch, *arguments):
    subprocess.run(
        [os.environ.get("SWIFT", "swift"), "build", "--package-path", str(ROOT / "Tests/Consumer"),
         "--scratch-path", str(scratch), *arguments], check=True)


def output_faults(program, expected):
    run = subprocess.run([program], check=True, capture_output=True, text=True, timeout=60)
    return [] if run.stdout.strip() == expected else [f"{program.name} printed {run.stdout!r}, not {expected}"]


def main():
    # Each in a directory of its own: what one needs must not look as if it had been built for the other.
    scratch = ROOT / ".build" / "consumer"
    build(scratch, "--product", "primes")
    # A directory of its own is planned for every module; one that is built has objects in it.
    built = {path.name for path in (scratch / "debug").glob("*.build") if any(path.rglob("*.o"))}
    built = {name.removesuffix(".build") for name in built}
    faults = [f"{name} was built, which sessions on threads do not need" for name in UNWANTED if name in built]
    faults += [f"{name} was fetched, without its trait" for name in UNFETCHED if (scratch / "checkouts" / name).exists()]
    if "MultitaskingSessions" not in built:
        faults.append("MultitaskingSessions was not built where it is looked for")
    faults += output_faults(scratch / "debug/primes", "25")
    scratch = ROOT / ".build" / "consumer-all"
    build(scratch)
    faults += output_faults(scratch / "debug/pipeline", "14")
    print("\n".join(faults) or "the consumers build, one of them without C and zstd, and run")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
