"""What `make test-ray` and `make demo-ray` do: a cluster of two nodes on this machine, and Swift programs on it.

    check_ray.py kit PROGRAM [CASE…]       the conformance kit, across both nodes
    check_ray.py faults PROGRAM [TIMES]    each kind of loss, so many times (5)
    check_ray.py demo PROGRAM              primes and orders on both nodes

PROGRAM is `ray-harness`, or `cluster` for the demonstration. It runs where the head is. Afterwards nothing is left.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from nodes import Cluster, Node, all_processes, running

#: How long one program may take, in seconds.
_LIMIT = 120
#: What is in the command lines of what a program leaves on nodes while it runs.
_REMOTE = (b"ray::run_task", b"ray::Hub")


class Failure(Exception):
    """What was not as it should be."""


class Program:
    """A Swift program on the head's node, whose lines are read as they come."""

    def __init__(self, cluster: Cluster, command: list[str], **environment: str) -> None:
        self.cluster = cluster
        self._process = subprocess.Popen(
            [*cluster.nodes[0].prefix, *command],
            env={**os.environ, **cluster.environment, "MULTITASKING_PYTHON": sys.executable, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []

    def wait_for(self, line: str) -> None:
        """Reads up to a line."""
        assert self._process.stdout is not None
        for read in self._process.stdout:
            self.lines.append(read.rstrip())
            if self.lines[-1] == line:
                return
        raise Failure(f"there was no line {line!r}:\n" + "\n".join(self.lines[-20:]))

    def finish(self) -> int:
        """Reads the rest; the exit status."""
        assert self._process.stdout is not None
        self.lines += [line.rstrip() for line in self._process.stdout]
        return self._process.wait(_LIMIT)

    @property
    def driver(self) -> int:
        """The process that speaks with Ray."""
        for pid, _, command in all_processes():
            if b"swiftray/main.py" in command and self._is_ours(pid):
                return pid
        raise Failure("there is no driver")

    def _is_ours(self, pid: int) -> bool:
        while pid > 1:
            if pid == self._process.pid:
                return True
            pid = parent(pid)
        return False

    def close(self) -> None:
        """Ends it if it has not ended."""
        self._process.kill()
        self._process.wait()


def parent(pid: int) -> int:
    """Who has started a process; 0 if it has gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


@contextlib.contextmanager
def started(cluster: Cluster, *command: str, **environment: str) -> Iterator[Program]:
    """A program that ends with the block at the latest."""
    program = Program(cluster, list(command), **environment)
    timer = time.monotonic()
    try:
        yield program
    finally:
        program.close()
        if time.monotonic() - timer > _LIMIT:
            raise Failure("the program took too long")


def wait_until(holds: Callable[[], bool], what: str, limit: float) -> None:
    """Waits for a condition."""
    deadline = time.monotonic() + limit
    while not holds():
        if time.monotonic() > deadline:
            raise Failure(f"after {limit} s: {what}")
        time.sleep(0.05)


def wait_until_nothing_is_left(cluster: Cluster, program: str) -> None:
    """After the end of a program no child, task or hub of it lives anywhere for more than five seconds."""

    program_name = os.path.basename(program).encode()

    def left() -> list[tuple[int, bytes]]:
        names = (*_REMOTE, b"/app")
        remote = {pid for node in cluster.nodes for name in names for pid in node.processes(name.decode())}
        return [
            (pid, command)
            for pid, _, command in all_processes()
            if pid in remote or b"swiftray/main.py" in command or command.startswith(program_name)
        ]

    try:
        wait_until(lambda: not left(), "something is left", 5)
    except Failure as failure:
        raise Failure(f"{failure}: {left()}") from None


# Losses


class Scene:
    """One run of `ray-harness faults`: what it printed, and how often each task began."""

    def __init__(self, cluster: Cluster, program: str, *options: str, count: int = 8, milliseconds: int = 1500) -> None:
        self.count = count
        self._stack = contextlib.ExitStack()
        self.tally = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        command = [program, "faults", "--address", cluster.address, "--python", sys.executable, "--ship", "--spread"]
        command += ["--tally", str(self.tally), "--count", str(count), "--milliseconds", str(milliseconds), *options]
        self.program = self._stack.enter_context(started(cluster, *command))

    def wait_for_tasks(self) -> None:
        """Returns when the first tasks run."""
        self.program.wait_for("submitted")
        wait_until(lambda: sum(self.begun().values()) >= 4, "four tasks have not begun", 30)

    def begun(self) -> dict[int, int]:
        """How often each task has begun."""
        return {int(file.name): file.stat().st_size for file in self.tally.iterdir() if file.name.isdigit()}

    def outcomes(self) -> dict[int, str]:
        """How each task has ended."""
        self.program.finish()
        lines = [line.split(" ", 1) for line in self.program.lines]
        return {int(line[0]): line[1] for line in lines if line[0].isdigit()}

    def expect(self, losses: set[str], is_once: bool, least_losses: int = 0) -> str:
        """Checks that each task has its value or one of these errors, and ran no more often than it may."""
        outcomes = self.outcomes()
        if len(outcomes) != self.count:
            raise Failure(f"{len(outcomes)} of {self.count} have an end:\n" + "\n".join(self.program.lines[-20:]))
        wrong = {n: end for n, end in outcomes.items() if end not in (f"value {n * 2}", *losses)}
        lost = [n for n, end in outcomes.items() if end in losses]
        again = {n: count for n, count in self.begun().items() if count > 1}
        if wrong or (is_once and again) or len(lost) < least_losses:
            raise Failure(f"wrong {wrong}, lost {lost}, begun more than once {again}")
        return f"{self.count - len(lost)} right, {len(lost)} lost, {len(again)} begun again"

    def close(self) -> None:
        self._stack.close()


@contextlib.contextmanager
def scene(cluster: Cluster, program: str, *options: str, **keys: int) -> Iterator[Scene]:
    """A scene that ends with the block; afterwards nothing of it is left."""
    made = Scene(cluster, program, *options, **keys)
    try:
        yield made
    finally:
        made.close()
    wait_until_nothing_is_left(cluster, program)


LOST, CRASHED = {"error workerLost"}, {"error workerCrashed"}
CLUSTER = {"error clusterLost", "error workerLost"}


def lose_child(cluster: Cluster, program: str) -> str:
    with scene(cluster, program, "--self", "child") as one:
        return one.expect(CRASHED, is_once=True, least_losses=1)


def lose_worker(cluster: Cluster, program: str) -> str:
    with scene(cluster, program, "--self", "worker") as one:
        return one.expect(LOST, is_once=True, least_losses=1)


def lose_worker_and_try_again(cluster: Cluster, program: str) -> str:
    with scene(cluster, program, "--self", "worker", "--onloss", "2") as one:
        return one.expect(set(), is_once=False)


def lose_raylet(cluster: Cluster, program: str) -> str:
    return _lose_on_second(cluster, program, "raylet/raylet")


def lose_node(cluster: Cluster, program: str) -> str:
    return _lose_on_second(cluster, program, "")


def _lose_on_second(cluster: Cluster, program: str, name: str) -> str:
    second = cluster.nodes[1]
    try:
        with scene(cluster, program) as one:
            one.wait_for_tasks()
            second.kill(name)
            return one.expect(LOST, is_once=True)
    finally:
        cluster.restart(second)


def lose_driver(cluster: Cluster, program: str) -> str:
    with scene(cluster, program) as one:
        one.wait_for_tasks()
        os.kill(one.program.driver, signal.SIGKILL)
        return one.expect(CLUSTER, is_once=True, least_losses=1)


def lose_hub(cluster: Cluster, program: str) -> str:
    with scene(cluster, program) as one:
        one.wait_for_tasks()
        if cluster.nodes[0].kill("ray::Hub") == 0:
            raise Failure("there is no hub")
        return one.expect(CLUSTER, is_once=True, least_losses=1)


def cut_link(cluster: Cluster, program: str) -> str:
    second = cluster.nodes[1]
    try:
        with scene(cluster, program) as one:
            one.wait_for_tasks()
            cluster.set_link(False)
            try:
                return one.expect(LOST, is_once=True)
            finally:
                cluster.set_link(True)
    finally:
        cluster.restart(second)


def restore_link(cluster: Cluster, program: str) -> str:
    """A link that is cut for less time than it takes to be given up."""
    with scene(cluster, program) as one:
        one.wait_for_tasks()
        cluster.set_link(False)
        time.sleep(1)
        cluster.set_link(True)
        return one.expect(LOST, is_once=True)


def other_build(cluster: Cluster, program: str) -> str:
    with tempfile.TemporaryDirectory() as directory:
        other = Path(directory, "app")
        other.write_bytes(_with_another_build_id(Path(program).read_bytes()))
        other.chmod(0o700)
        with scene(cluster, program, "--executable", str(other)) as one:
            said = one.expect({"error functionNotFound"}, is_once=True, least_losses=one.count)
            if one.begun():
                raise Failure(f"{one.begun()} have begun")
            return said


def _with_another_build_id(program: bytes) -> bytes:
    """A program that differs in its build id alone."""
    mark = b"\x14\0\0\0\x03\0\0\0GNU\0"
    start = program.index(mark) + len(mark)
    return program[:start] + bytes(byte ^ 0xFF for byte in program[start : start + 20]) + program[start + 20 :]


def wrong_token(cluster: Cluster, program: str) -> str:
    return _refused(cluster, program, sys.executable, "token", RAY_AUTH_TOKEN="0" * 64)


def other_ray(cluster: Cluster, program: str) -> str:
    return _refused(cluster, program, os.environ["OTHER_RAY"], "ersion")


def other_python(cluster: Cluster, program: str) -> str:
    return _refused(cluster, program, os.environ["OTHER_PYTHON"], "ersion")


def _refused(cluster: Cluster, program: str, python: str, word: str, **environment: str) -> str:
    command = [program, "faults", "--address", cluster.address, "--python", python]
    begin = time.monotonic()
    with started(cluster, *command, **environment) as one:
        status = one.finish()
        seconds = time.monotonic() - begin
        said = "\n".join(one.lines)
        if status == 0 or "clusterUnreachable" not in said or word not in said or seconds > 30:
            raise Failure(f"exit {status} after {seconds:.1f} s:\n" + "\n".join(one.lines[-5:]))
    return f"refused after {seconds:.1f} s"


FAULTS: dict[str, Callable[[Cluster, str], str]] = {
    "child": lose_child,
    "Ray worker": lose_worker,
    "Ray worker, .onLoss": lose_worker_and_try_again,
    "driver": lose_driver,
    "hub": lose_hub,
    "wrong token": wrong_token,
    "other Ray": other_ray,
    "other Python": other_python,
    "other build": other_build,
    "raylet": lose_raylet,
    "whole node": lose_node,
    "link cut and restored": restore_link,
    "cut link": cut_link,
}
#: What some of them need, and in which variable of the environment it is.
NEEDS = {"other Ray": "OTHER_RAY", "other Python": "OTHER_PYTHON"}


def run_faults(program: str, times: int, only: list[str]) -> int:
    failed = 0
    with running(2, 2) as cluster:
        for name, fault in FAULTS.items():
            if only and name not in only:
                continue
            if "link" in name and not cluster.is_isolated:
                print(f"{name}: not tried: network namespaces need root", flush=True)
                continue
            if name in NEEDS and not os.path.exists(os.environ.get(NEEDS[name], "")):
                print(f"{name}: not tried: {NEEDS[name]} is no Python that has Ray", flush=True)
                continue
            for _ in range(times):
                begin = time.monotonic()
                try:
                    said = fault(cluster, program)
                except Failure as error:
                    failed += 1
                    said = f"FAILED: {error}"
                print(f"{name}: {said} ({time.monotonic() - begin:.1f} s)", flush=True)
    return failed


def run_kit(program: str, cases: list[str]) -> int:
    with running(16, 16) as cluster:
        command = [*cluster.nodes[0].prefix, program, "kit", "--address", cluster.address]
        command += ["--python", sys.executable, "--ship", "--spread", *cases]
        environment = {**os.environ, **cluster.environment}
        status = subprocess.run(command, env=environment, timeout=1200, check=False).returncode
        wait_until_nothing_is_left(cluster, program)
        return status


def run_demo(program: str) -> int:
    begin = time.monotonic()
    with running(2, 2) as cluster:
        print(f"A head and a second node run after {time.monotonic() - begin:.1f} s", flush=True)
        names = {node.mark: f"node {node.index + 1}" for node in cluster.nodes}
        with started(cluster, program, cluster.address) as one:
            status = one.finish()
        for line in one.lines:
            for mark, name in names.items():
                line = line.replace(f"node {mark}", name)
            print(line)
        wait_until_nothing_is_left(cluster, program)
        nodes: list[Node] = cluster.nodes
        is_spread = all(any(node.mark in line for line in one.lines) for node in nodes)
        is_right = "There are 348513 primes below 5000000" in one.lines
    print(f"All is gone after {time.monotonic() - begin:.1f} s" if status == 0 and is_right else "This went wrong")
    if not is_spread:
        print("One of the nodes had nothing to do")
    return 0 if status == 0 and is_right and is_spread else 1


def main() -> int:
    """Does what the command line says; the exit status."""
    import ray  # noqa: F401  (fails where Ray is missing, instead of doing nothing)

    # Who ends this ends the nodes with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    what, program, *rest = sys.argv[1:]
    program = os.path.abspath(program)
    if what == "kit":
        return run_kit(program, rest)
    if what == "demo":
        return run_demo(program)
    times = int(rest[0]) if rest else 5
    return run_faults(program, times, rest[1:])


if __name__ == "__main__":
    sys.exit(main())
