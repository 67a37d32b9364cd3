"""A Ray cluster of two nodes on this machine, for tests: each can be killed whole, and its link be cut.

As root each node has a network namespace of its own, without a way out; otherwise both share the machine's network.
In either case Ray listens on all addresses there are, so there is always a token, random, and known to nobody else.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

#: What ends a cut link in seconds instead of minutes: Ray's defaults are made for large clusters.
HEALTH = {
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_grpc_client_keepalive_time_ms": "2000",
    "RAY_grpc_client_keepalive_timeout_ms": "3000",
}
_MARK = "MULTITASKING_TEST_NODE"
#: How much memory each node has for objects: the least that Ray likes, and a bit.
_STORE = 200_000_000


class Node:
    """One node: a raylet, on the head also the GCS, and their workers."""

    def __init__(self, cluster: Cluster, index: int, cpus: int) -> None:
        self.cluster = cluster
        self.index = index
        self.cpus = cpus
        self.mark = f"{os.getpid()}-{secrets.token_hex(4)}"
        self.directory = Path(tempfile.mkdtemp(prefix=f"mtray{index}", dir="/tmp"))
        self.namespace = f"mt{index}-{os.getpid()}" if cluster.is_isolated else None
        self.ip = f"10.77.0.{index + 1}" if cluster.is_isolated else _own_address()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def prefix(self) -> list[str]:
        """What runs a command where the node is."""
        return ["ip", "netns", "exec", self.namespace] if self.namespace else []

    def start(self) -> None:
        """Starts the node, and returns when it has joined."""
        assert self._process is None
        ray = str(Path(sys.executable).with_name("ray"))
        command = [*self.prefix, ray, "start", "--block", "--disable-usage-stats"]
        if self.index == 0:
            command += ["--head", f"--port={self.cluster.port}", "--include-dashboard=false"]
        else:
            command += [f"--address={self.cluster.address}"]
        command += [
            f"--node-ip-address={self.ip}",
            f"--num-cpus={self.cpus}",
            f"--object-store-memory={_STORE}",
        ]
        command += [f"--temp-dir={self.directory}"]
        with open(self.directory / "start.log", "wb") as log:
            self._process = subprocess.Popen(
                command,
                # The second keeps Ray's processes from writing their titles over the first.
                env={**os.environ, **self.cluster.environment, _MARK: self.mark, "SPT_NOENV": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.directory,
            )
        deadline = time.monotonic() + 60
        while b"Ray runtime started" not in (self.directory / "start.log").read_bytes():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"node {self.index} did not start:\n{self.log()}")
            time.sleep(0.05)

    def log(self) -> str:
        """What starting the node has said."""
        return (self.directory / "start.log").read_text(errors="replace")

    def processes(self, name: str = "") -> list[int]:
        """The node's processes, or those whose command line has `name`."""
        return [
            pid
            for pid, environment, command in all_processes()
            if f"{_MARK}={self.mark}".encode() in environment and name.encode() in command
        ]

    def kill(self, name: str = "") -> int:
        """Kills all of the node's processes at once, or those whose command line has `name`; how many."""
        pids = self.processes(name)
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(pids)

    def stop(self) -> None:
        """Ends the node, and waits until nothing is left of it."""
        deadline = time.monotonic() + 20
        while self.kill():
            if self._process is not None:
                self._process.poll()
            if time.monotonic() > deadline:
                raise RuntimeError(f"node {self.index} cannot be killed: {self.processes()}")
            time.sleep(0.05)
        if self._process is not None:
            self._process.wait()
        self._process = None

    def remove(self) -> None:
        """Ends the node and deletes its files."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


class Cluster:
    """Two nodes and what joins them. Use `running`."""

    def __init__(self, cpus: tuple[int, ...], is_isolated: bool | None = None) -> None:
        self.is_isolated = can_isolate() if is_isolated is None else is_isolated
        self.port = 6379 if self.is_isolated else _free_port()
        self.token = secrets.token_hex(32)
        self.nodes = [Node(self, index, count) for index, count in enumerate(cpus)]

    @property
    def address(self) -> str:
        """Where the head is."""
        return f"{self.nodes[0].ip}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What nodes and drivers need in their environment."""
        return {**HEALTH, "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": self.token}

    def start(self) -> None:
        """Starts all nodes, the head first."""
        if self.is_isolated:
            self._make_link()
        for node in self.nodes:
            node.start()

    def restart(self, node: Node) -> None:
        """Lets a node that was killed join again."""
        node.stop()
        node.start()

    def set_link(self, is_up: bool) -> None:
        """Cuts the link, or mends it, at the second node: who sets its own link down loses its address."""
        assert self.is_isolated
        _ip("netns", "exec", str(self.nodes[1].namespace), "ip", "link", "set", "link1", "up" if is_up else "down")

    def stop(self) -> None:
        """Ends all there is."""
        for node in reversed(self.nodes):
            node.remove()
            if node.namespace:
                subprocess.run(["ip", "netns", "delete", node.namespace], check=False, stderr=subprocess.DEVNULL)

    def _make_link(self) -> None:
        for node in self.nodes:
            _ip("netns", "add", str(node.namespace))
            _ip("-n", str(node.namespace), "link", "set", "lo", "up")
        if len(self.nodes) == 1:
            _ip("-n", str(self.nodes[0].namespace), "link", "add", "link0", "type", "veth", "peer", "name", "peer0")
            _ip("-n", str(self.nodes[0].namespace), "link", "set", "peer0", "up")
        else:
            first, second = self.nodes
            _ip("-n", str(first.namespace), "link", "add", "link0", "type", "veth", "peer", "name", "link1", "netns",
                str(second.namespace))  # fmt: skip
        for node in self.nodes:
            _ip("-n", str(node.namespace), "address", "add", f"{node.ip}/24", "dev", f"link{node.index}")
            _ip("-n", str(node.namespace), "link", "set", f"link{node.index}", "up")


@contextlib.contextmanager
def running(*cpus: int, is_isolated: bool | None = None) -> Iterator[Cluster]:
    """A cluster that lasts as long as the block, with a node for each number of CPUs."""
    cluster = Cluster(cpus, is_isolated)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def can_isolate() -> bool:
    """Whether network namespaces can be made here."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    name = f"mt-try-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return False
    subprocess.run(["ip", "netns", "delete", name], check=False)
    return True


def all_processes() -> Iterator[tuple[int, bytes, bytes]]:
    """Number, environment and command line of each process that lives and can be looked at."""
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        with contextlib.suppress(OSError):
            state = Path("/proc", entry, "stat").read_bytes().rsplit(b")", 1)[1].split()[0]
            if state not in (b"Z", b"X"):
                environment = Path("/proc", entry, "environ").read_bytes()
                yield int(entry), environment, Path("/proc", entry, "cmdline").read_bytes()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def _own_address() -> str:
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])
