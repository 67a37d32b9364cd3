#!/usr/bin/env python3
"""Checks a timeline as its viewers read it: `check_trace.py FILE [--cut] [--needs NAME ...]`.

The file is an array of events in the Trace Event Format. With `--cut` the closing bracket may be missing, as in one whose
writer was killed. Exits with 1 and says what is wrong if

- an event lacks what its kind needs, lies before the beginning, or takes a negative time,
- slices of a track do not nest, or a track with slices has no name,
- an arrow does not lead from a slice to a later one,
- a counter goes back in time, or is not of numbers,
- or there is nothing of what is needed: `slice:running`, `arrow:message`, `counter:tasks` or `instant:crash`, where the
  name may be the beginning of one.

Tests/Timeline has the viewers themselves load timelines.
"""

import argparse
import bisect
import json
import sys
from collections import Counter, defaultdict

NEEDED = {"X": ("name", "dur"), "s": ("id", "name", "cat"), "f": ("id", "bp", "name", "cat"), "C": ("name", "args"),
          "i": ("name", "s"), "M": ("name", "args")}
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


class Track:
    """The slices of a thread."""

    def __init__(self):
        self.slices = []
        self.name = None

    def sort(self):
        self.slices.sort(key=lambda each: (each[0], -each[1]))
        # Up to where any slice reaches that begins before or with each.
        self.reach = []
        for _, end, _ in self.slices:
            self.reach.append(max(end, self.reach[-1] if self.reach else end))

    def overlaps(self):
        """Slices that end behind one around them."""
        around = []
        for start, end, name in self.slices:
            while around and around[-1][0] <= start + TOLERANCE:
                around.pop()
            if around and end > around[-1][0] + TOLERANCE:
                yield f"'{name}' ends at {end}, behind '{around[-1][1]}' around it"
            around.append((end, name))

    def has_slice(self, time):
        """Whether a slice is there; at the end of one it is over."""
        place = bisect.bisect_right(self.slices, time + TOLERANCE, key=lambda each: each[0])
        return place > 0 and time < self.reach[place - 1] - TOLERANCE / 10


def problems(events):
    """What is wrong, a line each."""
    if not isinstance(events, list):
        yield "it is not an array"
        return
    tracks = defaultdict(Track)
    processes = set()
    arrows = defaultdict(dict)
    counters = {}
    for number, event in enumerate(events):
        kind = event.get("ph")
        missing = [key for key in NEEDED.get(kind, ()) + ("pid", "tid", "ts") if key not in event]
        if kind not in NEEDED or missing:
            yield f"event {number}, {event}, is of an unknown kind or lacks {missing}"
            continue
        if event["ts"] < 0 or event.get("dur", 0) < 0:
            yield f"event {number}, {event}, lies before the beginning or ends before it begins"
        track = (event["pid"], event["tid"])
        if kind == "X":
            tracks[track].slices.append((event["ts"], event["ts"] + event["dur"], event["name"]))
        elif kind in "sf":
            if kind in arrows[event["id"]]:
                yield f"arrow {event['id']} has two ends of one kind"
            arrows[event["id"]][kind] = (track, event["ts"], event["name"])
        elif kind == "C":
            values = event["args"].values()
            if not values or not all(isinstance(value, (int, float)) for value in values):
                yield f"counter {event['name']} is not of numbers: {event['args']}"
            key = (event["pid"], event["name"])
            if event["ts"] < counters.get(key, 0):
                yield f"counter {event['name']} goes back in time, to {event['ts']}"
            counters[key] = event["ts"]
        elif kind == "M" and event["name"] == "thread_name":
            tracks[track].name = event["args"].get("name")
        elif kind == "M" and event["name"] == "process_name":
            processes.add(event["pid"])
    for key, track in tracks.items():
        track.sort()
        if track.slices and not track.name:
            yield f"track {key} has no name"
        if track.slices and key[0] not in processes:
            yield f"process {key[0]} has no name"
        for overlap in track.overlaps():
            yield f"on track {key} {overlap}"
    for number, ends in arrows.items():
        if set(ends) != {"s", "f"}:
            yield f"arrow {number} has one end"
            continue
        if ends["s"][1] > ends["f"][1] + TOLERANCE:
            yield f"arrow {number} leads back in time"
        if ends["s"][2] != ends["f"][2]:
            yield f"arrow {number} has two names"
        for track, time, _ in ends.values():
            if not tracks[track].has_slice(time):
                yield f"arrow {number} ends at {time} on track {track}, where no slice is"


def contents(events):
    """How many there are of each kind and name."""
    kinds = {"X": "slice", "f": "arrow", "C": "counter", "i": "instant"}
    return Counter(f"{kinds[event['ph']]}:{event['name']}" for event in events if event["ph"] in kinds)


def missing(events, needed):
    """What is needed and not there, a line each."""
    found = contents(events)
    for name in needed:
        if not any(each.startswith(name) for each in found):
            yield f"there is no {name}; there are {dict(found.most_common(20))}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--cut", action="store_true")
    parser.add_argument("--needs", nargs="*", default=[])
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as file:
        events = load(file.read(), options.cut)
    found = list(problems(events))
    if not found:
        found = list(missing(events, options.needs))
    for problem in found[:20]:
        print(problem)
    slices = [event for event in events if event.get("ph") == "X"]
    latest = max((event["ts"] + event["dur"] for event in slices), default=0)
    arrows = sum(event.get("ph") == "f" for event in events)
    print(f"{len(events)} events, {len(slices)} slices, {arrows} arrows, the last at {latest / 1000:.1f} ms")
    return 1 if found or not slices else 0


if __name__ == "__main__":
    sys.exit(main())
