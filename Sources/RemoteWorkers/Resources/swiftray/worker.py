"""The wrapper: what runs in a worker of the cluster, and keeps the children there. Knows no Ray.

It carries out what must not depend on a network: time limits, the ladder of a forced cancel, the report of a crash.
"""

from __future__ import annotations

import collections
import math
import os
import queue
import random
import signal
import threading
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from swiftray.child import Child, Event
from swiftray.frames import (
    BLOB_SIZE,
    CALL_ENDS,
    DONE,
    NOWHERE,
    ORDER,
    OUTPUT_SIZE,
    Buffer,
    End,
    Kind,
    SizeLimit,
    text,
    utf8,
)
from swiftray.link import HubCalls
from swiftray.posts import RUN_BACK, RUN_DIED, RUN_DONE, RUN_ENDED, Post
from swiftray.shares import Shares, Store
from swiftray.system import limit_open_files, raise_open_files

#: How long a run may take before those that were handed over with it no longer wait for it, in seconds.
_LONG = 0.003
#: How long a run must last before the host is told that it has started, in seconds: telling takes three milliseconds of
#: processor time, in three processes together. A host that must know earlier asks.
_STARTED_AFTER = 0.1
#: How often it is looked whether a run has said how far it is, in seconds.
_LOOK_EVERY = 0.1
#: How many bytes the outcomes of runs that were handed over together may have before they are told, about.
_MOST_BYTES = 16 << 20
#: What helps where a result is too large.
_SMALLER_RESULT = (
    "return less, such as parts by a channel, the path of a file, or fewer elements of a map together (chunkSize)"
)
#: How many children a wrapper keeps, each for a pool and the resources it was made for.
_MOST_CHILDREN = 4
_HAS_OUTPUT_LIMIT, _RELAYS_OUTPUT = 2, 8


class PoolSpec(NamedTuple):
    """What a wrapper knows of a pool."""

    name: str
    executable: str
    forwards_output: bool
    #: How long the finalizer of a child may take, in seconds.
    finalizer_limit: float = 0.0


class RunSpec(NamedTuple):
    """A run, as the driver hands it to the cluster."""

    run: int
    #: Which resources it has; a child is kept for the resources it was made for.
    resources: str
    #: Microseconds; 0 for no time limit.
    grace: int
    timeout: int
    order: bytes
    #: The version of the signals that the host had seen.
    version: int


class Outcome(NamedTuple):
    """How a run has ended."""

    end: int
    has_started: bool
    output: bytes
    body: Buffer
    #: The version of the signals that the run had seen.
    version: int = 0
    #: Whether the host must be told something else first.
    has_noted: bool = False
    #: How long it was decoded, ran, and was encoded, in nanoseconds.
    times: tuple[int, int, int] = (0, 0, 0)
    #: Where it ran, as STARTED says it.
    place: bytes = NOWHERE

    def own(self) -> Outcome:
        """The same with a body of its own, which no later run of the child writes over."""
        return self._replace(body=bytes(self.body))

    @property
    def head(self) -> bytes:
        """What stands before the body in the payload of DONE."""
        head = DONE.pack(self.end, self.has_started, *self.times) + self.place
        return head + OUTPUT_SIZE.pack(len(self.output)) + self.output


class Site(Protocol):
    """Where a wrapper runs."""

    @property
    def node(self) -> str:
        """The name of the machine."""

    def hub(self, pool: str) -> HubCalls:
        """The hub of a pool."""

    @property
    def store(self) -> Store:
        """Where values are shared."""

    @property
    def limit(self) -> SizeLimit:
        """How much may be said at once."""


