"""How the cache lines that all processes of a pool share bound it, on more cores than this machine has.

A simulation of what `TaskRing`, `IdleWorkers` and `TaskSlot` read and write for each task, in their order, by a client
that submits without a pause and by workers on cores of their own. A line that another core has written costs one
transfer; transfers of the same line wait for each other. Everything else a task costs is time in which its process
touches no shared line.

    python3 Model/many_cores.py            # the table of Docs/performance.md
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field

#: What fetching a line from another core takes, and what using one's own does, in ns: measured on this machine.
TRANSFER, HIT = 70, 1
#: How long a line that no core has changed is busy with one of many that fetch it.
SHARED = 8
#: What a client computes for one submit and one result, and what a worker computes for one task besides the call.
SUBMIT, SETTLE, RUN = 130, 50, 200
#: The pause between two looks of a worker that searches, and the shortest one after a lost race for a task.
LOOK, PAUSE = 20, 40
#: What waking a sleeping process costs each side.
WAKE = 1500


@dataclass
class Line:
    """One line: who has it, and until when it is on its way."""

    owner: int | None = None
    sharers: set[int] = field(default_factory=set)
    free: float = 0
    transfers: int = 0

    def access(self, core: int, now: float, writes: bool) -> float:
        """Reads or writes it; when that is done."""
        if self.owner == core or (not writes and core in self.sharers):
            return now + HIT
        start = max(now, self.free)
        # What nobody owns is served by the cache that all cores share, to one after the other.
        self.free = start + (SHARED if self.owner is None and not writes else TRANSFER)
        self.transfers += 1
        if writes:
            self.owner, self.sharers = core, {core}
        else:
            self.owner = None
            self.sharers.add(core)
        return start + TRANSFER


class Pool:
    """A client, core 0, and its workers.

    :param searchers: how many workers may look for work at the same time; the others sleep.
    :param pauses: whether a worker that has lost the race for a task pauses before the next one.
    """

    def __init__(self, workers: int, task: float, count: int, searchers: int, pauses: bool) -> None:
        self.workers, self.task, self.count = workers, task, count
        self.searchers, self.pauses = searchers, pauses
        self.lines: dict[str, Line] = {}
        self.tail = self.head = 0
        self.claimed: set[int] = set()
        #: What each worker has claimed last; None for nothing.
        self.taken: dict[int, int | None] = {}
        self.searching: set[int] = set()
        self.sleeping: list[int] = []
        self.now = 0.0

    def touch(self, core: int, name: str, writes: bool) -> float:
        """The time that an access takes."""
        line = self.lines.setdefault(name, Line())
        return line.access(core, self.now, writes) - self.now

    def client(self) -> Iterator[float]:
        """Submits all tasks, then reads their results in order."""
        for number in range(self.count):
            yield SUBMIT
            yield self.touch(0, f"entry {number // 8}", True)
            yield self.touch(0, f"slot {number}", True)
            yield self.touch(0, "tail", True)
            self.tail = number + 1
            # Whether somebody searches, comes within half a microsecond, or must be woken.
            yield self.touch(0, "idle", False)
            if self.searching or not self.sleeping:
                continue
            for _ in range(5):
                yield 100
                if self.searching or number in self.claimed:
                    break
            else:
                if self.sleeping:
                    self.sleeping.pop()
                yield WAKE
        for number in range(self.count):
            yield self.touch(0, f"slot {number}", False)
            yield SETTLE

    def claim(self, core: int) -> Iterator[float]:
        """`TaskRing.claim`."""
        self.taken[core] = None
        losses = 0
        while True:
            yield self.touch(core, "head", False)
            position = self.head
            yield self.touch(core, "tail", False)
            if position >= self.tail:
                return
            yield self.touch(core, f"entry {position // 8}", False)
            yield self.touch(core, f"slot {position}", True)
            is_mine = position not in self.claimed
            self.claimed.add(position)
            yield self.touch(core, "head", not self.pauses or self.head == position)
            if self.head == position:
                self.head += 1
            if is_mine:
                self.taken[core] = position
                return
            if self.pauses:
                losses = min(losses + 1, 7)
                yield PAUSE * ((1 << losses) + core % (1 << losses))

    def worker(self, core: int) -> Iterator[float]:
        """`Worker.run`, until all tasks are taken."""
        while self.head < self.count:
            yield self.touch(core, "retries", False)
            yield from self.claim(core)
            position = self.taken[core]
            if position is not None:
                yield RUN + self.task
                yield self.touch(core, f"slot {position}", True)
                continue
            yield self.touch(core, "idle", True)
            if len(self.searching) < self.searchers:
                self.searching.add(core)
                while self.head >= self.tail and self.head < self.count:
                    yield LOOK
                    yield self.touch(core, "tail", False)
                    yield self.touch(core, "head", False)
                yield self.touch(core, "idle", True)
                self.searching.discard(core)
                # One that finds work wakes another if there is more.
                if self.tail - self.head > 1 and self.sleeping:
                    self.sleeping.pop()
                    yield WAKE
            else:
                self.sleeping.append(core)
                while core in self.sleeping and self.head < self.count:
                    yield 1000
                yield WAKE

    def run(self) -> float:
        """The tasks a second."""
        actors = [self.client()] + [self.worker(core) for core in range(1, self.workers + 1)]
        queue = [(0.0, core) for core in range(len(actors))]
        end = 0.0
        while queue:
            self.now, core = heapq.heappop(queue)
            wait = next(actors[core], None)
            if wait is None:
                end = max(end, self.now)
            else:
                heapq.heappush(queue, (self.now + wait, core))
        return self.count / end * 1e9

    def transfers(self, name: str) -> float:
        """How often a line was fetched for a task."""
        return self.lines[name].transfers / self.count if name in self.lines else 0


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="how many tasks")
    count = parser.parse_args().count
    print("| workers | a task runs | every idle worker searches | four search, losers pause | ideal | head, tail, idle |")
    print("|---:|---:|---:|---:|---:|---:|")
    for workers in (2, 16, 64, 256):
        for task in (0, 1_000, 10_000, 100_000):
            before = Pool(workers, task, count, searchers=workers, pauses=False)
            now = Pool(workers, task, count, searchers=4, pauses=True)
            rates = [before.run(), now.run(), min(workers / (RUN + task), 1 / (SUBMIT + SETTLE)) * 1e9]
            lines = ", ".join(f"{before.transfers(name):.2g} → {now.transfers(name):.2g}" for name in ("head", "tail", "idle"))
            print(f"| {workers} | {task / 1000:g} µs | " + " | ".join(f"{rate / 1e6:.2g} M" for rate in rates) + f" | {lines} |")


if __name__ == "__main__":
    main()
