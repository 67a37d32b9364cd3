"""What is measured: the works, the programs that do each, and the rows of the table with their targets."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

HERE = Path(__file__).resolve().parent.parent
BUILD = HERE / ".build"


@dataclass(frozen=True)
class Program:
    """Something that is run once a round and prints figures."""

    name: str
    kind: str  # ours, limit, swift, swift-nio, c++, python
    command: tuple
    rounds: int = 5
    limit: int = 0  # seconds that it may take at least, if that is more than for others

    @property
    def file(self):
        return Path(self.command[0])


@dataclass(frozen=True)
class Work:
    name: str
    title: str
    programs: tuple
    is_quick: bool = True
    # What its figures are called, if not as it is.
    rows: tuple = ()


def ours(work, rounds=5):
    return Program("ours", "ours", (BUILD / "release/ours", work), rounds)


def limit(program, work):
    return Program("limit", "limit", (BUILD / "limits" / program, work))


def swift(name, program, *arguments):
    return Program(name, "swift", (BUILD / "release" / program, *arguments))


def cpp(name, program):
    return Program(name, "c++", (BUILD / "peers" / program,))


def python(work, *libraries, rounds=3):
    interpreter = BUILD / "venv/bin/python"
    return tuple(Program(name, "python", (interpreter, HERE / "Peers/Python/peers.py", name, work), rounds) for name in libraries)


# A cluster of two nodes on this machine, if RAY=1 says that it is to be measured.
RAY_PYTHON = HERE.parent / ".build/ray/venv/bin/python"
RAY_HARNESS = HERE.parent / ".build/release/ray-harness"


def sharing(work):
    interpreters = {"joblib": BUILD / "venv/bin/python", "Ray": RAY_PYTHON}
    return tuple(
        Program(name, "python", (interpreter, HERE / "Peers/Python/shared.py", name, work), 2)
        for name, interpreter in interpreters.items()
    )


def cluster(name, kind, *command):
    return Program(name, kind, (RAY_PYTHON, HERE / "Peers/Python/cluster.py", *command), 1, limit=300)


POOLS = ("py-multitasking", "concurrent.futures", "multiprocessing", "loky", "mpire", "pebble")

WORKS = (
    Work("w1", "one task", (ours("w1"), limit("tasks", "w1"), *python("w1", *POOLS))),
    Work("w2", "20,000 tasks", (ours("w2"), limit("tasks", "w2"), *python("w2", *POOLS))),
    Work("w3", "payload echo", (ours("w3"), limit("copies", "w3"), *python("w3", *POOLS, rounds=2))),
    Work("w4", "array as result", (ours("w4"), limit("copies", "w4"), *python("w4", *POOLS))),
    Work(
        "w5",
        "queues",
        (
            ours("w5"),
            limit("queues", "w5"),
            cpp("Boost.Interprocess", "boost"),
            cpp("ZeroMQ", "zeromq"),
            *python("w5", "multiprocessing.Queue", "multiprocessing.SimpleQueue"),
        ),
    ),
    Work("w6", "cancel event", (ours("w6"), limit("queues", "w6"), *python("w6", "multiprocessing"))),
    Work("w7", "start and stop", (ours("w7"), limit("processes", "w7"), *python("w7", *POOLS))),
    Work("w8", "primes", (ours("w8"), limit("processes", "w8"))),
    # A `multiprocessing.Pool` never reports it: its task waits for ever.
    Work(
        "w9",
        "crash report",
        (ours("w9"), limit("processes", "w9"), *python("w9", *(name for name in POOLS if name != "multiprocessing"))),
    ),
    Work("w10", "a million tasks", (ours("w10"), limit("tasks", "w10"))),
    Work(
        "w11",
        "threads",
        (
            ours("w11"),
            swift("Dispatch", "swift-peers", "dispatch"),
            swift("TaskGroup", "swift-peers", "taskgroup"),
            swift("OperationQueue", "swift-peers", "operations"),
            Program("NIOThreadPool", "swift-nio", (BUILD / "release/nio-peer",)),
            cpp("oneTBB", "onetbb"),
            cpp("Taskflow", "taskflow"),
            *python("w11", "concurrent.futures"),
        ),
    ),
    Work("w12", "streams", (ours("w12", 3),)),
    Work("w13", "shared input", (ours("w13", 2), *sharing("w13"))),
    Work("w14", "shared result", (ours("w14", 3), *sharing("w14"))),
    Work("w15", "select", (ours("w15"),)),
    Work("w16", "batches", (ours("w16"), cpp("Boost.Interprocess", "boost"))),
    Work("w17", "recording", (ours("w17", 3),)),
    # The limit is the same program, with pools that count and time nothing.
    Work("w18", "counting", (ours("w18"), Program("limit", "limit", (BUILD / "uncounted/release/ours", "w18"))), False),
    Work("cow", "copy-on-write task", (ours("cow"), limit("processes", "cow"), *python("cow", "multiprocessing"))),
    Work(
        "codec",
        "codec",
        (
            Program("ours", "ours", (BUILD / "release/codec", "ours")),
            Program("JSON", "swift", (BUILD / "release/codec", "json")),
            Program("property list", "swift", (BUILD / "release/codec", "plist")),
            Program("limit", "limit", (BUILD / "release/codec", "memcpy")),
        ),
    ),
    Work("idle", "idle pool", (ours("idle", 2),)),
    Work("zstd", "compression", (ours("zstd", 2),), is_quick=False),
    Work("grow-workers", "growth with workers", (ours("grow-workers", 2),), is_quick=False),
    Work("grow-tasks", "growth with tasks", (ours("grow-tasks", 2),), is_quick=False),
    Work("grow-queue", "growth with the queue", (ours("grow-queue", 2),), is_quick=False),
)

if os.environ.get("RAY"):
    processes = Program("limit", "limit", (RAY_HARNESS, "bench-processes"), 1, limit=120)
    programs = (cluster("ours", "ours", "ours", RAY_HARNESS), cluster("Ray", "python", "Ray"), processes)
    rows = tuple(f"w{number}" for number in range(20, 26))
    WORKS += (Work("ray", "Ray cluster of two nodes", programs, rows=rows),)

# What is measured again on a busy machine, and beside whom: those that need no minutes there.
BUSY_WORKS = ("w1", "w2", "w5", "w6", "w7", "w9", "w11")
BUSY_PEERS = lambda program: program.kind != "python" or program.name == "multiprocessing"


@dataclass(frozen=True)
class Row:
    """A line of the table. `meets` gets ours, the best peer's figure and the limit's; the last two may be None."""

    metric: str
    title: str
    unit: str
    less: bool = True  # whether less is better
    target: str = ""
    meets: Optional[Callable] = None
    busy_target: str = ""  # beside eight busy processes
    busy_meets: Optional[Callable] = None

    def best(self, figures):
        return (min if self.less else max)(figures, key=lambda pair: pair[1], default=None)


def times_limit(most):
    return lambda ours, peer, limit: None if limit is None else ours <= most * limit


def share_of_limit(least, ahead=False):
    def meets(ours, peer, limit):
        if limit is None or (ahead and peer is None):
            return None
        return ours >= least * limit and not (ahead and ours <= peer)

    return meets


def at_most(most):
    return lambda ours, peer, limit: ours <= most


def at_least(least, peers=0.0):
    """`peers`: how many times the best peer's figure it must be, too; unknown without peers."""

    def meets(ours, peer, limit):
        if ours < least:
            return False
        return None if peers and peer is None else not peers or ours >= peers * peer

    return meets


