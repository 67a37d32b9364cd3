"""A driver whose cluster is this machine: two nodes, which are process groups, with processes that keep children.

It speaks the same frames on descriptor 0 and runs the same hub, wrapper and children as the driver of Ray; only what
Ray does is done here, in little. `SWIFTRAY_HOME` says where the package `swiftray` is.

    python3 fake_driver.py                    the driver
    python3 fake_driver.py --worker N GROUP   a worker on node N, whose socket is descriptor 0
"""

from __future__ import annotations

import asyncio
import collections
import json
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

if "SWIFTRAY_HOME" in os.environ:
    sys.path.insert(0, os.environ["SWIFTRAY_HOME"])

from swiftray.driver import Driver, Loss, PoolOptions
from swiftray.frames import Buffer, Connection, End
from swiftray.hub import Delivery, Hub, Post
from swiftray.link import HubCalls
from swiftray.worker import Outcome, PoolSpec, RunSpec, Wrapper

_NODES = 2
_CPUS_OF_NODE = 16.0
_SIZE = struct.Struct("<I")


class Pipe:
    """Objects over a socket between processes that trust each other."""

    def __init__(self, stream: socket.socket) -> None:
        self._stream = stream
        self._file = stream.makefile("rb")
        self._lock = threading.Lock()

    def put(self, *value: Any) -> None:
        data = pickle.dumps(value, protocol=5)
        try:
            with self._lock:
                self._stream.sendall(_SIZE.pack(len(data)) + data)
        except OSError:
            pass

    def get(self) -> Any:
        """The next object; None at the end."""
        try:
            head = self._file.read(_SIZE.size)
            if len(head) < _SIZE.size:
                return None
            (size,) = _SIZE.unpack(head)
            data = self._file.read(size)
            return pickle.loads(data) if len(data) == size else None
        except OSError:
            return None


# A worker


class _DistantHub:
    """A hub on the other side of a pipe."""

    def __init__(self, site: _WorkerSite, pool: str) -> None:
        self._site = site
        self._pool = pool

    def requests(self, client: int, batch: int, version: int, posts: list[Post]) -> Future[Delivery]:
        return self._site.ask(self._pool, "requests", (client, batch, version, posts))

    def poll(self, client: int, version: int) -> Future[Delivery]:
        return self._site.ask(self._pool, "poll", (client, version))

    def share(self, number: int, handle: Any) -> Future[None]:
        return self._site.ask(self._pool, "share", (number, handle))

    def shared(self, number: int, node: str) -> Future[Any]:
        return self._site.ask(self._pool, "shared", (number, node))

    def locate(self, number: int, node: str, place: tuple[int, int]) -> Future[None]:
        return self._site.ask(self._pool, "locate", (number, node, place))


class _Store:
    """The values themselves."""

    def put(self, data: Buffer) -> Any:
        return bytes(data)

    def get(self, handle: Any) -> Buffer:
        assert isinstance(handle, bytes)
        return handle


class _WorkerSite:
    """Where a worker of this cluster is."""

    def __init__(self, node: str, pipe: Pipe) -> None:
        self.node = node
        self._pipe = pipe
        self._lock = threading.Lock()
        self._last = 0
        self._asked: dict[int, Future[Any]] = {}

    @property
    def store(self) -> _Store:
        return _Store()

    def hub(self, pool: str) -> HubCalls:
        return _DistantHub(self, pool)

    def ask(self, pool: str, method: str, arguments: tuple[Any, ...]) -> Future[Any]:
        future: Future[Any] = Future()
        with self._lock:
            self._last += 1
            number = self._last
            self._asked[number] = future
        self._pipe.put("hub", number, pool, method, arguments)
        return future

    def answer(self, number: int, result: Any, error: str | None) -> None:
        with self._lock:
            future = self._asked.pop(number)
        if error is not None:
            future.set_exception(RuntimeError(error))
        else:
            future.set_result(result)


