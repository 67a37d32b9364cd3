"""What else the machine has to do while programs are measured, or how much of it they get."""

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Optional


@dataclass(frozen=True)
class Condition:
    name: str
    load: int = 0  # busy processes of the same priority
    niceness: int = 0  # of the programs
    cores: Optional[float] = None  # a quota of processor time; None for none


IDLE = Condition("idle")
BUSY = (
    Condition("2 busy", load=2),
    Condition("8 busy", load=8),
    Condition("quota of 1.5 cores", cores=1.5),
    Condition("nice 19", niceness=19),
)


def loaded(load):
    return Condition(f"{load} busy", load=load) if load else IDLE


@contextlib.contextmanager
def under(condition):
    """Holds the condition, and gives what a command must begin with to be subject to it.

    Raises OSError if the machine cannot do that.
    """
    with contextlib.ExitStack() as stack:
        prefix = ()
        if condition.niceness:
            prefix += ("nice", "-n", str(condition.niceness))
        if condition.cores:
            prefix += stack.enter_context(quota(condition.cores))
        for _ in range(condition.load):
            stack.enter_context(busy_process())
        yield prefix


@contextlib.contextmanager
def busy_process():
    # Nothing but arithmetic; in a group of its own, where Ctrl-C at the terminal does not end it before this does.
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True)
    try:
        yield
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def quota(cores):
    """A control group whose processes get so much time of all cores together."""
    group, files = control_group(Path("/proc/self/cgroup").read_text(), Path("/sys/fs/cgroup"))
    period = 100_000
    values = {"cpu.max": f"{int(cores * period)} {period}", "cpu.cfs_quota_us": str(int(cores * period))}
    group.mkdir()
    try:
        for file in files:
            (group / file).write_text(values[file])
        yield ("sh", "-c", f'echo $$ > "{group}/cgroup.procs" && exec "$@"', "sh")
    finally:
        # Processes that are just ending still count.
        for _ in range(100):
            with contextlib.suppress(OSError):
                group.rmdir()
                break
            subprocess.run(["sleep", "0.05"])


def control_group(memberships, root):
    """Where a group for the programs is to be made, below this process's own, and which files have its quota."""
    name = f"multitasking-bench-{os.getpid()}"
    for line in memberships.splitlines():
        _, controllers, path = line.split(":", 2)
        if "cpu" in controllers.split(","):  # the first version, where the controller has a tree of its own
            tree = next((root / tree for tree in (controllers, "cpu") if (root / tree).is_dir()), None)
            if tree:
                own = tree / path.lstrip("/")
                return (own if own.is_dir() else tree) / name, ("cpu.cfs_quota_us",)
    for line in memberships.splitlines():
        if line.startswith("0::"):
            own = root / line[3:].lstrip("/")
            # A group with processes of its own has no children with quotas, unless it is the root.
            parent = own.parent if own != root and (own.parent / "cgroup.subtree_control").exists() else own
            return parent / name, ("cpu.max",)
    raise OSError("there is no control group for processor time")
