"""Counts instructions with valgrind and compares them with a file: `instructions.py check|update FILE`."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from works import BUILD

TIMES = 1000  # how often each program does what it is asked for
TOLERANCE = 0.03
PROGRAM = BUILD / "release/counted"
# Without what debuggers read, at which valgrind 3.19 stumbles: it needs the names of functions alone.
BARE = BUILD / "counted-without-debug-information"


def count(name):
    """Instructions of one time, on the thread that does it."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*8measured*"]
    done = subprocess.run([*command, str(BARE), name], capture_output=True, text=True, timeout=300)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode or not found:
        sys.exit(f"{name}: valgrind counted nothing:\n{done.stderr[-1000:]}")
    return round(int(found[1]) / TIMES)


def main():
    mode, file = sys.argv[1], Path(sys.argv[2])
    if not shutil.which("valgrind"):
        sys.exit("Counting instructions needs valgrind: apt-get install valgrind")
    subprocess.run(["strip", "--strip-debug", "-o", str(BARE), str(PROGRAM)], check=True)
    known = json.loads(file.read_text()) if file.exists() else {}
    names = subprocess.run([str(PROGRAM)], capture_output=True, text=True).stdout.removeprefix("works:").split()
    counts, grown = {}, []
    for name in names:
        counts[name] = count(name)
        change = counts[name] / known[name] - 1 if known.get(name) else None
        print(f"{name}: {counts[name]} instructions" + (f" ({change:+.1%})" if change is not None else " (new)"), flush=True)
        if change is not None and change > TOLERANCE:
            grown.append(name)
    if mode == "update":
        file.write_text(json.dumps(counts, indent=1) + "\n")
    elif grown or not known:
        sys.exit(f"More instructions than {file} allows: {', '.join(grown) or 'there are no thresholds; make bench-update'}")


if __name__ == "__main__":
    main()