def work(node: str, group: int) -> None:
    """Runs tasks until the driver goes."""
    os.setpgid(0, group)
    pipe = Pipe(socket.socket(fileno=os.dup(0)))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    site = _WorkerSite(node, pipe)
    wrapper = Wrapper(site)
    tasks: collections.deque[tuple[Any, ...]] = collections.deque()
    has_tasks = threading.Semaphore(0)

    def read() -> None:
        while True:
            message = pipe.get()
            if message is None:
                # Children die with their wrapper.
                os._exit(0)
            if message[0] == "run":
                tasks.append(message[1:])
                has_tasks.release()
            else:
                site.answer(*message[1:])

    threading.Thread(target=read, name="read", daemon=True).start()
    while True:
        has_tasks.acquire()
        pool, spec, call = tasks.popleft()
        outcome = wrapper.run(PoolSpec(*pool), RunSpec(*spec), call)
        pipe.put("outcome", (*outcome[:3], bytes(outcome.body), *outcome[4:]))


# The driver


class _Task:
    """What waits for a worker, or has one."""

    def __init__(
        self, pool: PoolOptions, spec: RunSpec, call: Buffer, cpus: float, done: Callable[[Outcome | Loss], None]
    ) -> None:
        self.pool = pool
        self.spec = spec
        self.call = call
        self.cpus = cpus
        self.done = done
        self.worker: _Worker | None = None


class _Worker:
    """A process that runs tasks, one at a time."""

    def __init__(self, cluster: LocalCluster, node: int) -> None:
        self.node = node
        self.task: _Task | None = None
        ours, theirs = socket.socketpair()
        command = [sys.executable, os.path.abspath(__file__), "--worker", f"node{node}", str(cluster.group(node))]
        self.process = subprocess.Popen(command, stdin=theirs.fileno())
        theirs.close()
        self.pipe = Pipe(ours)
        threading.Thread(target=cluster.listen, args=(self,), name="worker", daemon=True).start()


