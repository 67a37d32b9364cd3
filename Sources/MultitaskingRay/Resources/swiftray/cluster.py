"""The cluster that is Ray: everything that calls Ray is here."""

from __future__ import annotations

import functools
import json
import os
import pickle
import queue
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy
from swiftray.driver import Ended, Loss, PoolOptions, Refused
from swiftray.frames import PROTOCOL_LIMIT, Buffer, End
from swiftray.hub import Hubs
from swiftray.link import AskedHub, HubCalls
from swiftray.system import raise_open_files
from swiftray.withdrawals import Call, Withdrawals
from swiftray.worker import Outcome, PoolSpec, RunSpec, Wrapper

#: The first version of Ray that has tokens.
_OLDEST = (2, 52)
#: What Ray gives back in place travels beside the pickled outcome from this size on.
_LARGE = 1 << 16
#: How long an address may take to answer, in seconds.
_CONNECT = 5.0
#: How long what is there may take to answer as a cluster's head, in seconds.
_ANSWER = 20.0
#: How long it may take to find out whether a cluster requires a token, in seconds: Python has to load Ray first.
_PROBE = 30.0
#: Says on a line whether a cluster answers whoever has no token. Only a denial shows that it does not: the head of an
#: open cluster, too, may be busy, or lose a connection.
_WITHOUT_TOKEN = """
import sys
sys.path[:] = [path for path in sys.path if path]
from ray._raylet import GcsClient
from ray.exceptions import AuthenticationError
try:
    GcsClient(address=sys.argv[1]).internal_kv_get(b"multitasking", None, timeout=float(sys.argv[2]))
except AuthenticationError:
    print("refused")
except Exception as error:
    print(*f"{type(error).__name__}: {error}".split())
else:
    print("answered")
"""
#: How much memory a cluster of one's own has for objects.
_LOCAL_STORE = 200 << 20
#: How many clients a hub may have: each has two calls under way and one that waits.
_MOST_CALLS = 10_000


class _Completions:
    """Carries out what follows a call's end on one thread: Ray's own must not be held up."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._serve, name="completions", daemon=True).start()

    def future(self, reference: Any) -> Future[Any]:
        """A future of a reference, whose callbacks come on this object's thread."""
        result: Future[Any] = Future()

        def complete(done: Future[Any]) -> None:
            error = done.exception()
            if error is not None:
                result.set_exception(error)
            else:
                result.set_result(done.result())

        reference.future().add_done_callback(lambda done: self._queue.put(lambda: complete(done)))
        return result

    def ask(self, hubs: Any, pool: str, name: str, arguments: tuple[Any, ...]) -> Future[Any]:
        """Calls a pool's hub, in the actor that has all of them."""
        return self.future(getattr(hubs, name).remote(pool, *arguments))

    def _serve(self) -> None:
        while True:
            try:
                self._queue.get()()
            except Exception as error:
                print(f"swiftray: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


class _RayStore:
    """Ray's memory for objects, in which a value is once on each node."""

    def put(self, data: Buffer) -> Any:
        # In a list, or Ray would hand on the value itself.
        return [ray.put(pickle.PickleBuffer(data))]

    def get(self, handle: Any) -> Buffer:
        value: Buffer = ray.get(handle[0])
        return value


# In a worker of Ray


class _RaySite:
    """Where a wrapper is that runs in a worker of Ray."""

    limit = PROTOCOL_LIMIT

    def __init__(self) -> None:
        context = ray.get_runtime_context()
        self.node = f"{ray.util.get_node_ip_address()}/{context.get_node_id()[:8]}"
        self._completions = _Completions()
        self._hubs: dict[str, Any] = {}

    @property
    def store(self) -> _RayStore:
        return _RayStore()

    def hub(self, pool: str) -> HubCalls:
        # The actor's name, and the pool's number.
        name = pool.rpartition("/")[0]
        found = self._hubs.get(name)
        if found is None:
            found = self._hubs[name] = ray.get_actor(name)
        return AskedHub(functools.partial(self._completions.ask, found), pool)


_wrapper: Wrapper | None = None


def run_task(pool: tuple[Any, ...], specs: list[tuple[Any, ...]], *calls: Any) -> list[tuple[int, tuple[Any, ...]]]:
    """Runs tasks, one after the other; this is what Ray calls."""
    global _wrapper
    if _wrapper is None:
        # Ray asks a running task to stop by SIGINT. Who is to stop is told by the hub, which does not mistake the task.
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, lambda *_: None)
        _wrapper = Wrapper(_RaySite())
    # A child has the devices that its worker had when it was started.
    devices = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    runs = [run._replace(resources=f"{run.resources}|{devices}") for run in (RunSpec(*spec) for spec in specs)]
    return [
        (run, (*outcome[:3], _shipped(outcome.body), *outcome[4:]))
        for run, outcome in _wrapper.run(PoolSpec(*pool), runs, calls)
    ]


