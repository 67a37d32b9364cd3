"""W20 to W25 on a Ray cluster of two nodes on this machine, a processor each. Prints lines of JSON.

    cluster.py ours PROGRAM      PROGRAM is ray-harness, which does the works
    cluster.py Ray               pure Python does the same
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[3] / "Tests/Ray"))

from peers import report, timed  # noqa: E402

COUNT = 100_000
#: Of how many the best counts, as in `ray-harness bench`.
ROUNDS = 12
#: In so many parts does W25 divide its work.
PARTS = 32


def busy():
    """Takes some tens of milliseconds of processor time, and in C, so as long in any process of Python."""
    hashlib.pbkdf2_hmac("sha256", b"multitasking", b"w25", 290_000)


def pure() -> None:
    """What `ray-harness bench` does, on the cluster of RAY_ADDRESS."""
    import ray
    from ray.util.queue import Queue

    ray.init(address=os.environ["RAY_ADDRESS"], log_to_driver=False, logging_level="ERROR")

    @ray.remote(scheduling_strategy="SPREAD")
    def nap():
        time.sleep(0.5)

    @ray.remote(scheduling_strategy="SPREAD")
    def length(data):
        return len(data)

    @ray.remote(scheduling_strategy="SPREAD")
    def twice(number):
        return number * 2

    @ray.remote(scheduling_strategy="SPREAD")
    def twice_each(numbers):
        return [number * 2 for number in numbers]

    @ray.remote(scheduling_strategy="SPREAD")
    def same(data):
        return data

    for _ in range(2):
        ray.get([nap.remote() for _ in range(2)])
    for _ in range(50):
        ray.get(length.remote(b""))
    times = sorted(timed(lambda: ray.get(length.remote(bytes(1024)))) for _ in range(300))
    report("w20", times[150] / 1e3, "ms")
    best = min(timed(lambda: ray.get([twice.remote(number) for number in range(1000)])) for _ in range(ROUNDS))
    report("w21", 1000 / best * 1e6, "/s")
    numbers = list(range(COUNT))
    chunks = 32
    size = COUNT // chunks

    def map_all():
        parts = ray.get([twice_each.remote(numbers[at : at + size]) for at in range(0, COUNT, size)])
        assert [number for part in parts for number in part][-1] == 2 * (COUNT - 1)

    report("w22", COUNT / min(timed(map_all) for _ in range(ROUNDS)) * 1e6, "/s")
    data = bytes(64 << 20)
    report("w23", min(timed(lambda: ray.get(same.remote(data))) for _ in range(ROUNDS)) / 1e3, "ms")
    queue = Queue()
    message = bytes(64)
    # Many under way, each of which is a call, as with 256 senders.
    calls = 20_000

    def messages():
        ray.get([queue.actor.put_nowait.remote(message) for _ in range(calls)])
        received = 0
        while received < calls:
            received += len(queue.get_nowait_batch(min(1024, calls - received)))

    report("w24", calls / timed(messages) * 1e6, "/s")
    # As long a part as one of the harness, of which there are as many.
    busy_remotely = ray.remote(scheduling_strategy="SPREAD")(busy)
    speed_ups = []
    for _ in range(6):
        # In a process that does nothing else: here are Ray's threads.
        alone = float(subprocess.run([sys.executable, HERE, "--busy"], check=True, capture_output=True).stdout)
        together = timed(lambda: ray.get([busy_remotely.remote() for _ in range(PARTS)]))
        speed_ups.append(alone / together)
    report("w25.speedup", max(speed_ups), "x")


def main() -> None:
    """Starts a cluster, and the program on its head."""
    from nodes import running

    kind, *program = sys.argv[1:]
    with running(1, 1) as cluster:
        if kind == "ours":
            command = [program[0], "bench", "--address", cluster.address, "--python", sys.executable]
            command += ["--ship", "--spread"]
        else:
            command = [sys.executable, str(HERE), "--pure"]
        environment = {**os.environ, **cluster.environment, "RAY_ADDRESS": cluster.address}
        sys.exit(subprocess.run([*cluster.nodes[0].prefix, *command], env=environment, check=False).returncode)


if __name__ == "__main__":
    if sys.argv[1:] == ["--pure"]:
        pure()
    elif sys.argv[1:] == ["--busy"]:
        print(timed(lambda: [busy() for _ in range(PARTS)]))
    else:
        main()