class Wrapper:
    """Keeps children and runs tasks in them, one at a time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        #: What children are given again. A wrapper may have more: each shared value takes one.
        self._open_files = raise_open_files()
        self._children: collections.OrderedDict[tuple[str, str], Child] = collections.OrderedDict()
        #: What children of a pool share, by its name.
        self._shares: dict[str, Shares] = {}

    def run(self, pool: PoolSpec, specs: Sequence[RunSpec], calls: Sequence[Buffer]) -> list[tuple[int, Outcome]]:
        """Runs tasks in a child, one after the other. Must be called on the thread on which the wrapper lives.

        They are several where they are expected to be short. If one is not, the others do not wait for its end: what is
        done by then is said at once, and what has not begun is given back.

        The last outcome's body may be in memory of the child's, which writes over it in its next run.
        """
        burst = _Burst(specs)
        for call in calls:
            if not burst.waiting:
                break
            spec = burst.waiting.popleft()
            # Which of them nobody has heard of may change meanwhile.
            outcome = self._run(pool, spec, call, burst)
            burst.add(spec.run, outcome.own() if burst.waiting else outcome)
        return burst.done

    def _run(self, pool: PoolSpec, spec: RunSpec, call: Buffer, burst: _Burst) -> Outcome:
        if len(spec.order) != ORDER.size:
            return _other("an order is malformed")
        # A child that dies between two tasks, or as it takes one, has not begun with it: another one takes it.
        for is_last in (False, True):
            try:
                child = self._child(pool, spec.resources)
            except OSError as error:
                return _other(f"{pool.executable} cannot be started on {self._site.node}: {error}")
            except Exception as error:
                return _lost(self._site.node, f"{type(error).__name__}: {error}")
            outcome = _Attempt(child, spec, burst).perform(call, is_last)
            if outcome is not None:
                return outcome
        raise AssertionError("the last attempt has an outcome")

    def end(self) -> None:
        """Ends all children."""
        for child in self._children.values():
            child.end()

    def _child(self, pool: PoolSpec, resources: str) -> Child:
        for key, child in list(self._children.items()):
            if child.is_dead or child.is_ending:
                self._drop(key)
        key = (pool.name, resources)
        kept = self._children.get(key)
        if kept is not None:
            self._children.move_to_end(key)
            return kept
        while len(self._children) >= _MOST_CHILDREN:
            self._drop(next(iter(self._children)))
        client = random.SystemRandom().getrandbits(63) | 1
        calls = self._site.hub(pool.name)
        shares = self._shares.get(pool.name)
        if shares is None:
            shares = Shares(pool.name, calls, self._site.store, self._site.node, self._site.limit)
            self._shares[pool.name] = shares
        made = Child(
            _executable(pool.executable),
            client,
            calls,
            shares,
            self._site.node,
            self._site.limit,
            pool.forwards_output,
            pool.finalizer_limit,
        )
        # Before it has a task, which may close all descriptors that it could have.
        limit_open_files(made.pid, self._open_files)
        self._children[key] = made
        return made

    def _drop(self, key: tuple[str, str]) -> None:
        child = self._children.pop(key)
        if all(name != key[0] for name, _ in self._children):
            shares = self._shares.pop(key[0], None)
            if shares is not None:
                shares.close()
        child.end()
        threading.Thread(target=_release, args=(child,), name="release", daemon=True).start()


class _Burst:
    """Tasks that were handed over together."""

    def __init__(self, specs: Sequence[RunSpec]) -> None:
        self.waiting = collections.deque(specs)
        #: What nobody has heard of yet, and how many bytes it has.
        self.done: list[tuple[int, Outcome]] = []
        self._size = 0

    def add(self, run: int, outcome: Outcome) -> None:
        """One of them has ended."""
        self.done.append((run, outcome))
        self._size += len(outcome.output) + len(outcome.body)

    @property
    def is_large(self) -> bool:
        """Whether what nobody has heard of yet may be too much for one message, with another outcome."""
        return self._size > _MOST_BYTES

    def split(self, child: Child) -> None:
        """The one that runs takes long, or there is much to be told."""
        posts: list[Post] = []
        for run, outcome in self.done:
            posts += [(RUN_DONE, 0, run, outcome.head + bytes(outcome.body)), (RUN_ENDED, 0, run, b"")]
        for spec in self.waiting:
            posts += [(RUN_BACK, 0, spec.run, b""), (RUN_ENDED, 0, spec.run, b"")]
        self.done = []
        self._size = 0
        self.waiting.clear()
        if posts:
            child.link.post(posts)

    @property
    def is_several(self) -> bool:
        """Whether others wait for the one that runs."""
        return bool(self.done or self.waiting)


class _Attempt:
    """One run in one child: waits for its outcome, its limit, or the order to end it."""

    def __init__(self, child: Child, spec: RunSpec, burst: _Burst) -> None:
        self._child = child
        self._spec = spec
        self._burst = burst
        self._attempt, self._worker, *_, self._flags, self._output_limit, _ = ORDER.unpack(spec.order)
        self._reason: End | None = None
        self._asked_at: float | None = None
        self._steps: list[Callable[[], None]] = [
            child.ask_to_end,
            lambda: child.kill(signal.SIGTERM),
            lambda: child.kill(signal.SIGKILL),
        ]
        #: When the next step is due.
        self._due: float | None = None

    def perform(self, call: Buffer, is_last: bool) -> Outcome | None:
        """The outcome; nil if the child has died before it began, unless this was the last try."""
        child, spec = self._child, self._spec
        while child.link.version < spec.version and not child.link.is_lost:
            # What the host has seen, the task must see.
            child.link.wait_sync(None)
        if child.level_of_cancel(spec.run) is not None:
            return Outcome(End.CANCELLED, False, b"", b"", child.link.version)
        if self._burst.is_large:
            self._burst.split(child)
        now = time.monotonic()
        if spec.timeout > 0:
            self._due = now + spec.timeout / 1e6
        look_at = now + _STARTED_AFTER
        split_at = now + _LONG if self._burst.is_several else look_at
        keeps_output = self._flags & _HAS_OUTPUT_LIMIT
        relays_output = bool(self._flags & _RELAYS_OUTPUT)
        child.begin(spec.run, spec.order, call, self._output_limit if keeps_output else None, relays_output)
        while True:
            event = self._next(min(split_at, look_at, self._due or look_at))
            now = time.monotonic()
            if now >= split_at:
                split_at = math.inf
                self._burst.split(child)
            if now >= look_at:
                look_at = now + _LOOK_EVERY
                child.announce()
            if event is None:
                if self._due is not None and now >= self._due:
                    self._step(now)
            elif event.kind is Kind.CANCEL:
                self._cancel(event, now)
            elif event.kind is Kind.RESULT:
                assert event.frame is not None
                if event.frame.id == spec.run:
                    return self._result(bytes(event.frame.head[:1]), event.frame.rest(1), now)
            elif is_last or child.has_begun or self._reason is not None or child.is_ending:
                return self._death()
            else:
                child.finish()
                return None

    def _next(self, until: float) -> Event | None:
        try:
            return self._child.events.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return None

    def _cancel(self, event: Event, now: float) -> None:
        if event.run != self._spec.run:
            return
        if event.level == 0:
            self._child.announce(again=True)
        elif self._reason is None:
            self._reason = End.CANCELLED
            self._step(now)

    def _step(self, now: float) -> None:
        if self._reason is None:
            self._reason = End.TIMED_OUT
        if self._asked_at is None:
            self._asked_at = now
        if self._steps:
            self._steps.pop(0)()
        self._due = now + self._spec.grace / 1e6 if self._steps else None

    def _result(self, end: bytes, body: Buffer, now: float) -> Outcome:
        if end not in CALL_ENDS:
            self._child.kill(signal.SIGKILL)
            return self._close(End.OTHER, b"the child has ended the run in a way that there is none", has_died=True)
        is_late = self._asked_at is not None and now > self._asked_at + self._spec.grace / 1e6
        if is_late and self._reason is not None:
            return self._close(self._reason, b"", has_died=False)
        return self._close(End(end[0]), body, has_died=False)

    def _death(self) -> Outcome:
        child = self._child
        if child.has_lost_hub and self._reason is None:
            return _lost(child.node, "the pool's hub does not answer any more")
        body = child.death(self._worker, self._attempt)
        return self._close(self._reason or End.CRASHED, body, has_died=True)

    def _close(self, end: End, body: Buffer, has_died: bool) -> Outcome:
        child, run = self._child, self._spec.run
        child.relay_report()
        if child.is_announced:
            child.link.post([(RUN_DIED if has_died else RUN_ENDED, 0, run, b"")])
        if child.has_asked:
            # What it has said takes effect before its end is known.
            child.link.wait_sync(None)
        has_noted = child.has_noted
        output = child.finish()
        size = len(output) + len(body)
        what = "the task's result" if end is End.VALUE else "the task's error"
        reason = child.limit.refusal(f"{what}, with its output," if output else what, size, _SMALLER_RESULT)
        if reason is not None:
            if bytes([end]) in CALL_ENDS:
                end, body = End.TOO_LARGE, utf8(reason)
            output = output[-BLOB_SIZE:]
        if has_died:
            child.link.close()
        times = (0, 0, 0) if has_died else child.times
        return Outcome(end, True, output, body, child.link.version, has_noted, times, child.place)


def _executable(path: str) -> str:
    if not os.path.isabs(path):
        path = os.path.join(os.getcwd(), path)
    if os.path.exists(path) and not os.access(path, os.X_OK):
        # Shipping may lose the permission.
        os.chmod(path, 0o700)
    return path


def _release(child: Child) -> None:
    while not child.is_dead:
        time.sleep(0.01)
    child.release()


def _other(reason: str) -> Outcome:
    return Outcome(End.OTHER, False, b"", utf8(reason))


def _lost(node: str, reason: str) -> Outcome:
    return Outcome(End.LOST, True, b"", text(node) + utf8(reason))
