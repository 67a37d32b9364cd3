"""A host that is no Swift program: starts a driver and talks to it, for tests."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "Sources"
#: What all drivers share, what speaks with Ray, and what launches workers: three parts of one package.
RESOURCES = SOURCES / "RemoteWorkers" / "Resources"
RAY_RESOURCES = SOURCES / "MultitaskingRay" / "Resources"
LAUNCH_RESOURCES = SOURCES / "MultitaskingLaunch" / "Resources"
for folder in (RESOURCES, RAY_RESOURCES, LAUNCH_RESOURCES):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from swiftray.frames import (
    CHANNEL,
    DONE,
    GOES_ON,
    LIMITS,
    NONE,
    ORDER,
    OUTPUT_SIZE,
    PID,
    POOL_NUMBER,
    REPLY,
    REQUEST,
    SHARED,
    SUBMISSION,
    Connection,
    End,
    Frame,
    Kind,
    Operation,
)

#: How long anything may take in these tests, in seconds.
PATIENCE = float(os.environ.get("TEST_PATIENCE", "30"))


class Outcome(NamedTuple):
    """A DONE, taken apart."""

    end: End
    has_started: bool
    output: bytes
    body: bytes


class Host:
    """One end of the socket; remembers all frames that came."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path) -> None:
        ours, theirs = socket.socketpair()
        with open(log, "wb") as file:
            self.process = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, "SWIFTRAY_HOME": str(RESOURCES), "PYTHONPATH": str(RESOURCES), **environment},
                start_new_session=True,
            )
        theirs.close()
        self.log = log
        self.connection = Connection(ours)
        self._changed = threading.Condition()
        self.frames: list[Frame] = []
        self._by_kind: dict[tuple[Kind, int | None], list[Frame]] = {}
        self.has_ended = False
        #: Cleared while the host is busy with something else.
        self.reads = threading.Event()
        self.reads.set()
        self._last = {"run": 0, "request": 0, "pool": 0, "object": 0, "shared": 0, "left": 0}
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            while True:
                self.reads.wait()
                frames = self.connection.read()
                with self._changed:
                    self.frames += frames
                    for frame in frames:
                        self._by_kind.setdefault((frame.kind, None), []).append(frame)
                        self._by_kind.setdefault((frame.kind, frame.id), []).append(frame)
                    self._changed.notify_all()
        except (EOFError, OSError):
            with self._changed:
                self.has_ended = True
                self._changed.notify_all()

    def number(self, of: str) -> int:
        """The next number of a run, request, pool, object, or file."""
        self._last[of] += 1
        return self._last[of]

    def find(self, kind: Kind, number: int | None = None) -> list[Frame]:
        """The frames of a kind that have come."""
        with self._changed:
            return list(self._by_kind.get((kind, number), []))

    def wait(self, kind: Kind, number: int | None = None, count: int = 1, limit: float = PATIENCE) -> Frame:
        """Waits for a frame of a kind; the last of `count`."""
        self.wait_until(lambda: len(self.find(kind, number)) >= count, f"{kind.name} {number}", limit)
        return self.find(kind, number)[count - 1]

    def wait_until(self, is_true: Callable[[], bool], what: str, limit: float = PATIENCE) -> None:
        """Waits until something holds of the frames."""
        deadline = time.monotonic() + limit
        with self._changed:
            while not is_true():
                left = deadline - time.monotonic()
                if left <= 0 or self.has_ended:
                    ending = "the driver has gone" if self.has_ended else f"after {limit} s"
                    raise AssertionError(f"no {what}: {ending}\n{self.log.read_text(errors='replace')[-3000:]}")
                self._changed.wait(left)

    # What a host says

    def hello(self, **keys: Any) -> dict[str, Any]:
        """Greets; what READY says."""
        self.connection.write(Kind.HELLO, 0, json.dumps({"version": 1, **keys}).encode())
        frame = self.wait(Kind.READY)
        answer: dict[str, Any] = json.loads(frame.head)
        answer["isRefused"] = frame.id == 1
        return answer

    def pool(self, **keys: Any) -> int:
        """Opens a pool of fake children."""
        number = self.number("pool")
        said = {"executable": str(HERE / "fake_child.py"), "maxWorkers": 2, "options": {"num_cpus": 1.0}, **keys}
        self.connection.write(Kind.POOL, number, json.dumps(said).encode())
        answer = json.loads(self.wait(Kind.POOLREADY, number).head)
        assert not answer, answer
        return number

    def submit(
        self,
        pool: int,
        command: list[Any],
        *,
        timeout: float = 0,
        grace: float = 0.2,
        attempt: int = 1,
        options: dict[str, Any] | None = None,
        output_limit: int | None = None,
        padding: int = 0,
        goes_on: bool = False,
    ) -> int:
        """Submits a task; its run. If it goes on, the next one goes with it."""
        number = self.number("run")
        text = json.dumps(options).encode() if options else b""
        flags = 0 if output_limit is None else 2
        order = ORDER.pack(attempt, 0, 0, self._last["object"], 0, flags, output_limit or 0, 0)
        size = len(text) | (GOES_ON if goes_on else 0)
        head = SUBMISSION.pack(pool, size) + text + LIMITS.pack(int(grace * 1e6), int(timeout * 1e6)) + order
        call = json.dumps(command).encode() + bytes(padding)
        self.connection.write(Kind.SUBMIT, number, head, call)
        return number

    def outcome(self, run: int, limit: float = PATIENCE) -> Outcome:
        """Waits for the end of a run."""
        frame = self.wait(Kind.DONE, run, limit=limit)
        end, has_started, *_ = DONE.unpack_from(frame.head)
        rest = bytes(frame.rest(DONE.size + PID.size))
        # The name of the node.
        rest = rest[1 + rest[0] :]
        (size,) = OUTPUT_SIZE.unpack_from(rest)
        rest = rest[OUTPUT_SIZE.size :]
        return Outcome(End(end), bool(has_started), rest[:size], rest[size:])

    def run(self, pool: int, command: list[Any], **keys: Any) -> Outcome:
        """Submits a task and waits for its end."""
        return self.outcome(self.submit(pool, command, **keys))

    def cancel(self, run: int, level: int) -> None:
        """Cancels a run."""
        self.connection.write(Kind.CANCEL, run, bytes([level]))

    def tell(
        self, pool: int, operation: Operation, target: int, number: int = 0, wait: int = 0, data: bytes = b""
    ) -> int:
        """Asks the hub something; the request's number."""
        request = self.number("request")
        body = REQUEST.pack(operation, target, number, wait) + data
        self.connection.write(Kind.HUB, request, POOL_NUMBER.pack(pool), body)
        return request

    def answer(self, request: int) -> tuple[int, int, bytes]:
        """Waits for an answer of the hub."""
        frame = self.wait(Kind.HUBRES, request)
        code, number = REPLY.unpack_from(frame.head)
        return code, number, bytes(frame.rest(REPLY.size))

    def ask(self, pool: int, operation: Operation, target: int, **keys: Any) -> tuple[int, int, bytes]:
        """Asks the hub something and waits for the answer."""
        return self.answer(self.tell(pool, operation, target, **keys))

    def channel(self, pool: int, capacity: int = NONE, byte_capacity: int = NONE, redelivers: bool = False) -> int:
        """Makes a channel, without waiting."""
        target = self.number("object")
        self.tell(pool, Operation.MAKE_CHANNEL, target, data=CHANNEL.pack(capacity, byte_capacity, redelivers))
        return target

    def signal(self, pool: int) -> int:
        """Makes a signal, without waiting."""
        target = self.number("object")
        self.tell(pool, Operation.MAKE_SIGNAL, target)
        return target

    def share(self, pool: int, data: bytes) -> int:
        """Shares a value; its number."""
        request, number = self.number("request"), self.number("shared")
        self.connection.write(Kind.SHARE, request, SHARED.pack(pool, number), data)
        assert self.answer(request)[0] == 1
        return number

    def fetch(self, pool: int, number: int) -> tuple[int, bytes]:
        """A shared value: code and bytes."""
        request = self.number("request")
        self.connection.write(Kind.FETCH, request, SHARED.pack(pool, number))
        code, _, data = self.answer(request)
        return code, data

    def end_pool(self, pool: int, kills: bool = False) -> None:
        """Ends a pool and waits until it has."""
        self.connection.write(Kind.ENDPOOL, pool, b"\x01" if kills else b"")
        self.wait(Kind.POOLENDED, pool)

    def close(self) -> None:
        """Leaves, and waits until the driver has."""
        self.connection.write(Kind.SHUT, 0)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.connection.close()


@contextlib.contextmanager
def fake_host(directory: str, **hello: Any) -> Iterator[Host]:
    """A host with the driver whose cluster is this machine."""
    host = Host([sys.executable, str(HERE / "fake_driver.py")], {}, Path(directory, "log"))
    try:
        host.hello(**hello)
        yield host
    finally:
        host.close()