def _shipped(data: Buffer) -> Any:
    """What of a task's bytes is not copied into the stream of what is pickled, if it is large."""
    return pickle.PickleBuffer(data) if len(data) > _LARGE else bytes(data)


# In the driver


class RayCluster:
    """A cluster of Ray, or one of one's own on this machine."""

    def __init__(self) -> None:
        self._completions = _Completions()
        self._withdrawals = Withdrawals(_withdraw)
        self._name = secrets.token_hex(8)
        self._task: Any = None
        #: The task with the options of a pool and of a run.
        self._tasks: dict[tuple[str, str], Any] = {}
        self._hubs: Any = None
        #: Where a cluster of one's own keeps its logs and sockets.
        self._session: Path | None = None

    def start(self, hello: dict[str, Any]) -> dict[str, Any]:
        begin = time.monotonic()
        version = tuple(int(part) for part in ray.__version__.split(".")[:2])
        if version < _OLDEST:
            raise Refused("old", f"Ray is {ray.__version__}; at least {_OLDEST[0]}.{_OLDEST[1]} is needed")
        address = hello.get("address")
        requires_token = bool(address and hello.get("requiresToken"))
        if address and _is_plain(str(address)):
            _knock(str(address))
            if requires_token:
                _refuse_open(str(address))
                requires_token = False
        arguments: dict[str, Any] = {
            "address": address or "local",
            "namespace": hello.get("namespace") or f"multitasking-{self._name}",
            "logging_level": hello.get("logLevel") or "ERROR",
            "log_to_driver": False,
            "runtime_env": _runtime_environment(hello),
        }
        if not address:
            arguments.update(num_cpus=hello.get("cpus") or 1, include_dashboard=False, object_store_memory=_LOCAL_STORE)
        try:
            ray.init(**arguments)
        except Exception as error:
            raise Refused("unreachable", f"{type(error).__name__}: {error}") from None
        if not address:
            self._session = _session_directory()
        if requires_token and not str(address).startswith("ray://"):
            # Only now it is known what is meant.
            _refuse_open(ray.get_runtime_context().gcs_address)
        # A shared value that was fetched takes a descriptor. What Ray has started keeps what it was given.
        raise_open_files()
        self._task = ray.remote(max_retries=0, num_cpus=1)(run_task)
        # It has no processor of its own, and stands or falls with the driver's node. A soft affinity may mean any node.
        node = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=False)
        self._hubs = (
            ray.remote(Hubs)
            .options(
                name=f"multitasking-{self._name}",
                num_cpus=0,
                max_concurrency=_MOST_CALLS,
                max_restarts=0,
                max_task_retries=0,
                scheduling_strategy=node,
            )
            .remote()
        )
        return {
            "ray": ray.__version__,
            "python": ".".join(map(str, sys.version_info[:3])),
            "nodes": [node["NodeManagerAddress"] for node in ray.nodes() if node["Alive"]],
            "cpus": ray.cluster_resources().get("CPU", 0.0),
            "seconds": {"init": round(time.monotonic() - begin, 3)},
        }

    def open_pool(self, pool: PoolOptions) -> HubCalls:
        name = self._pool_name(pool)
        ray.get(self._hubs.open.remote(name))
        return AskedHub(functools.partial(self._completions.ask, self._hubs), name)

    def close_pool(self, pool: PoolOptions) -> None:
        name = self._pool_name(pool)
        # Another thread may hand over tasks of other pools meanwhile: only a copy may be gone through.
        for key in list(self._tasks):
            if key[0] == name:
                del self._tasks[key]
        self._hubs.close.remote(name)

    def submit(self, pool: PoolOptions, specs: list[RunSpec], calls: list[Buffer], done: Ended) -> object:
        name = self._pool_name(pool)
        resources = specs[0].resources
        task = self._tasks.get((name, resources))
        if task is None:
            task = self._tasks[(name, resources)] = self._task.options(**_task_options(pool, resources))
        reference = task.remote((name, *pool.spec[1:]), [tuple(spec) for spec in specs], *map(_shipped, calls))
        call = Call(reference)

        def end(future: Future[Any]) -> None:
            call.has_ended = True
            done(_outcome(future))

        self._completions.future(reference).add_done_callback(end)
        return call

    def cancel(self, handle: object, kills: bool) -> None:
        if isinstance(handle, Call):
            self._withdrawals.add(handle, kills)

    def hub_statistics(self, pool: PoolOptions) -> Future[dict[str, int]]:
        return self._completions.future(self._hubs.statistics.remote(self._pool_name(pool)))

    @property
    def store(self) -> _RayStore:
        return _RayStore()

    def statistics(self) -> dict[str, Any]:
        nodes = [node for node in ray.nodes() if node["Alive"]]
        return {
            "nodes": [f"{node['NodeManagerAddress']}/{node['NodeID'][:8]}" for node in nodes],
            "cpus": sum(node["Resources"].get("CPU", 0.0) for node in nodes),
        }

    def stop(self) -> None:
        # Ray would begin anew if it were asked to take something back.
        self._withdrawals.close()
        if ray.is_initialized():
            ray.shutdown()
        if self._session is not None:
            _remove_session(self._session)

    def _pool_name(self, pool: PoolOptions) -> str:
        return f"multitasking-{self._name}/{pool.spec.name}"


