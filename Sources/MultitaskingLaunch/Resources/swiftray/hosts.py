"""A cluster of hosts on each of which a command starts workers. Hubs are in this process."""

from __future__ import annotations

import asyncio
import collections
import contextlib
import queue
import secrets
import struct
import threading
import time
from concurrent.futures import CancelledError, Future
from typing import Any

from swiftray.command import CannotStart, Failure, Settings, Worker, WorkerOwner, bundle, greatest_message
from swiftray.driver import Ended, Loss, PoolOptions, Refused
from swiftray.frames import CALL_ENDS, DONE, ORDER, OUTPUT_SIZE, PID, Buffer, End, Kind, ProtocolError
from swiftray.hub import Hub
from swiftray.link import AskedHub, HubCalls
from swiftray.posts import CLIENT_GONE, RUN_BACK, RUN_DIED, RUN_DONE, RUN_ENDED, Post
from swiftray.shares import NearStore
from swiftray.worker import Outcome, RunSpec

#: After how many failures in a row a task no longer waits for a host.
MOST_FAILURES = 3
#: How long the pause after the first failure is, and how long one becomes at most, in seconds.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 30.0
#: How long ended workers are waited for, in seconds.
_PATIENCE = 10.0
#: How many runs of a worker are remembered, besides those that it has: what they have said may come after their end.
_REMEMBERED = 4096
#: What a worker may say to a hub that need be of no run, and what is of one that it was given.
_OF_ANY_RUN = (Kind.HUB, Kind.HUBCANCEL, Kind.FINALIZED, CLIENT_GONE)
_OF_A_RUN = (Kind.STARTED, Kind.OUTPUT, Kind.REPORT, RUN_ENDED, RUN_DIED, RUN_BACK, RUN_DONE)

#: How long the first part of a REPORT is.
_FRACTION_SIZE = 8
#: How a worker may say that a run has ended: that there is no worker, none can say.
_ENDS = frozenset(End) - {End.UNREACHABLE}


