"""The driver: stands between the host, whose frames come on a socket, and a cluster of wrappers. Knows no Ray."""

from __future__ import annotations

import contextlib
import json
import os
import struct
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, NamedTuple, Protocol, Union

from swiftray.frames import (
    GOES_ON,
    LIMITS,
    NEEDED_CALLS,
    ORDER,
    POOL_NUMBER,
    PROTOCOL_LIMIT,
    REPLY,
    SHARED,
    SUBMISSION,
    VERSION,
    Buffer,
    Code,
    Connection,
    End,
    Frame,
    Kind,
    ProtocolError,
    text,
    unpack,
    utf8,
)
from swiftray.link import HubCalls, HubLink
from swiftray.posts import RUN_BACK, RUN_DIED, RUN_DONE, RUN_ENDED, Item, Post
from swiftray.shares import Shares, Store
from swiftray.worker import Outcome, PoolSpec, RunSpec

#: How long the children of a pool may take to leave, in seconds, before its hub is ended.
_PATIENCE = 3.0


class _Dismissed(Exception):
    """The host needs the driver no longer."""


class Refused(Exception):
    """Why there is no cluster: `reason` is "unreachable", "version" or "old"."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Loss(NamedTuple):
    """The cluster has no outcome of a run."""

    #: LOST, OTHER, OUT_OF_MEMORY, UNREACHABLE; CANCELLED if the cluster has taken it back.
    end: End
    node: str
    detail: str


#: Called when a call of the cluster has ended: with what is known of its runs, or why nothing is.
Ended = Callable[[Union[list[tuple[int, Outcome]], Loss]], None]


class PoolOptions(NamedTuple):
    """How a pool is made."""

    spec: PoolSpec
    placement: Any
    options: dict[str, Any]


class Cluster(Protocol):
    """What the driver needs of a cluster. Its callbacks come on any thread, one after the other."""

    def start(self, hello: dict[str, Any]) -> dict[str, Any]:
        """Connects; gives what READY says. Raises `Refused`."""

    def open_pool(self, pool: PoolOptions) -> HubCalls:
        """Starts a pool's hub."""

    def close_pool(self, pool: PoolOptions) -> None:
        """Ends a pool's hub."""

    def submit(self, pool: PoolOptions, specs: list[RunSpec], calls: list[Buffer], done: Ended) -> object:
        """Has a wrapper run tasks, once, one after the other; gives what `cancel` takes."""

    def cancel(self, handle: object, kills: bool) -> None:
        """Takes back a run that no wrapper has, or kills the wrapper that has it."""

    def hub_statistics(self, pool: PoolOptions) -> Future[dict[str, int]]:
        """Asks a pool's hub what it holds."""

    @property
    def store(self) -> Store:
        """Where values are shared."""

    def statistics(self) -> dict[str, Any]:
        """What there is of nodes and processors."""

    def stop(self) -> None:
        """Ends everything that was started."""


class _Run:
    """A run that the cluster has."""

    def __init__(self) -> None:
        self.handle: object = None
        self.cancel_level: int | None = None
        #: The payload of its STARTED, when it has come.
        self.started: bytes | None = None