class LocalCluster:
    """Two nodes on this machine."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="hubs", daemon=True).start()
        self._hubs: dict[str, Hub] = {}
        self._polls: dict[str, set[Future[Any]]] = {}
        self._waiting: collections.deque[_Task] = collections.deque()
        self._workers: list[_Worker] = []
        self._free = [_CPUS_OF_NODE] * _NODES
        self._leaders: list[subprocess.Popen[bytes] | None] = [None] * _NODES
        self._is_stopped = False

    def start(self, hello: dict[str, Any]) -> dict[str, Any]:
        os.environ.update({str(key): str(value) for key, value in (hello.get("environment") or {}).items()})
        if hello.get("workingDirectory"):
            os.chdir(hello["workingDirectory"])
        return {"nodes": [f"node{node}" for node in range(_NODES)], "cpus": _CPUS_OF_NODE * _NODES}

    def group(self, node: int) -> int:
        """The process group that is a node; made anew if it was killed."""
        leader = self._leaders[node]
        if leader is None or leader.poll() is not None:
            code = "import os, sys; os.setpgid(0, 0); print(flush=True); sys.stdin.read()"
            leader = subprocess.Popen([sys.executable, "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            assert leader.stdout is not None
            leader.stdout.readline()
            self._leaders[node] = leader
        return leader.pid

    # Hubs

    def open_pool(self, pool: PoolOptions) -> HubCalls:
        with self._lock:
            self._hubs[pool.spec.name] = Hub()
            self._polls[pool.spec.name] = set()
        return _NearHub(self, pool.spec.name)

    def close_pool(self, pool: PoolOptions) -> None:
        with self._lock:
            self._hubs.pop(pool.spec.name, None)
            polls = self._polls.pop(pool.spec.name, set())
            idle = [] if self._hubs else [worker for worker in self._workers if worker.task is None]
        for future in polls:
            future.cancel()
        # The kit looks for what a pool leaves behind, and cannot tell what is kept for the next one.
        for worker in idle:
            worker.process.kill()
            worker.process.wait()
        if not self._hubs:
            self._end_nodes()

    def ask(self, pool: str, method: str, arguments: tuple[Any, ...]) -> Future[Any]:
        """Calls a hub, wherever the caller is."""
        with self._lock:
            hub = self._hubs.get(pool)
            if hub is None:
                failed: Future[Any] = Future()
                failed.set_exception(RuntimeError("the hub has ended"))
                return failed
            future = asyncio.run_coroutine_threadsafe(getattr(hub, method)(*arguments), self._loop)
            self._polls[pool].add(future)
        future.add_done_callback(lambda future: self._polls.get(pool, set()).discard(future))
        return future

    def hub_statistics(self, pool: PoolOptions) -> Future[dict[str, int]]:
        return self.ask(pool.spec.name, "statistics", ())

    # Tasks

    def submit(self, pool: PoolOptions, spec: RunSpec, call: Buffer, done: Callable[[Outcome | Loss], None]) -> object:
        options = {**pool.options, **(json.loads(spec.resources) if spec.resources else {})}
        task = _Task(pool, spec, bytes(call), float(options.get("num_cpus", 1.0)), done)
        with self._lock:
            self._waiting.append(task)
            self._dispatch()
        return task

    def cancel(self, handle: object, kills: bool) -> None:
        assert isinstance(handle, _Task)
        with self._lock:
            if handle in self._waiting:
                self._waiting.remove(handle)
            else:
                if kills and handle.worker is not None:
                    handle.worker.process.kill()
                return
        handle.done(Loss(End.CANCELLED, "", "taken back"))

    @property
    def store(self) -> _Store:
        return _Store()

    def statistics(self) -> dict[str, Any]:
        return {"nodes": [f"node{node}" for node in range(_NODES)], "cpus": _CPUS_OF_NODE * _NODES}

    def listen(self, worker: _Worker) -> None:
        """Serves a worker until it dies."""
        while True:
            message = worker.pipe.get()
            if message is None:
                break
            if message[0] == "outcome":
                self._finish(worker, Outcome(*message[1]))
            else:
                _, number, pool, method, arguments = message
                future = self.ask(pool, method, arguments)
                future.add_done_callback(lambda future, number=number: _answer(worker, number, future))  # type: ignore[misc]
        worker.process.wait()
        with self._lock:
            self._workers.remove(worker)
        self._finish(worker, Loss(End.LOST, f"node{worker.node}", "its worker was killed"))

    def stop(self) -> None:
        with self._lock:
            self._is_stopped = True
            workers = list(self._workers)
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.process.wait()
        self._end_nodes()

    def _end_nodes(self) -> None:
        with self._lock:
            leaders = [leader for leader in self._leaders if leader is not None]
            self._leaders = [None] * _NODES
        for leader in leaders:
            leader.kill()
            leader.wait()

    def _finish(self, worker: _Worker, outcome: Outcome | Loss) -> None:
        with self._lock:
            task, worker.task = worker.task, None
            if task is not None:
                self._free[worker.node] += task.cpus
                task.worker = None
            self._dispatch()
        if task is not None:
            task.done(outcome)

    def _dispatch(self) -> None:
        while self._waiting and not self._is_stopped:
            task = self._waiting[0]
            node = max(range(_NODES), key=lambda node: self._free[node])
            if self._free[node] < task.cpus:
                return
            self._waiting.popleft()
            worker = next((w for w in self._workers if w.task is None and w.node == node), None)
            if worker is None:
                worker = _Worker(self, node)
                self._workers.append(worker)
            self._free[node] -= task.cpus
            worker.task = task
            task.worker = worker
            worker.pipe.put("run", tuple(task.pool.spec), tuple(task.spec), task.call)


class _NearHub:
    """A hub in this process."""

    def __init__(self, cluster: LocalCluster, pool: str) -> None:
        self._cluster = cluster
        self._pool = pool

    def requests(self, client: int, batch: int, version: int, posts: list[Post]) -> Future[Delivery]:
        return self._cluster.ask(self._pool, "requests", (client, batch, version, posts))

    def poll(self, client: int, version: int) -> Future[Delivery]:
        return self._cluster.ask(self._pool, "poll", (client, version))

    def share(self, number: int, handle: Any) -> Future[None]:
        return self._cluster.ask(self._pool, "share", (number, handle))

    def shared(self, number: int, node: str) -> Future[Any]:
        return self._cluster.ask(self._pool, "shared", (number, node))

    def locate(self, number: int, node: str, place: tuple[int, int]) -> Future[None]:
        return self._cluster.ask(self._pool, "locate", (number, node, place))


def _answer(worker: _Worker, number: int, future: Future[Any]) -> None:
    if future.cancelled():
        worker.pipe.put("answer", number, None, "the hub has ended")
        return
    error = future.exception()
    worker.pipe.put("answer", number, None if error else future.result(), str(error) if error else None)


def main() -> None:
    """Serves the host until it goes."""
    connection = Connection(socket.socket(fileno=os.dup(0)))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Driver(connection, LocalCluster()).serve()
    os._exit(0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        work(sys.argv[2], int(sys.argv[3]))
    else:
        main()
