"""A driver whose cluster is this machine: two nodes, which are process groups, with processes that keep children.

It speaks the same frames on descriptor 0 and runs the same hub, wrapper and children as the driver of Ray; only what
Ray does is done here, in little. `SWIFTRAY_HOME` says where the package `swiftray` is.

Workers are forked from a process that has the package loaded: a pool takes milliseconds then.
"""

from __future__ import annotations

import asyncio
import collections
import json
import os
import pickle
import select
import signal
import socket
import struct
import sys
import threading
from concurrent.futures import Future
from typing import Any

if "SWIFTRAY_HOME" in os.environ:
    sys.path.insert(0, os.environ["SWIFTRAY_HOME"])

from swiftray.driver import Driver, Ended, Loss, PoolOptions
from swiftray.frames import PROTOCOL_LIMIT, Buffer, Connection, End
from swiftray.hub import Hub
from swiftray.link import AskedHub, HubCalls
from swiftray.shares import NearStore
from swiftray.system import move_out, settle_in
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


class _WorkerSite:
    """Where a worker of this cluster is."""

    limit = PROTOCOL_LIMIT

    def __init__(self, node: str, pipe: Pipe) -> None:
        self.node = node
        self._pipe = pipe
        self._lock = threading.Lock()
        self._last = 0
        self._asked: dict[int, Future[Any]] = {}

    @property
    def store(self) -> NearStore:
        return NearStore()

    def hub(self, pool: str) -> HubCalls:
        return AskedHub(self.ask, pool)

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


def work(node: str, stream: socket.socket) -> None:
    """Runs tasks until the driver goes."""
    pipe = Pipe(stream)
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
        pool, specs, calls = tasks.popleft()
        outcomes = wrapper.run(PoolSpec(*pool), [RunSpec(*spec) for spec in specs], calls)
        pipe.put("outcome", [(run, (*outcome[:3], bytes(outcome.body), *outcome[4:])) for run, outcome in outcomes])


# What forks workers