class _Pool:
    """One pool: its hub, and the runs that are under way."""

    def __init__(self, number: int, options: PoolOptions, connection: Connection, cluster: Cluster) -> None:
        self.number = number
        self.options = options
        self.lock = threading.Lock()
        self.runs: dict[int, _Run] = {}
        self.is_lost = False
        self._connection = connection
        self._cluster = cluster
        calls = cluster.open_pool(options)
        self.shares = Shares(options.spec.name, calls, cluster.store, "", PROTOCOL_LIMIT)
        self.link = HubLink(0, calls, self._deliver, self._lose)
        self.link.start()

    # From the host

    def submit(self, frames: list[Frame]) -> None:
        """Hands tasks over in one call of the cluster."""
        specs: list[RunSpec] = []
        calls: list[Buffer] = []
        for frame in frames:
            spec, call = self._read(frame)
            specs.append(spec)
            calls.append(call)
        runs = {spec.run: _Run() for spec in specs}
        with self.lock:
            self.runs.update(runs)
        if self.is_lost:
            for number in runs:
                self._end(number, _lost("", "the pool's hub is gone"))
            return
        try:
            handle = self._cluster.submit(self.options, specs, calls, lambda ended: self._ended(list(runs), ended))
        except Exception as error:
            for number in runs:
                self._end(number, Outcome(End.OTHER, False, b"", utf8(f"{type(error).__name__}: {error}")))
            return
        for run in runs.values():
            run.handle = handle

    def _read(self, frame: Frame) -> tuple[RunSpec, Buffer]:
        _, size = unpack(SUBMISSION, frame)
        size &= ~GOES_ON
        position = SUBMISSION.size + size
        resources = frame.head[SUBMISSION.size : position].decode()
        grace, timeout = unpack(LIMITS, frame, position)
        position += LIMITS.size
        unpack(ORDER, frame, position)
        order = frame.head[position : position + ORDER.size]
        call = frame.rest(position + ORDER.size)
        return RunSpec(frame.id, resources, grace, timeout, order, self.link.version), call

    def cancel(self, frame: Frame) -> None:
        (level,) = unpack(struct.Struct("<B"), frame)
        with self.lock:
            run = self.runs.get(frame.id)
            if run is None:
                # Its DONE is on the way.
                return
            run.cancel_level = max(level, run.cancel_level or 0)
            started = run.started
        if level == 0 and started is not None:
            self._connection.write(Kind.STARTED, frame.id, started)
            return
        self.link.post([(Kind.CANCEL, 0, frame.id, bytes([level]))])
        self._take_back(run, kills=level >= 2)

    def _take_back(self, run: _Run, kills: bool) -> None:
        try:
            self._cluster.cancel(run.handle, kills)
        except Exception as error:
            # Others are to end all the same.
            print(f"swiftray: a run cannot be taken back: {type(error).__name__}: {error}", flush=True)

    def end(self, how: bytes) -> None:
        """Ends the pool's runs, children and hub; with 1, children are killed instead of asked."""
        with contextlib.ExitStack() as closing:
            # From the last to the first, whatever fails: the host waits for the pool's end.
            closing.callback(self._tell_end)
            closing.callback(self._cluster.close_pool, self.options)
            closing.callback(self.shares.close)
            closing.callback(self.link.close)
            self._empty(how)

    def _empty(self, how: bytes) -> None:
        with self.lock:
            runs = dict(self.runs)
        for number, run in runs.items():
            run.cancel_level = 2
            self.link.post([(Kind.CANCEL, 0, number, b"\x02")])
            self._take_back(run, kills=True)
        self.link.post([(Kind.ENDPOOL, 0, 0, how)])
        # Those that are killed run no finalizers.
        limit = 0 if how == b"\x01" else self.options.spec.finalizer_limit
        deadline = time.monotonic() + _PATIENCE + limit
        while not self.is_lost and time.monotonic() < deadline:
            try:
                left = self._cluster.hub_statistics(self.options).result(timeout=_PATIENCE)
            except Exception:
                break
            with self.lock:
                if left["clients"] == 0 and not self.runs:
                    break
            time.sleep(0.01)
        # What their finalizers said is handed on.
        self.link.wait_sync(_PATIENCE)

    def _tell_end(self) -> None:
        with self.lock:
            numbers = list(self.runs)
        for number in numbers:
            self._end(number, _lost("", "the pool has ended"))
        self._connection.write(Kind.POOLENDED, self.number)

    # From the cluster

    def _ended(self, runs: list[int], ended: list[tuple[int, Outcome]] | Loss) -> None:
        if not isinstance(ended, Loss):
            for number, outcome in ended:
                self._done(number, outcome)
            return
        for number in runs:
            self._done(number, ended, is_alone=len(runs) == 1)

    def _done(self, number: int, outcome: Outcome | Loss, is_alone: bool = True) -> None:
        with self.lock:
            run = self.runs.get(number)
        if run is None:
            return
        if isinstance(outcome, Outcome):
            if outcome.version > self.link.version or outcome.has_noted:
                return self.link.sync(lambda: self._end(number, outcome))
            return self._end(number, outcome)
        level = run.cancel_level
        # A run that was to end only if it had not begun may have done so and not said so yet, unless it was taken back.
        was_taken_back = level is not None and outcome.end is End.CANCELLED and run.started is None
        was_ended = level is not None and level > 0 and outcome.end in (End.LOST, End.CANCELLED)
        if was_taken_back or was_ended:
            # What a lost worker was doing, nobody knows: it may have begun and not said so yet.
            may_have_begun = run.started is not None or outcome.end is End.LOST
            end = Outcome(End.CANCELLED, may_have_begun, b"", b"")
        elif outcome.end is End.CANCELLED and not is_alone:
            # It was taken back with another one, before any of them had begun.
            end = Outcome(End.CANCELLED, False, b"", b"")
        else:
            lost = End.LOST if outcome.end is End.CANCELLED else outcome.end
            detail = utf8(outcome.detail, 4000)
            has_node = lost not in (End.OTHER, End.UNREACHABLE)
            body = text(outcome.node) + detail if has_node else detail
            end = Outcome(lost, lost is not End.UNREACHABLE, b"", body)
        # What it held goes back before its end is known.
        self.link.post([(RUN_DIED, 0, number, b"")])
        self.link.sync(lambda: self._end(number, end))

    def _end(self, number: int, outcome: Outcome) -> None:
        with self.lock:
            run = self.runs.pop(number, None)
        if run is None:
            return
        if run.cancel_level is not None:
            # No wrapper need remember it any more. One that has run it may have said nothing of it.
            self.link.post([(RUN_ENDED, 0, number, b"")])
        self._connection.write(Kind.DONE, number, outcome.head, outcome.body)

    def _deliver(self, item: Item) -> None:
        kind, number, head, tail = item
        if kind == RUN_BACK:
            return self._end(number, Outcome(End.CANCELLED, False, b"", b""))
        if kind == RUN_DONE:
            with self.lock:
                run = self.runs.pop(number, None)
            if run is not None:
                self._connection.write(Kind.DONE, number, head)
            return
        if kind == Kind.UNSHARED:
            # The host has said so itself.
            return self.shares.drop(number)
        if kind in (Kind.SIGNALS, Kind.FINALIZED):
            number = self.number
        elif kind == Kind.STARTED:
            with self.lock:
                run = self.runs.get(number)
                if run is None:
                    return
                run.started = head
        self._connection.write(Kind(kind), number, head, tail)

    def _lose(self, reason: str) -> None:
        with self.lock:
            self.is_lost = True
            runs = dict(self.runs)
        for number, run in runs.items():
            self._take_back(run, kills=True)
            self._end(number, _lost("", f"the pool's hub is gone: {reason}"))
        self._connection.write(Kind.POOLLOST, self.number, utf8(reason, 4000))