class _Host:
    """A place where a command can start workers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.workers = 0
        #: How often in a row no worker has begun here.
        self.failures = 0
        #: How often in a row a worker was lost before it had done anything.
        self.losses = 0
        self.not_before = 0.0
        self.last: Failure | None = None

    def fail(self, failure: Failure) -> None:
        """Waits longer each time."""
        self.last = failure
        if failure.is_final:
            self.failures = max(self.failures, MOST_FAILURES)
        elif time.monotonic() < self.not_before:
            # Several that were tried together are one try.
            return
        else:
            self.failures += 1
        self._pause(self.failures)

    def lose(self) -> None:
        """Waits longer each time, but not the first one."""
        self.losses += 1
        if self.losses > 1:
            self._pause(self.losses - 1)

    def _pause(self, count: int) -> None:
        self.not_before = time.monotonic() + min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(count - 1, 10))

    @property
    def reason(self) -> str:
        """Why there is no worker here."""
        reason = self.last.reason if self.last is not None else "unknown"
        return f"{self.name}: {reason}" if self.name else reason


class _Task:
    """What waits for a worker, or has one."""

    def __init__(self, pool: PoolOptions, specs: list[RunSpec], calls: list[Buffer], done: Ended) -> None:
        self.pool = pool
        self.specs = specs
        self.calls = calls
        self.done = done
        self.worker: Worker | None = None
        #: The pool, and the number that the host gives to the worker.
        self.place: tuple[str, int] = (pool.spec.name, ORDER.unpack(specs[0].order)[1])


class LaunchCluster(WorkerOwner):
    """Hosts, and the workers that commands have started there."""

    def __init__(self, folder: str) -> None:
        self._bundle = bundle(folder)
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="hubs", daemon=True).start()
        #: Pools of other programs may be on the same hosts.
        self._name = secrets.token_hex(8)
        self._hubs: dict[str, Hub] = {}
        #: What hubs have answered to the host, and who waits for it.
        self._answers: queue.SimpleQueue[tuple[Future[Any], Future[Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._answer_host, name="answers", daemon=True).start()
        self._asked: dict[str, set[Future[Any]]] = {}
        self._waiting: collections.deque[_Task] = collections.deque()
        self._workers: dict[Worker, _Task | None] = {}
        #: Which worker a place has, or had.
        self._places: dict[tuple[str, int], Worker] = {}
        #: The clients of hubs that a worker has, which leave with it.
        self._clients: dict[Worker, set[tuple[str, int]]] = {}
        #: The runs that a worker was given.
        self._given: dict[Worker, collections.OrderedDict[int, None]] = {}
        #: The pools of which a worker was given runs, also those that have ended: what it says may come later.
        self._pools: dict[Worker, set[str]] = {}
        self._hosts: list[_Host] = []
        #: On the loop: a thread of its own might not be had.
        self._timer: Future[None] | None = None
        self._is_stopped = False
        self._settings: Settings

    def start(self, hello: dict[str, Any]) -> dict[str, Any]:
        self._settings = Settings(
            [str(word) for word in hello["command"]],
            str(hello["python"]),
            str(hello["executable"]),
            str(hello["build"]),
            {str(key): str(value) for key, value in hello["environment"].items()},
            float(hello["period"]),
            greatest_message(int(hello["memory"])),
            float(hello["startLimit"]),
            self._bundle,
        )
        self._hosts = [_Host(str(name)) for name in hello["hosts"] or [""]]
        with self._lock:
            first = [worker for worker in map(self._launch, self._hosts) if worker is not None]
        for worker in first:
            worker.has_begun.wait()
        ready = [worker for worker in first if worker.is_ready]
        if not ready:
            self.stop()
            raise Refused("unreachable", self._reasons())
        return {"nodes": [worker.node for worker in ready], "cpus": float(len(self._hosts))}

    # Hubs

    def open_pool(self, pool: PoolOptions) -> HubCalls:
        name = pool.spec.name
        with self._lock:
            # A worker that is lost is known. One that is silent may be behind a large transfer on its only stream.
            self._hubs[name] = Hub(forgets_silent=False)
            self._asked[name] = set()
        return AskedHub(self._ask_for_host, name)

    def close_pool(self, pool: PoolOptions) -> None:
        with self._lock:
            self._hubs.pop(pool.spec.name, None)
            asked = self._asked.pop(pool.spec.name, set())
            self._places = {place: worker for place, worker in self._places.items() if place[0] != pool.spec.name}
            idle = [] if self._hubs else [worker for worker, task in self._workers.items() if task is None]
            # Nobody may give them a task any more.
            for worker in idle:
                self._remove(worker)
        for future in list(asked):
            future.cancel()
        for worker in idle:
            worker.end()
        for worker in idle:
            worker.has_ended.wait(_PATIENCE)

    def ask(self, pool: str, method: str, arguments: tuple[Any, ...]) -> Future[Any]:
        """Calls a hub, wherever the caller is."""
        with self._lock:
            hub = self._hubs.get(pool)
            if hub is None:
                failed: Future[Any] = Future()
                failed.set_exception(RuntimeError("the hub has ended"))
                return failed
            asked = self._asked[pool]
            future = asyncio.run_coroutine_threadsafe(getattr(hub, method)(*arguments), self._loop)
            asked.add(future)
        future.add_done_callback(asked.discard)
        return future

    def _ask_for_host(self, pool: str, method: str, arguments: tuple[Any, ...]) -> Future[Any]:
        """Calls a hub; what follows is carried out where it may wait for a host that reads slowly."""
        answer: Future[Any] = Future()
        self.ask(pool, method, arguments).add_done_callback(lambda asked: self._answers.put((asked, answer)))
        return answer

    def _answer_host(self) -> None:
        while True:
            asked, answer = self._answers.get()
            error = CancelledError() if asked.cancelled() else asked.exception()
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(asked.result())

    def hub_statistics(self, pool: PoolOptions) -> Future[dict[str, int]]:
        return self.ask(pool.spec.name, "statistics", ())

    # Tasks

    def submit(self, pool: PoolOptions, specs: list[RunSpec], calls: list[Buffer], done: Ended) -> object:
        task = _Task(pool, specs, calls, done)
        with self._lock:
            self._waiting.append(task)
        try:
            self._dispatch()
        except Exception:
            with self._lock:
                if task in self._waiting:
                    # Whoever is told that it was not taken does not expect it to run later.
                    self._waiting.remove(task)
                    raise
        return task

    def cancel(self, handle: object, kills: bool) -> None:
        assert isinstance(handle, _Task)
        with self._lock:
            if handle in self._waiting:
                self._waiting.remove(handle)
                worker = None
                is_withdrawn = True
            else:
                worker = handle.worker if kills else None
                is_withdrawn = False
                if worker is not None:
                    # At once: it may have ended the task, and is not to be given another one before it is killed.
                    worker.was_killed = True
        if is_withdrawn:
            handle.done(Loss(End.CANCELLED, "", "taken back"))
        elif worker is not None:
            worker.kill("its task was to be ended with it")

    @property
    def store(self) -> NearStore:
        return NearStore()

    def statistics(self) -> dict[str, Any]:
        with self._lock:
            return {"nodes": sorted({worker.node for worker in self._workers}), "cpus": float(len(self._hosts))}

    def stop(self) -> None:
        with self._lock:
            self._is_stopped = True
            workers = list(self._workers)
            if self._timer is not None:
                self._timer.cancel()
        for worker in workers:
            worker.kill("the driver ends")
        for worker in workers:
            worker.has_ended.wait(_PATIENCE)

    # Workers

    def _dispatch(self) -> None:
        """Gives tasks to the workers of their places, and has more workers started if there are too few."""
        refused: list[_Task] = []
        with self._lock:
            if self._is_stopped:
                return
            is_short = False
            for task in list(self._waiting):
                worker = self._worker_for(task)
                if worker is None:
                    is_short = True
                elif worker.is_ready:
                    self._waiting.remove(task)
                    self._give(task, worker)
            if self._waiting and not self._workers and self._is_hopeless:
                refused = list(self._waiting)
                self._waiting.clear()
                for host in self._hosts:
                    # The next task has another try.
                    host.failures = MOST_FAILURES - 1
            elif is_short:
                self._look_again()
        for task in refused:
            task.done(Loss(End.UNREACHABLE, "", f"no host takes a worker: {self._reasons()}"))

    def _worker_for(self, task: _Task) -> Worker | None:
        """The worker of a task's place, which may be starting; or another one without a task, if there is no host for
        one more. What runs at one place runs in one process, as long as that lives."""
        own = self._places.get(task.place)
        if own is not None and own in self._workers and self._workers[own] is None and not own.was_killed:
            return own
        pool, _ = task.place
        taken = {worker for place, worker in self._places.items() if place[0] == pool}
        taken.update(self._places[other.place] for other in self._waiting if other.place in self._places)
        idle = [worker for worker, other in self._workers.items() if other is None and not worker.was_killed]
        worker = next((worker for worker in idle if worker not in taken), None)
        host = self._next_host() if worker is None else None
        if host is not None:
            worker = self._launch(host)
        if worker is not None:
            self._places[task.place] = worker
            return worker
        return next((worker for worker in idle if worker.is_ready), None)

    def _give(self, task: _Task, worker: Worker) -> None:
        self._workers[worker] = task
        task.worker = worker
        self._pools[worker].add(task.pool.spec.name)
        given = self._given[worker]
        while len(given) > _REMEMBERED:
            given.popitem(last=False)
        given.update(dict.fromkeys(spec.run for spec in task.specs))
        pool = [f"{self._name}/{task.pool.spec.name}", *task.pool.spec[1:]]
        worker.run(pool, task.specs, task.calls)

    def _next_host(self) -> _Host | None:
        now = time.monotonic()
        able = [host for host in self._hosts if host.not_before <= now and host.failures < MOST_FAILURES]
        # One that has failed so often is only tried where there is no other.
        able = able or [host for host in self._hosts if host.not_before <= now and self._workers]
        return min(able, key=lambda host: host.workers) if able else None

    @property
    def _is_hopeless(self) -> bool:
        return all(host.failures >= MOST_FAILURES for host in self._hosts)

    def _reasons(self) -> str:
        return "; ".join(dict.fromkeys(host.reason for host in self._hosts if host.last is not None))

    def _look_again(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        now = time.monotonic()
        pauses = [host.not_before - now for host in self._hosts if host.not_before > now]
        pause = min(pauses, default=_FIRST_PAUSE)
        self._timer = asyncio.run_coroutine_threadsafe(self._dispatch_after(pause), self._loop)

    async def _dispatch_after(self, pause: float) -> None:
        await asyncio.sleep(pause)
        self._dispatch()

    def _launch(self, host: _Host) -> Worker | None:
        try:
            worker = Worker(host.name, self._settings, self)
        except CannotStart as error:
            host.fail(Failure(str(error), is_final=True))
            return None
        except (OSError, RuntimeError) as error:
            # No descriptor, process or thread is left here now: those that there are go on, and are waited for.
            host.fail(Failure(f"no worker can be started from here: {error}", is_final=False))
            return None
        worker.place = host
        host.workers += 1
        self._workers[worker] = None
        self._clients[worker] = set()
        self._given[worker] = collections.OrderedDict()
        self._pools[worker] = set()
        return worker

    def _remove(self, worker: Worker) -> _Task | None:
        task = self._workers.pop(worker, None)
        for place in [place for place, other in self._places.items() if other is worker]:
            del self._places[place]
        if worker.place is not None:
            worker.place.workers -= 1
            worker.place = None
        return task

    # From workers, on their threads

    def begin(self, worker: Worker) -> None:
        with self._lock:
            if worker.place is not None:
                worker.place.failures = 0
                worker.place.not_before = 0.0
        self._dispatch()

    def lose(self, worker: Worker, reason: str) -> None:
        with self._lock:
            host = worker.place
            task = self._remove(worker)
            clients = self._clients.pop(worker, set())
            self._given.pop(worker, None)
            self._pools.pop(worker, None)
            if host is not None and worker.failure is not None:
                host.fail(worker.failure)
            elif host is not None and not worker.was_killed:
                host.lose()
        with contextlib.ExitStack() as telling:
            # From the last to the first, whatever fails: the task has its end, and others have a worker.
            telling.callback(self._dispatch)
            if task is not None:
                task.worker = None
                telling.callback(task.done, Loss(End.LOST, worker.node, reason))
            for pool, client in clients:
                telling.callback(self.ask, pool, "forget", (client,))

    def finish(self, worker: Worker, outcomes: Any) -> None:
        with self._lock:
            task = self._workers.get(worker)
            if task is None:
                raise ProtocolError("a worker has done what it was not given")
            runs = {spec.run for spec in task.specs}
            read = [(run, _outcome(fields)) for run, fields in outcomes]
            if not all(run in runs for run, _ in read):
                raise ProtocolError("a worker has run what it was not given")
            self._workers[worker] = None
            task.worker = None
            if worker.place is not None:
                worker.place.losses = 0
        try:
            self._dispatch()
        finally:
            task.done(read)

    def call(self, worker: Worker, number: int, pool: Any, method: Any, arguments: Any) -> None:
        prefix, _, name = str(pool).rpartition("/")
        with self._lock:
            is_given = prefix == self._name and name in self._pools.get(worker, ())
        if not is_given:
            raise ProtocolError("a worker asks for a pool that it was not given")
        asked = self._call(worker, name, method, arguments)

        def answer(future: Future[Any]) -> None:
            if future.cancelled():
                return worker.answer(number, None, "the hub has ended")
            error = future.exception()
            if error is not None:
                return worker.answer(number, None, str(error))
            result = future.result()
            if method == "shared":
                # Its bytes go only to a worker that asks for them: another one of the machine may have them.
                result = (None if result[0] is None else (pool, arguments[0]), result[1])
            elif method == "value":
                result = result[0]
            worker.answer(number, result, None)

        asked.add_done_callback(answer)

    def _call(self, worker: Worker, pool: str, method: Any, arguments: Any) -> Future[Any]:
        if method in ("requests", "poll"):
            client, *rest = arguments
            if type(client) is not int or client == 0:
                raise ProtocolError("a worker speaks as the host")
            if method == "poll":
                (version,) = rest
                self._note_client(worker, pool, client)
                return self.ask(pool, method, (client, int(version)))
            batch, version, values = rest
            posts = [_post(value) for value in values]
            with self._lock:
                given = self._given[worker]
                if not all(run in given or (run == 0 and kind in _OF_ANY_RUN) for kind, _, run, _ in posts):
                    raise ProtocolError("a worker speaks for a run that it was not given")
            self._note_client(worker, pool, client)
            return self.ask(pool, method, (client, int(batch), int(version), posts))
        if method == "share":
            number, data = arguments
            if int(number) < 1 << 63:
                raise ProtocolError("a worker shares a value under a number of the host's")
            return self.ask(pool, method, (int(number), _bytes(data)))
        if method == "shared":
            number, node = arguments
            return self.ask(pool, method, (int(number), _own_node(worker, node)))
        if method == "value":
            return self.ask(pool, "shared", (int(arguments[0]), ""))
        if method == "locate":
            number, node, (pid, descriptor) = arguments
            return self.ask(pool, method, (int(number), _own_node(worker, node), (int(pid), int(descriptor))))
        raise ProtocolError(f"no hub can be asked for {method}")

    def _note_client(self, worker: Worker, pool: str, client: int) -> None:
        with self._lock:
            self._clients.get(worker, set()).add((pool, client))


def _own_node(worker: Worker, node: Any) -> str:
    # Workers of other hosts would open what this one names.
    if node != worker.node:
        raise ProtocolError("a worker speaks of another node")
    return worker.node


def _post(value: Any) -> Post:
    kind, number, run, payload = value
    post = int(kind), int(number), int(run), _bytes(payload)
    # What else a hub is told is said by the driver alone; and what is malformed would end the host's connection.
    if not _is_whole(post[0], post[3]):
        raise ProtocolError(f"a worker says something of kind {post[0]} that none says")
    return post


def _is_whole(kind: int, payload: bytes) -> bool:
    """Whether a worker may say this, and nothing is missing."""
    if kind == Kind.STARTED:
        return _end_of_place(payload, 0) == len(payload)
    if kind == Kind.OUTPUT:
        return payload[:1] in (b"\x01", b"\x02")
    if kind == Kind.REPORT:
        return len(payload) >= _FRACTION_SIZE
    if kind == Kind.FINALIZED:
        return payload[:1] in CALL_ENDS or payload[:1] == bytes([End.TOO_LARGE])
    if kind == RUN_DONE:
        start = _end_of_place(payload, DONE.size)
        if start is None or len(payload) < start + OUTPUT_SIZE.size or payload[0] not in _ENDS:
            return False
        (size,) = OUTPUT_SIZE.unpack_from(payload, start)
        return len(payload) >= start + OUTPUT_SIZE.size + int(size)
    return kind in _OF_ANY_RUN or kind in _OF_A_RUN


def _end_of_place(payload: bytes, start: int) -> int | None:
    """Where what follows a place begins; None if there is no whole one."""
    size_at = start + PID.size
    if len(payload) <= size_at or len(payload) < size_at + 1 + payload[size_at]:
        return None
    return size_at + 1 + payload[size_at]


def _bytes(value: Any) -> bytes:
    if not isinstance(value, bytes):
        raise ProtocolError("a worker says something else where there should be bytes")
    return value


def _outcome(value: Any) -> Outcome:
    end, has_started, output, body, version, has_noted, times, place = value
    decoding, running, encoding = map(int, times)
    if End(end) not in _ENDS:
        raise ProtocolError("a worker says that there is none")
    outcome = Outcome(
        End(end),
        bool(has_started),
        _bytes(output),
        _bytes(body),
        int(version),
        bool(has_noted),
        (decoding, running, encoding),
        _bytes(place),
    )
    try:
        # What does not fit into a frame is found here, and not where it would end a pool.
        head = outcome.head
    except struct.error as error:
        raise ProtocolError(f"an outcome has impossible numbers: {error}") from None
    if not _is_whole(RUN_DONE, head):
        raise ProtocolError("an outcome has a place that there is not")
    return outcome