class Process:
    """A process, whoever has started it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        try:
            self._watch: int | None = os.pidfd_open(pid)
        except ProcessLookupError:
            self._watch = None

    def __del__(self) -> None:
        if self._watch is not None:
            os.close(self._watch)

    def is_alive(self, limit: float = 0) -> bool:
        """Whether it is still there when the limit has passed."""
        return self._watch is not None and not select.select([self._watch], [], [], limit)[0]

    def kill(self) -> None:
        if self.is_alive() and self._watch is not None:
            try:
                signal.pidfd_send_signal(self._watch, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def wait(self) -> None:
        """Returns when it has gone."""
        while self.is_alive(10):
            pass


class Nursery:
    """A process without threads that forks workers, and what stands for a node: the leader of a process group."""

    def __init__(self) -> None:
        self._stream, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        if os.fork() == 0:
            self._stream.close()
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            self._serve(theirs)
            os._exit(0)
        theirs.close()

    # In the driver

    def leader(self) -> Process:
        """A new node."""
        return self._ask({})

    def worker(self, node: int, group: int, stream: socket.socket) -> Process:
        """A new worker on a node."""
        return self._ask(
            {"node": f"node{node}", "group": group, "directory": os.getcwd(), "environment": dict(os.environ)},
            [stream.fileno()],
        )

    def _ask(self, what: dict[str, Any], descriptors: list[int] | None = None) -> Process:
        socket.send_fds(self._stream, [json.dumps(what).encode()], descriptors or [])
        return Process(_SIZE.unpack(self._stream.recv(_SIZE.size))[0])

    # In the other process

    def _serve(self, stream: socket.socket) -> None:
        # Nobody waits for them.
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        end, self._end = os.pipe()
        while True:
            data, descriptors, _, _ = socket.recv_fds(stream, 1 << 17, 1)
            if not data:
                return
            what = json.loads(data)
            pid = os.fork()
            if pid == 0:
                stream.close()
                os.close(self._end)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                if descriptors:
                    self._work(what, socket.socket(fileno=descriptors[0]))
                else:
                    os.setpgid(0, 0)
                    os.read(end, 1)
                os._exit(0)
            try:
                os.setpgid(pid, what.get("group", pid))
            except OSError:
                # The node has been killed meanwhile.
                os.kill(pid, signal.SIGKILL)
            for descriptor in descriptors:
                os.close(descriptor)
            stream.send(_SIZE.pack(pid))

    def _work(self, what: dict[str, Any], stream: socket.socket) -> None:
        try:
            os.setpgid(0, what["group"])
            os.chdir(what["directory"])
            os.environ.clear()
            os.environ.update(what["environment"])
            work(what["node"], stream)
        except OSError as error:
            print(f"a worker cannot begin: {error}", file=sys.stderr, flush=True)


# The driver


class _Task:
    """What waits for a worker, or has one."""

    def __init__(self, pool: PoolOptions, specs: list[RunSpec], calls: list[bytes], cpus: float, done: Ended) -> None:
        self.pool = pool
        self.specs = specs
        self.calls = calls
        self.cpus = cpus
        self.done = done
        self.worker: _Worker | None = None


class _Worker:
    """A process that runs tasks, one at a time."""

    def __init__(self, cluster: LocalCluster, node: int) -> None:
        self.node = node
        self.task: _Task | None = None
        ours, theirs = socket.socketpair()
        self.process = cluster.nursery.worker(node, cluster.group(node), theirs)
        theirs.close()
        self.pipe = Pipe(ours)
        threading.Thread(target=cluster.listen, args=(self,), name="worker", daemon=True).start()


class LocalCluster:
    """Two nodes on this machine."""

    def __init__(self, nursery: Nursery) -> None:
        self.nursery = nursery
        self._lock = threading.RLock()
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="hubs", daemon=True).start()
        self._hubs: dict[str, Hub] = {}
        self._polls: dict[str, set[Future[Any]]] = {}
        self._waiting: collections.deque[_Task] = collections.deque()
        self._workers: list[_Worker] = []
        self._free = [_CPUS_OF_NODE] * _NODES
        self._leaders: list[Process | None] = [None] * _NODES
        self._is_stopped = False

    def start(self, hello: dict[str, Any]) -> dict[str, Any]:
        os.environ.update({str(key): str(value) for key, value in (hello.get("environment") or {}).items()})
        if hello.get("workingDirectory"):
            os.chdir(hello["workingDirectory"])
        return {"nodes": [f"node{node}" for node in range(_NODES)], "cpus": _CPUS_OF_NODE * _NODES}

    def group(self, node: int) -> int:
        """The process group that is a node; made anew if it was killed."""
        leader = self._leaders[node]
        if leader is None or not leader.is_alive():
            leader = self._leaders[node] = self.nursery.leader()
        return leader.pid

    # Hubs

    def open_pool(self, pool: PoolOptions) -> HubCalls:
        with self._lock:
            self._hubs[pool.spec.name] = Hub()
            self._polls[pool.spec.name] = set()
        return AskedHub(self.ask, pool.spec.name)

    def close_pool(self, pool: PoolOptions) -> None:
        with self._lock:
            self._hubs.pop(pool.spec.name, None)
            polls = self._polls.pop(pool.spec.name, set())
            idle = [] if self._hubs else [worker for worker in self._workers if worker.task is None]
            # Nobody may give them a task any more.
            self._workers = [worker for worker in self._workers if worker not in idle]
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

    def submit(self, pool: PoolOptions, specs: list[RunSpec], calls: list[Buffer], done: Ended) -> object:
        resources = specs[0].resources
        options = {**pool.options, **(json.loads(resources) if resources else {})}
        task = _Task(pool, specs, [bytes(call) for call in calls], float(options.get("num_cpus", 1.0)), done)
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
                worker = handle.worker
                if kills and worker is not None and worker in self._workers:
                    # At once: it may have ended the task, and be given another one before its end is known.
                    self._workers.remove(worker)
                    worker.process.kill()
                return
        handle.done(Loss(End.CANCELLED, "", "taken back"))

    @property
    def store(self) -> NearStore:
        return NearStore()

    def statistics(self) -> dict[str, Any]:
        return {"nodes": [f"node{node}" for node in range(_NODES)], "cpus": _CPUS_OF_NODE * _NODES}

    def listen(self, worker: _Worker) -> None:
        """Serves a worker until it dies."""
        while True:
            message = worker.pipe.get()
            if message is None:
                break
            if message[0] == "outcome":
                self._finish(worker, [(run, Outcome(*fields)) for run, fields in message[1]])
            else:
                _, number, pool, method, arguments = message
                future = self.ask(pool, method, arguments)
                future.add_done_callback(lambda future, number=number: _answer(worker, number, future))  # type: ignore[misc]
        worker.process.wait()
        with self._lock:
            if worker in self._workers:
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

    def _finish(self, worker: _Worker, outcome: list[tuple[int, Outcome]] | Loss) -> None:
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
            worker.pipe.put("run", tuple(task.pool.spec), [tuple(spec) for spec in task.specs], task.calls)


def _answer(worker: _Worker, number: int, future: Future[Any]) -> None:
    if future.cancelled():
        worker.pipe.put("answer", number, None, "the hub has ended")
        return
    error = future.exception()
    worker.pipe.put("answer", number, None if error else future.result(), str(error) if error else None)


def main() -> None:
    """Serves the host until it goes."""
    # Before there are threads, and the lock of the directory, which is to end with this process.
    nursery = Nursery()
    host, home = os.getppid(), os.environ.get("SWIFTRAY_HOME", "")
    settle_in(home)
    connection = Connection(socket.socket(fileno=os.dup(0)))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if Driver(connection, LocalCluster(nursery)).serve():
        move_out(home, host)
    os._exit(0)


if __name__ == "__main__":
    main()