def _session_directory() -> Path | None:
    """The directory of the Ray that this process has started; None if Ray does not say."""
    node = getattr(ray._private.worker, "_global_node", None)
    try:
        path = Path(node.get_session_dir_path()) if node else None
    except Exception:
        return None
    return path if path and path.name.startswith("session_") else None


def _remove_session(session: Path) -> None:
    """Removes what Ray leaves behind, tens of megabytes for each start."""
    shutil.rmtree(session, ignore_errors=True)
    latest = session.parent / "session_latest"
    # It leads to another cluster's by now if that was started later.
    if latest.is_symlink() and not latest.exists():
        latest.unlink(missing_ok=True)


def _withdraw(reference: Any, kills: bool) -> None:
    try:
        ray.cancel(reference, force=kills, recursive=False)
    except Exception as error:
        print(f"swiftray: {type(error).__name__}: {error}", file=sys.stderr, flush=True)


def _outcome(future: Future[Any]) -> list[tuple[int, Outcome]] | Loss:
    error = future.exception()
    if error is None:
        return [(run, Outcome(*fields)) for run, fields in future.result()]
    node = str(getattr(error, "node_ip", "") or "")
    detail = f"{type(error).__name__}: {error}"
    errors = ray.exceptions
    if isinstance(error, errors.TaskCancelledError):
        return Loss(End.CANCELLED, node, detail)
    if isinstance(error, errors.OutOfMemoryError):
        return Loss(End.OUT_OF_MEMORY, node, detail)
    lost = (
        errors.WorkerCrashedError,
        errors.NodeDiedError,
        errors.ObjectLostError,
        errors.RaySystemError,
        errors.ActorDiedError,
        errors.LocalRayletDiedError,
        errors.ActorUnavailableError,
    )
    return Loss(End.LOST if isinstance(error, lost) else End.OTHER, node, detail)


