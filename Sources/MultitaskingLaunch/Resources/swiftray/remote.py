"""A worker on another machine: keeps children of the program there, as its driver says by standard input and output."""

from __future__ import annotations

import collections
import os
import select
import socket
import struct
import sys
import threading
from concurrent.futures import Future
from typing import Any, BinaryIO

from swiftray.frames import Buffer, Frame, Kind, ProtocolError, SizeLimit
from swiftray.link import AskedHub, HubCalls
from swiftray.posts import Delivery
from swiftray.stream import MOST_PERIODS, Inbox, Outbox
from swiftray.worker import PoolSpec, RunSpec, Wrapper

#: Where the limit of what this worker says comes from.
_REASON = "a quarter of the memory that the program may use, at least 256 MiB"
#: How much of an executable is looked at for the number of its build.
_MOST_NOTES = 1 << 16


class _Store:
    """Values come from the driver, which has them all."""

    def __init__(self, site: _Site) -> None:
        self._site = site

    def put(self, data: Buffer) -> Any:
        return data

    def get(self, handle: Any) -> Buffer:
        pool, number = handle
        value: Buffer = self._site.ask(pool, "value", (number,)).result()
        return value


class _Site:
    """Where this worker is."""

    def __init__(self, node: str, outbox: Outbox, limit: SizeLimit) -> None:
        self.node = node
        self.limit = limit
        self.store = _Store(self)
        self._outbox = outbox
        self._lock = threading.Lock()
        self._last = 0
        self._asked: dict[int, tuple[str, Future[Any]]] = {}

    def hub(self, pool: str) -> HubCalls:
        return AskedHub(self.ask, pool)

    def ask(self, pool: str, method: str, arguments: tuple[Any, ...]) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._last += 1
            number = self._last
            self._asked[number] = (method, future)
        self._outbox.put(Kind.CALL, number, [pool, method, arguments])
        return future

    def answer(self, number: int, result: Any, error: str | None) -> None:
        with self._lock:
            method, future = self._asked.pop(number)
        if error is not None:
            future.set_exception(RuntimeError(error))
        elif method in ("requests", "poll"):
            count, version, signals, items = result
            future.set_result(Delivery(count, version, [tuple(each) for each in signals], [tuple(i) for i in items]))
        else:
            future.set_result(result)


def main() -> None:
    """Runs tasks until the driver goes."""
    reading, writing = os.dup(0), os.dup(1)
    # What is printed here, by whatever, is no frame.
    os.dup2(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), 0)
    os.dup2(2, 1)
    inbox = Inbox()
    frames: list[tuple[Frame, Any]] = []
    while not frames:
        frames = inbox.read(reading)
    (first, said), *others = frames
    if first.kind is not Kind.LAUNCH:
        raise ProtocolError(f"the driver begins with {first.kind.name}")
    outbox = Outbox(writing, said["period"], lambda: os._exit(1))
    node = said["node"] or socket.gethostname()
    refusal = _refusal(said["executable"], said["build"], node)
    outbox.put(Kind.LAUNCHED, 0, [node, os.getpid(), refusal])
    if refusal is not None:
        outbox.close()
        threading.Event().wait()
    os.environ.update(said["environment"])
    site = _Site(node, outbox, SizeLimit(said["most"], _REASON))
    _Worker(site, inbox, reading, outbox, said["period"], others).serve()


class _Worker:
    """Tasks wait here for the first thread, with which the children would die."""

    def __init__(
        self,
        site: _Site,
        inbox: Inbox,
        reading: int,
        outbox: Outbox,
        period: float,
        frames: list[tuple[Frame, Any]],
    ) -> None:
        self._site = site
        self._inbox = inbox
        self._reading = reading
        self._outbox = outbox
        self._period = period
        self._tasks: collections.deque[Any] = collections.deque()
        self._has_tasks = threading.Semaphore(0)
        self._take(frames)

    def serve(self) -> None:
        threading.Thread(target=self._read, name="read", daemon=True).start()
        wrapper = Wrapper(self._site)
        while True:
            self._has_tasks.acquire()
            pool, specs, calls = self._tasks.popleft()
            outcomes = wrapper.run(PoolSpec(*pool), [RunSpec(*spec) for spec in specs], calls)
            # They are written when the next task may be running.
            self._outbox.put(Kind.OUTCOME, 0, [(run, outcome.own()) for run, outcome in outcomes])

    def _read(self) -> None:
        try:
            poll = select.poll()
            poll.register(self._reading, select.POLLIN)
            while poll.poll(self._period * MOST_PERIODS * 1000):
                self._take(self._inbox.read(self._reading))
            print("multitasking: the driver is silent", file=sys.stderr, flush=True)
        except EOFError:
            pass
        except Exception as error:
            print(f"multitasking: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
        finally:
            # Children die with their worker.
            os._exit(0)

    def _take(self, frames: list[tuple[Frame, Any]]) -> None:
        for frame, value in frames:
            if frame.kind is Kind.RUN:
                self._tasks.append(value)
                self._has_tasks.release()
            elif frame.kind is Kind.RETURN:
                self._site.answer(frame.id, *value)


def _refusal(executable: str, build: str, node: str) -> str | None:
    """Why this machine cannot run the program."""
    try:
        own = build_of(executable)
    except OSError as error:
        return (
            f"{executable} cannot be read on {node} ({error.strerror}): install the same build of the program there, "
            "or give its path on the hosts as the option `executable`"
        )
    if not os.access(executable, os.X_OK):
        return f"{executable} isn't executable on {node}: make it executable"
    if build and own and own != build:
        return (
            f"{executable} on {node} is a different build ({own}) from this program ({build}): copy this "
            "program's executable there"
        )
    return None


def build_of(path: str) -> str:
    """The build that an executable says it is, in hexadecimal; empty if it does not say. Raises OSError."""
    with open(path, "rb") as file:
        header = file.read(64)
        if len(header) < 64 or header[:6] != b"\x7fELF\x02\x01":
            return ""
        (table,) = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        segments = _read_at(file, table, size * count)
        for start in range(0, len(segments) - 55, max(size, 56)):
            kind, _, offset, _, _, length = struct.unpack_from("<IIQQQQ", segments, start)
            if kind != 4:
                continue
            build = _note(_read_at(file, offset, length))
            if build:
                return build
    return ""


def _read_at(file: BinaryIO, offset: int, count: int) -> bytes:
    if offset >= os.fstat(file.fileno()).st_size:
        return b""
    file.seek(offset)
    return file.read(min(count, _MOST_NOTES))


def _note(notes: bytes) -> str:
    position = 0
    while position + 12 <= len(notes):
        name, size, kind = struct.unpack_from("<III", notes, position)
        start = position + 12 + (name + 3) // 4 * 4
        if kind == 3 and notes[position + 12 : position + 16] == b"GNU\0":
            return notes[start : start + size].hex()
        position = start + (size + 3) // 4 * 4
    return ""
