#!/usr/bin/env python3
"""Checks a timeline as its viewers read it: `check_trace.py FILE [--cut]`.

The file is an array of events in the Trace Event Format. With `--cut` the closing bracket may be missing, as in one whose
writer was killed. Exits with 1 and says what is wrong if slices of a track do not nest, if an arrow does not lead from a
slice to a slice, or if an event lacks what its kind needs.
"""

import json
import sys
from collections import defaultdict

NEEDED = {"X": ("name", "dur"), "s": ("id",), "f": ("id", "bp"), "C": ("name", "args"), "i": ("name", "s"),
          "M": ("name", "args")}
# Times are written to the nanosecond, in microseconds.
TOLERANCE = 0.0005


def load(text, is_cut):
    """The events; of a file that was cut off, all that are whole."""
    if not is_cut:
        return json.loads(text)
    lines = text.rstrip().removesuffix("]").rstrip().removesuffix(",").splitlines()
    try:
        return json.loads("\n".join(lines) + "]")
    except json.JSONDecodeError:
        return json.loads("\n".join(lines[:-1]).rstrip().removesuffix(",") + "]")


def problems(events):
    """What is wrong, a line each."""
    tracks = defaultdict(list)
    arrows = defaultdict(dict)
    for number, event in enumerate(events):
        kind = event.get("ph")
        missing = [key for key in NEEDED.get(kind, ()) + ("pid", "tid", "ts") if key not in event]
        if kind not in NEEDED or missing:
            yield f"event {number}, {event}, is of an unknown kind or lacks {missing}"
            continue
        track = (event["pid"], event["tid"])
        if kind == "X":
            tracks[track].append((event["ts"], event["ts"] + event["dur"], event["name"]))
        elif kind in "sf":
            if kind in arrows[event["id"]]:
                yield f"arrow {event['id']} has two ends of one kind"
            arrows[event["id"]][kind] = (track, event["ts"])
    for track, slices in tracks.items():
        slices.sort(key=lambda each: (each[0], -each[1]))
        open_slices = []
        for start, end, name in slices:
            while open_slices and open_slices[-1][0] <= start + TOLERANCE:
                open_slices.pop()
            if open_slices and end > open_slices[-1][0] + TOLERANCE:
                yield f"on track {track} '{name}' ends at {end}, behind '{open_slices[-1][1]}' around it"
            open_slices.append((end, name))
    for number, ends in arrows.items():
        if set(ends) != {"s", "f"}:
            yield f"arrow {number} has one end"
            continue
        if ends["s"][1] > ends["f"][1] + TOLERANCE:
            yield f"arrow {number} leads back in time"
        for track, time in ends.values():
            if not any(start - TOLERANCE <= time <= end + TOLERANCE for start, end, _ in tracks[track]):
                yield f"arrow {number} ends at {time} on track {track}, where no slice is"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        events = load(file.read(), "--cut" in sys.argv)
    found = list(problems(events))
    for problem in found[:20]:
        print(problem)
    slices = [event for event in events if event["ph"] == "X"]
    latest = max((event["ts"] + event["dur"] for event in slices), default=0)
    print(f"{len(events)} events, {len(slices)} slices, the last at {latest / 1000:.1f} ms")
    return 1 if found or not slices else 0


if __name__ == "__main__":
    sys.exit(main())