def _task_options(pool: PoolOptions, resources: str) -> dict[str, Any]:
    options: dict[str, Any] = {"num_cpus": 1.0, **pool.options, **(json.loads(resources) if resources else {})}
    options = {key: value for key, value in options.items() if key == "num_cpus" or value}
    placement = pool.placement
    if placement == "spread":
        options["scheduling_strategy"] = "SPREAD"
    elif isinstance(placement, dict):
        options["scheduling_strategy"] = NodeAffinitySchedulingStrategy(
            placement["node"], soft=bool(placement.get("soft", True))
        )
    return options


def _runtime_environment(hello: dict[str, Any]) -> dict[str, Any]:
    environment: dict[str, Any] = {"env_vars": dict(hello.get("environment") or {})}
    directory = hello.get("workingDirectory")
    if directory:
        environment["working_dir"] = directory
    else:
        # The program is there already; what is in Python still travels.
        environment["py_modules"] = [os.path.dirname(os.path.abspath(__file__))]
    return environment


def _is_plain(address: str) -> bool:
    """Whether an address is a host with a port. Of others Ray finds out itself what is meant."""
    return not address.startswith("ray://") and address.rpartition(":")[2].isdigit()


def _refuse_open(address: str) -> None:
    """Refuses a cluster that answers whoever has no token."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RAY_AUTH_TOKEN")}
    said: list[str] = []
    try:
        # In a process of its own, since Ray reads once how it is to authenticate.
        said = subprocess.run(
            [sys.executable, "-c", _WITHOUT_TOKEN, address, str(_CONNECT)],
            env={**environment, "RAY_AUTH_MODE": "disabled"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PROBE,
            encoding="utf-8",
            errors="replace",
        ).stdout.splitlines()
        reason = said[-1] if said else "Ray has ended without an answer"
    except subprocess.TimeoutExpired:
        reason = f"no answer within {_PROBE:g} s"
    except OSError as error:
        reason = str(error)
    if "answered" in said:
        raise Refused(
            "unreachable",
            f"the cluster at {address} requires no token, so anyone who can reach it can run code on it: start its "
            "nodes with RAY_AUTH_MODE=token, or accept that by `allowsUnauthenticated: true`",
        )
    if "refused" not in said:
        raise Refused(
            "unreachable",
            f"it can't be determined whether the cluster at {address} requires a token ({reason}): try again when its "
            "head is less busy, or accept one that requires none by `allowsUnauthenticated: true`",
        )


def _knock(address: str) -> None:
    """Finds out in little time what `ray.init` would take long for, and not say: whether anybody is there, and
    whether the token is the cluster's."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT):
            pass
    except OSError as error:
        raise Refused("unreachable", f"nothing answers at {address}: {error}") from None
    try:
        from ray._raylet import GcsClient  # type: ignore[attr-defined, unused-ignore]
    except ImportError:
        return
    failure: list[Exception | None] = []

    def ask() -> None:
        try:
            GcsClient(address=address).internal_kv_get(b"multitasking", None, timeout=_CONNECT)
            failure.append(None)
        except Exception as error:
            failure.append(error)

    # Making a client asks already, and without a limit.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(_ANSWER)
    if not failure:
        raise Refused(
            "unreachable",
            f"something at {address} takes connections, but does not answer within {_ANSWER:g} s as the head of a Ray "
            "cluster does: give the address that `ray start --head` has printed, or try again when the head is less "
            "busy",
        )
    reason = failure[0]
    if isinstance(reason, getattr(ray.exceptions, "AuthenticationError", ())):
        raise Refused("unreachable", f"the cluster at {address} refuses the token: {reason}")
    if reason is not None:
        raise Refused("unreachable", f"{type(reason).__name__}: {reason}")