def within_of_peer(difference):
    return lambda ours, peer, limit: None if peer is None else ours <= peer + difference


def times_peer(most):
    return lambda ours, peer, limit: None if peer is None else ours <= most * peer


def share_of_peer(least):
    return lambda ours, peer, limit: None if peer is None else ours >= least * peer


def times_faster(factor):
    return lambda ours, peer, limit: None if peer is None else ours * factor <= peer


SIZES = {1 << 10: "1 KiB", 1 << 16: "64 KiB", 1 << 20: "1 MiB", 1 << 26: "64 MiB"}


def echo_rows():
    for kind in ("random", "text"):
        for size, name in SIZES.items():
            has_target = size > 1 << 10
            yield Row(
                f"w3.{kind}.{size}",
                f"W3 echo of {name}, {kind}",
                "MB/s",
                False,
                "≥ 50 % of limit, ahead of peers" if has_target else "",
                share_of_limit(0.5, ahead=True) if has_target else None,
            )


ROWS = (
    Row("w1.free", "W1 one task, worker awake", "µs", True, "≤ 3 × limit", times_limit(3), "≤ 5 × limit", times_limit(5)),
    Row("w1.parked", "W1 one task, worker asleep", "µs", True, "≤ 1.3 × limit", times_limit(1.3)),
    Row("w2.each", "W2 20,000 tasks, one submit each", "/s", False, "≥ 1 M/s, ≥ 15 × peers", at_least(1e6, 15)),
    Row("w2.map", "W2 20,000 elements, map", "/s", False, "≥ 10 M/s", at_least(1e7)),
    *echo_rows(),
    Row("w4", "W4 348,513 Int as result", "ms", True, "≤ 1.5 × limit", times_limit(1.5)),
    Row(
        "w5.one", "W5 64-byte messages, 1→1", "/s", False, "≥ 5 M/s, ahead of peers", at_least(5e6, 1),
        "≥ 1.2 × best peer", at_least(0, 1.2),
    ),
    Row("w5.two", "W5 64-byte messages, 2→2", "/s", False, "≥ 3 M/s, ahead of peers", at_least(3e6, 1)),
    Row(
        "w5.pingpong", "W5 ping-pong over two queues", "µs", True, "≤ 3 × limit", times_limit(3),
        "≤ 1 × best peer", times_faster(1),
    ),
    Row("w5.large", "W5 1 MiB messages, 1→1", "MB/s", False),
    Row("w6.check", "W6 look at the cancel event", "ns", True, "≤ 3 ns", at_most(3)),
    Row("w6.seen", "W6 set until seen", "µs", True, busy_target="≤ 10 × limit", busy_meets=times_limit(10)),
    Row("w7.start.fork", "W7 two workers, forked, to first result", "ms", True, "≤ 1.5 ms", at_most(1.5)),
    Row("w7.start.spawn", "W7 two workers, spawned, to first result", "ms", True, "≤ 20 ms", at_most(20)),
    Row("w7.stop", "W7 shutdown", "ms", True, busy_target="≤ 1 × best peer", busy_meets=times_faster(1)),
    Row("w7.memory", "W7 private memory of a worker", "MiB", True, "≤ 2 MiB", at_most(2)),
    Row("w8.speedup", "W8 primes, speed-up on 2 workers", "×", False, "≥ 97 % of limit", share_of_limit(0.97)),
    Row("w8.two", "W8 primes on 2 workers", "s", True),
    Row("w8.nospin", "W8 the same without spinning", "s", True),
    Row("w9", "W9 SIGKILL until reported", "µs", True),
    Row("w10.time", "W10 a million tasks", "s", True, "≤ 1 s", at_most(1)),
    Row("w10.bytes", "W10 shared memory a task", "B", True, "≤ 256 B", at_most(256)),
    Row("w11.each", "W11 threads, one submit each", "/s", False, "≥ 3 M/s, ahead of peers", at_least(3e6, 1)),
    Row("w11.latency", "W11 threads, one task", "µs", True, "≤ 3 µs", at_most(3)),
    Row("w12.map", "W12 a million elements of 1 µs, map", "/s", False),
    Row("w12.stream", "W12 the same as a stream, in order of input", "/s", False),
    Row("w12.completion", "W12 the same as a stream, in order of completion", "/s", False),
    Row("w13.copy", "W13 one copy of 1 GiB", "ms", True),
    Row("w13.share", "W13 sharing 1 GiB", "ms", True),
    Row("w13.task", "W13 a task that reads all of it", "ms", True),
    Row("w13.threads", "W13 the same on threads", "ms", True),
    Row("w13.memory", "W13 private memory of a worker", "MB", True, "< 20 MB", at_most(20)),
    Row("w14.shared", "W14 64 MiB as a result, in place", "ms", True),
    Row("w14.copied", "W14 the same as an array", "ms", True),
    Row("w14.alone", "W14 the same by one process", "ms", True),
    Row("w15.pingpong", "W15 ping-pong, waiting by select over five", "µs", True),
    Row("w15.ready", "W15 select over three, one of them ready", "ns", True),
    Row("w16.one", "W16 64-byte messages in batches of 256, 1→1", "/s", False, "≥ 20 M/s, ahead of peers", at_least(2e7, 1)),
    Row("w16.arrays", "W16 the same, each message an array of bytes, 1→1", "/s", False),
    Row("w16.two", "W16 64-byte messages in batches of 256, 2→2", "/s", False),
    Row("w17.one", "W17 W1 while a timeline is written: longer by", "%", True, "≤ 10 %", at_most(10)),
    Row("w17.each", "W17 W2 while a timeline is written: longer by", "%", True, "≤ 10 %", at_most(10)),
    Row("w17.message", "W17 a message through a queue: longer by", "%", True),
    Row("w17.threads.one", "W17 W11, one task: longer by", "%", True, "≤ 10 %", at_most(10)),
    Row("w17.threads.each", "W17 W11, one submit each: longer by", "%", True, "≤ 10 %", at_most(10)),
    Row("w17.threads.message", "W17 a message between threads: longer by", "%", True),
    Row("w18.one", "W18 W1, beside pools that count nothing", "ns", True, "≤ 1.02 × limit", times_limit(1.02)),
    Row("w18.each", "W18 W2, beside pools that count nothing", "ns", True, "≤ 1.02 × limit", times_limit(1.02)),
    Row("w18.threads.one", "W18 W11, one task, the same", "ns", True, "≤ 1.02 × limit", times_limit(1.02)),
    Row("w18.threads.each", "W18 W11, one submit each, the same", "ns", True, "≤ 1.02 × limit", times_limit(1.02)),
    Row("cow", "Task that captures, 500 MB in the parent", "ms", True),
    Row("codec.encode", "Codec: encode 10,000 structs", "ms", True, "≥ 10 × faster than peers", times_faster(10)),
    Row("codec.decode", "Codec: decode 10,000 structs", "ms", True, "≥ 10 × faster than peers", times_faster(10)),
    Row("codec.doubles.encode", "Codec: encode [Double]", "MB/s", False, "≥ 80 % of limit", share_of_limit(0.8)),
    Row("codec.doubles.decode", "Codec: decode [Double]", "MB/s", False, "≥ 80 % of limit", share_of_limit(0.8)),
    Row("idle", "Idle pool of 2, after a second", "% of a core", True, "≤ 0.01 %", at_most(0.01)),
    Row("w20", "W20 cluster, one task with 1 KiB", "ms", True, "≤ best peer + 1 ms", within_of_peer(1)),
    Row("w21", "W21 cluster, 1,000 tasks at once", "/s", False, "≥ 70 % of best peer", share_of_peer(0.7)),
    Row("w22", "W22 cluster, 100,000 elements, map", "/s", False, "ahead of peers", share_of_peer(1)),
    Row("w23", "W23 cluster, 64 MiB there and back", "ms", True, "≤ 2 × best peer", times_peer(2)),
    Row("w24", "W24 cluster, 64-byte messages, many under way", "/s", False, "≥ 20,000/s", at_least(2e4)),
    Row("w25.speedup", "W25 cluster, primes, speed-up on 2 nodes", "×", False, "≥ 90 % of limit", share_of_limit(0.9)),
)
