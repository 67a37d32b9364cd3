"""Shared values in a wrapper or a driver: put into the cluster once, and on each node into one memory. Knows no Ray."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Callable
from typing import Any, Protocol

from swiftray.frames import REPLY, Buffer, Code, Connection, Kind, SizeLimit, is_sealed, make_blob, utf8
from swiftray.link import HubCalls


class Store(Protocol):
    """Where a cluster keeps values."""

    def put(self, data: Buffer) -> Any:
        """Puts a value in; what it can be had for."""

    def get(self, handle: Any) -> Buffer:
        """A value, in whatever memory."""


class NearStore:
    """A store whose values are in this process: what they can be had for is the values themselves."""

    def put(self, data: Buffer) -> Any:
        return bytes(data)

    def get(self, handle: Any) -> Buffer:
        assert isinstance(handle, bytes)
        return handle


class Shares:
    """The shared values of one pool, for one client of its hub."""

    def __init__(self, pool: str, calls: HubCalls, store: Store, node: str, limit: SizeLimit) -> None:
        self._name = f"multitasking-{pool.replace('/', '-')}"
        self._calls = calls
        self._store = store
        self._node = node
        self._limit = limit
        self._lock = threading.Lock()
        #: The values that are here, by number: descriptor and size.
        self._blobs: dict[int, tuple[int, int]] = {}
        #: How many values were dropped so far.
        self._drops = 0

    def share(self, connection: Connection, request: int, number: int, data: Buffer) -> None:
        """Shares a value, and answers; on a thread of its own."""
        self._run(connection, request, lambda: self._share(connection, request, number, data))

    def fetch(self, connection: Connection, request: int, number: int) -> None:
        """Answers with a shared value; on a thread of its own."""
        self._run(connection, request, lambda: self._fetch(connection, request, number))

    def drop(self, number: int) -> None:
        """Forgets a value."""
        with self._lock:
            self._drops += 1
            blob = self._blobs.pop(number, None)
        if blob is not None:
            os.close(blob[0])

    def close(self) -> None:
        """Forgets all values."""
        for number in list(self._blobs):
            self.drop(number)

    def _run(self, connection: Connection, request: int, body: Callable[[], None]) -> None:
        def refuse(error: Exception) -> None:
            _refuse(connection, request, f"{type(error).__name__}: {error}")

        def run() -> None:
            try:
                body()
            except Exception as error:
                refuse(error)

        try:
            threading.Thread(target=run, name="share", daemon=True).start()
        except RuntimeError as error:
            # The system gives no thread.
            refuse(error)

    def _share(self, connection: Connection, request: int, number: int, data: Buffer) -> None:
        reason = self._limit.refusal("the value", len(data))
        if reason is not None:
            return _refuse(connection, request, reason)
        self._calls.share(number, self._store.put(data)).result()
        connection.write(Kind.HUBRES, request, REPLY.pack(Code.OK, 0))

    def _fetch(self, connection: Connection, request: int, number: int) -> None:
        blob = self._blob(number)
        if blob is None:
            connection.write(Kind.HUBRES, request, REPLY.pack(Code.NO_SUCH_OBJECT, 0))
            return
        descriptor, count = blob
        try:
            connection.write_descriptor(Kind.HUBRES, request, REPLY.pack(Code.OK, 0), descriptor, count)
        finally:
            os.close(descriptor)

    def _blob(self, number: int) -> tuple[int, int] | None:
        """A value, and a descriptor of the caller's, which remains if the value is dropped meanwhile."""
        with self._lock:
            drops = self._drops
            known = self._blobs.get(number)
            if known is not None:
                return os.dup(known[0]), known[1]
        handle, place = self._calls.shared(number, self._node).result()
        if handle is None:
            return None
        blob = _open(place, f"{self._name}-{number}") if place is not None else None
        if blob is None:
            with memoryview(self._store.get(handle)) as data:
                blob = make_blob(data, f"{self._name}-{number}"), data.nbytes
            self._calls.locate(number, self._node, (os.getpid(), blob[0]))
        with self._lock:
            # If it is this value that was dropped meanwhile, nobody would drop it again.
            is_first = drops == self._drops and self._blobs.setdefault(number, blob) is blob
            own = os.dup(blob[0]) if is_first else blob[0]
        return own, blob[1]


def _refuse(connection: Connection, request: int, reason: str) -> None:
    connection.write(Kind.HUBRES, request, REPLY.pack(Code.INVALID, 0), utf8(reason, 4000))


def _open(place: tuple[int, int], name: str) -> tuple[int, int] | None:
    """The memory of a name that another process of this node has open; None if it has not any more."""
    pid, number = place
    try:
        # The number may have become another's, or whoever named it may have lied: opening a pipe may take for ever, and
        # opening a device may do something. This opens nothing yet, and what it is does not change any more.
        found = os.open(f"/proc/{pid}/fd/{number}", os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        path = f"/proc/self/fd/{found}"
        if not stat.S_ISREG(os.fstat(found).st_mode) or not os.readlink(path).startswith(f"/memfd:{name} "):
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    finally:
        os.close(found)
    # A file of that name has no seals, and does not know what that is.
    with contextlib.suppress(OSError):
        if is_sealed(descriptor):
            return descriptor, os.fstat(descriptor).st_size
    os.close(descriptor)
    return None