class Driver:
    """Serves a host until it says that it is done, or goes."""

    def __init__(self, connection: Connection, cluster: Cluster) -> None:
        self._connection = connection
        self._cluster = cluster
        self._pools: dict[int, _Pool] = {}
        self._ends: list[threading.Thread] = []
        #: Tasks that go together with the next one of their pool: other pools may hand over theirs in between.
        self._bursts: dict[int, list[Frame]] = {}

    def serve(self) -> bool:
        """Serves; returns at the end, and whether the host has gone without a word."""
        try:
            first, *others = self._first()
            if self._greet(first):
                self._take(others)
                while True:
                    self._take(self._connection.read())
        except _Dismissed:
            pass
        except (EOFError, OSError):
            return True
        except ProtocolError as error:
            print(f"swiftray: the host does not speak this protocol: {error}", flush=True)
        finally:
            self._cluster.stop()
        return False

    def _first(self) -> list[Frame]:
        while True:
            frames = self._connection.read()
            if frames:
                return frames

    def _greet(self, frame: Frame) -> bool:
        try:
            if frame.kind is not Kind.HELLO:
                raise Refused("version", f"the host begins with {frame.kind.name} instead of HELLO")
            hello = _json(frame.rest(0))
            if hello.get("version") != VERSION:
                raise Refused("version", f"the host speaks version {hello.get('version')}, the driver {VERSION}")
            if not all(hasattr(os, name) for name in NEEDED_CALLS):
                raise Refused("old", f"{sys.executable} was built without {' and '.join(NEEDED_CALLS)}")
            ready = self._cluster.start(hello)
        except Refused as error:
            refusal = {"version": VERSION, "error": str(error), "reason": error.reason}
            self._connection.write(Kind.READY, 1, json.dumps(refusal).encode())
            return False
        self._connection.write(Kind.READY, 0, json.dumps({"version": VERSION, **ready}).encode())
        return True

    def _take(self, frames: list[Frame]) -> None:
        #: Requests that came together go to their hub together.
        posts: dict[int, list[Post]] = {}
        for frame in frames:
            if frame.kind in (Kind.HUB, Kind.HUBCANCEL):
                (number,) = unpack(POOL_NUMBER, frame)
                body = bytes(frame.rest(POOL_NUMBER.size)) if frame.kind is Kind.HUB else b""
                posts.setdefault(number, []).append((frame.kind, frame.id, 0, body))
                continue
            self._post(posts)
            posts = {}
            self._obey(frame)
        self._post(posts)

    def _post(self, posts: dict[int, list[Post]]) -> None:
        for number, some in posts.items():
            pool = self._pools.get(number)
            if pool is not None:
                pool.link.post(some)
                continue
            # The pool has ended while the host was asking.
            for kind, request, _, _ in some:
                if kind == Kind.HUB:
                    self._connection.write(Kind.HUBRES, request, REPLY.pack(Code.LOST, 0))

    def _obey(self, frame: Frame) -> None:
        if frame.kind is Kind.SUBMIT:
            number, size = unpack(SUBMISSION, frame)
            self._bursts.setdefault(number, []).append(frame)
            if size & GOES_ON:
                return
            frames = self._bursts.pop(number)
            pool = self._pools.get(number)
            if pool is not None:
                return pool.submit(frames)
            for each in frames:
                self._connection.write(Kind.DONE, each.id, Outcome(End.CANCELLED, False, b"", b"").head)
        elif frame.kind is Kind.CANCEL:
            for pool in list(self._pools.values()):
                pool.cancel(frame)
        elif frame.kind in (Kind.SHARE, Kind.FETCH):
            self._exchange(frame)
        elif frame.kind is Kind.POOL:
            self._open(frame)
        elif frame.kind is Kind.ENDPOOL:
            self._close(frame.id, bytes(frame.rest(0)))
        elif frame.kind is Kind.STATS:
            threading.Thread(target=self._report, args=(frame,), name="statistics", daemon=True).start()
        elif frame.kind is Kind.SHUT:
            for number in list(self._pools):
                self._close(number, b"\x01")
            for thread in self._ends:
                thread.join()
            raise _Dismissed
        else:
            raise ProtocolError(f"a host does not say {frame.kind.name}")

    def _exchange(self, frame: Frame) -> None:
        pool_number, number = unpack(SHARED, frame)
        pool = self._pools.get(pool_number)
        if pool is None:
            self._connection.write(Kind.HUBRES, frame.id, REPLY.pack(Code.LOST, 0))
        elif frame.kind is Kind.FETCH:
            pool.shares.fetch(self._connection, frame.id, number)
        else:
            pool.shares.share(self._connection, frame.id, number, frame.rest(SHARED.size))

    def _open(self, frame: Frame) -> None:
        if frame.id in self._pools:
            raise ProtocolError(f"there is a pool {frame.id} already")
        said = _json(frame.rest(0))
        options = PoolOptions(
            PoolSpec(
                str(frame.id),
                str(said.get("executable")),
                bool(said.get("forwardsOutput")),
                max(0.0, float(said.get("finalizerLimit") or 0)),
            ),
            said.get("placement", "pack"),
            dict(said.get("options") or {}),
        )
        try:
            self._pools[frame.id] = _Pool(frame.id, options, self._connection, self._cluster)
        except Exception as error:
            reply = {"error": f"the pool's hub cannot be started: {type(error).__name__}: {error}"}
        else:
            reply = {}
        self._connection.write(Kind.POOLREADY, frame.id, json.dumps(reply).encode())

    def _close(self, number: int, how: bytes) -> None:
        pool = self._pools.pop(number, None)
        if pool is None:
            return
        thread = threading.Thread(target=pool.end, args=(how,), name="end", daemon=True)
        thread.start()
        self._ends = [other for other in self._ends if other.is_alive()] + [thread]

    def _report(self, frame: Frame) -> None:
        (number,) = unpack(POOL_NUMBER, frame)
        report: dict[str, Any] = {}
        pool = self._pools.get(number)
        try:
            if pool is not None:
                report["underWay"] = len(pool.runs)
                report["hub"] = self._cluster.hub_statistics(pool.options).result(timeout=5)
            report.update(self._cluster.statistics())
        except Exception as error:
            report["error"] = f"{type(error).__name__}: {error}"
        self._connection.write(Kind.STATS, frame.id, json.dumps(report).encode())


def _json(data: Buffer) -> dict[str, Any]:
    try:
        value = json.loads(bytes(data))
    except ValueError as error:
        raise ProtocolError(f"this is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ProtocolError("this is not a JSON object")
    return value


def _lost(node: str, detail: str) -> Outcome:
    return Outcome(End.LOST, True, b"", text(node) + utf8(detail))
