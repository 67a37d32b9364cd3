"""Launched workers: what their driver believes, and what it does when they misbehave."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import queue
import resource
import shlex
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from fake_worker import ANSWERS
from host import HERE, LAUNCH_RESOURCES, PATIENCE, RESOURCES, Host
from swiftray.command import _BARE, _BOOT, greatest_message
from swiftray.driver import Loss, PoolOptions, Refused, _Pool, _Run
from swiftray.frames import LIMITS, NEEDED_CALLS, ORDER, SUBMISSION, Code, End, Frame, Kind, Operation, ProtocolError
from swiftray.hosts import LaunchCluster
from swiftray.remote import build_of
from swiftray.stream import pack, unpack_value
from swiftray.worker import Outcome as WorkerOutcome
from swiftray.worker import PoolSpec, RunSpec
from test_driver import process_at, wait_until_gone


def settings(command: list[str]) -> dict[str, Any]:
    """What a driver is told of workers that such a command starts here."""
    return {
        "command": command,
        "hosts": [],
        "executable": str(HERE / "fake_child.py"),
        "environment": {"SWIFTRAY_HOME": str(RESOURCES)},
        "python": sys.executable,
        "build": "",
        "period": 0.3,
        "startLimit": 30.0,
        "memory": 4 << 30,
    }


class ValueTests(unittest.TestCase):
    """What is sent between a driver and its workers."""

    def test_values_come_back(self) -> None:
        values: tuple[Any, ...] = (
            None,
            1 << 62,
            -1,
            0.5,
            "täxt",
            b"",
            b"\0\xff" * 70_000,
            [b"a", [b"", [b"c", {"k": b"d"}]]],
            {},
        )
        for value in values:
            self.assertEqual(unpack_value(b"".join(pack(value))), value)
        self.assertEqual(unpack_value(b"".join(pack((1, memoryview(b"xy"))))), [1, b"xy"])

    def test_what_is_no_value_is_an_error(self) -> None:
        def text(json: str, rest: bytes = b"") -> bytes:
            return struct.pack("<I", len(json)) + json.encode() + rest

        damaged = [b"", b"\0\0", text("{}")[:5], text("[1,"), text('{"":1}'), text('{"":-1}', b"xx")]
        damaged += [text('{"":true}', b"x"), text('{"":1e300}', b"x"), text('{"":"a"}'), text("[" * 200_000)]
        damaged += [struct.pack("<I", 1 << 31) + b"1", text("1")[:4] + b"\xff"]
        for data in damaged:
            with self.subTest(data[:20]), self.assertRaises(ProtocolError):
                unpack_value(data)

    def test_what_cannot_be_sent_is_an_error_here(self) -> None:
        with self.assertRaises(TypeError):
            pack([object()])

    def test_build_is_read_from_the_executable(self) -> None:
        self.assertRegex(build_of("/bin/sh"), "^([0-9a-f]{2}){8,64}$")
        self.assertEqual(build_of("/etc/passwd"), "")
        with self.assertRaises(OSError):
            build_of("/no/such/program")

    def test_executables_that_are_damaged_have_no_build(self) -> None:
        data = Path("/bin/sh").read_bytes()[:4096]
        with tempfile.NamedTemporaryFile() as file:
            for position in range(16, 4096, 7):
                Path(file.name).write_bytes(data[:position] + b"\xff" * 8 + data[position + 8 :])
                self.assertIsInstance(build_of(file.name), str)
            for length in range(0, 1200, 11):
                Path(file.name).write_bytes(data[:length])
                self.assertIsInstance(build_of(file.name), str)


class LaunchTests(unittest.TestCase):
    """A driver with workers of this machine."""

    def setUp(self) -> None:
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.directory = self.stack.enter_context(tempfile.TemporaryDirectory())

    def start(self, *wrapper: str) -> Host:
        script = LAUNCH_RESOURCES / "swiftray" / "launch.py"
        host = Host([*wrapper, sys.executable, "-S", str(script)], {}, Path(self.directory, "log"))
        self.stack.callback(host.close)
        return host

    def hello(self, host: Host, command: list[str], **keys: Any) -> dict[str, Any]:
        return host.hello(**{**settings(command), **keys})

    def test_tasks_run(self) -> None:
        host = self.start()
        self.assertFalse(self.hello(host, ["sh", "-c"])["isRefused"])
        pool = host.pool()
        runs = [host.submit(pool, ["echo", str(number)]) for number in range(5)]
        for number, run in enumerate(runs):
            self.assertTrue(host.wait(Kind.DONE, run).head.endswith(str(number).encode()))

    def test_a_python_without_the_calls_that_workers_need_says_so(self) -> None:
        boot = _BOOT.format(preamble=b"", old="", calls=NEEDED_CALLS, bare=_BARE)
        bare = f"import os\ndel os.memfd_create\n{boot}"
        run = subprocess.run([sys.executable, "-IS", "-c", bare], capture_output=True, stdin=subprocess.DEVNULL)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"was built without memfd_create and pidfd_open", run.stderr)

    def test_all_that_a_worker_says_to_the_hub_is_heard(self) -> None:
        host = self.start()
        self.assertFalse(self.hello(host, ["sh", "-c"])["isRefused"])
        pool = host.pool(forwardsOutput=True, finalizerLimit=5)
        host.ask(pool, Operation.SETUP, 1, number=2, data=b"bye")
        channel = host.channel(pool)
        exists = ["ask", int(Operation.EXISTS), channel, channel, 0, ""]
        send = ["say", int(Operation.SEND), channel, 1, 0, "61"]
        run = host.submit(pool, ["all", [["report", 0.5, "half"], ["print", "line"], exists, send, ["sleep", 0.2]]])
        self.assertEqual(host.outcome(run).end, End.VALUE)
        self.assertEqual(host.ask(pool, Operation.RECEIVE, channel, number=1)[2], b"a")
        self.assertEqual(host.find(Kind.REPORT, run)[-1].head[8:], b"half")
        self.assertEqual(b"".join(frame.head[1:] for frame in host.find(Kind.OUTPUT, run)), b"line\n")
        # One of them takes long: what was before it is told at once, and what is behind it comes back.
        commands: list[list[Any]] = [["echo", "a"], ["sleep", 0.5], ["echo", "b"]]
        runs = [host.submit(pool, command, goes_on=command is not commands[-1]) for command in commands]
        ends = [host.outcome(run).end for run in runs]
        self.assertEqual(ends[-1], End.CANCELLED)
        self.assertEqual(set(ends[:-1]) - {End.VALUE, End.CANCELLED}, set())
        self.assertEqual(host.run(pool, ["exit", 3]).end, End.CRASHED)
        host.run(pool, ["echo", "another child, which has a finalizer"])
        host.end_pool(pool)
        self.assertIn(b"\x00bye", [bytes(frame.rest(0)) for frame in host.find(Kind.FINALIZED, pool)])

    def test_a_task_may_say_nothing_for_many_periods(self) -> None:
        host = self.start()
        self.assertFalse(self.hello(host, ["sh", "-c"], period=0.2)["isRefused"])
        run = host.submit(host.pool(), ["sleep", 1.5])
        self.assertEqual(host.wait(Kind.DONE, run).head[0], End.VALUE)

    def test_workers_that_misbehave_are_ended_and_the_driver_goes_on(self) -> None:
        for mode in ("damage", "no-value", "pickle", *ANSWERS):
            with self.subTest(mode):
                host = self.start()
                words = ["env", f"PYTHONPATH={RESOURCES}", sys.executable, str(HERE / "fake_worker.py"), mode]
                self.assertFalse(self.hello(host, ["sh", "-c", f"exec {shlex.join(words)}"])["isRefused"])
                pool = host.pool()
                run = host.submit(pool, ["echo", "x"])
                self.assertEqual(host.wait(Kind.DONE, run).head[0], End.LOST)
                host.connection.write(Kind.ENDPOOL, pool, b"\0")
                host.wait(Kind.POOLENDED, pool)

    def test_a_worker_is_on_the_host_on_which_it_was_started_whatever_it_says(self) -> None:
        words = ["env", f"PYTHONPATH={RESOURCES}", sys.executable, str(HERE / "fake_worker.py"), "silence"]
        for hosts, nodes in (([], ["here"]), (["first", "second"], ["first", "second"])):
            answer = self.hello(self.start(), ["sh", "-c", f"exec {shlex.join(words)}"], hosts=hosts)
            self.assertEqual(answer["nodes"], nodes)

    def test_tasks_for_whose_workers_there_are_no_descriptors_wait_for_others(self) -> None:
        host = self.start("sh", "-c", 'ulimit -n 40; exec "$@"', "sh")
        self.assertFalse(self.hello(host, ["sh", "-c"])["isRefused"])
        pool = host.pool()
        runs = [host.submit(pool, ["sleep", 0.2]) for _ in range(30)]
        self.assertEqual({host.wait(Kind.DONE, run).head[0] for run in runs}, {End.VALUE})
        self.assertEqual({len(host.find(Kind.DONE, run)) for run in runs}, {1})
        host.end_pool(pool, kills=True)

    def test_a_task_that_prints_waits_for_a_host_that_does_not_read_and_others_go_on(self) -> None:
        host = self.start()
        self.assertFalse(self.hello(host, ["sh", "-c"])["isRefused"])
        pool = host.pool(forwardsOutput=True)
        channel = host.channel(pool)
        printed, sent = Path(self.directory, "printed"), Path(self.directory, "sent")
        exists = ["ask", int(Operation.EXISTS), channel, channel, 0, ""]
        send = ["ask", int(Operation.SEND), channel, 1, -1, "61"]
        other = host.submit(pool, ["all", [exists, ["sleep", 1], send, ["tally", str(sent)]]])
        host.wait(Kind.STARTED, other)
        size = 32 << 20
        run = host.submit(pool, ["all", [["flood", size], ["tally", str(printed)]]])
        host.wait(Kind.OUTPUT, run)
        host.reads.clear()
        deadline = time.monotonic() + PATIENCE
        while not sent.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertTrue(sent.exists())
        # Long enough for all of it.
        time.sleep(2)
        self.assertFalse(printed.exists())
        host.reads.set()
        self.assertEqual(host.outcome(run).end, End.VALUE)
        self.assertEqual(sum(len(frame.head) - 1 + len(frame.tail) for frame in host.find(Kind.OUTPUT, run)), size)
        self.assertEqual(host.outcome(other).end, End.VALUE)

    def test_a_program_that_a_task_has_started_ends_with_the_worker(self) -> None:
        for ends in ("cancel", "driver"):
            with self.subTest(ends):
                host = self.start()
                self.assertFalse(self.hello(host, ["sh", "-c"])["isRefused"])
                path = Path(self.directory, f"left at the end of the {ends}")
                run = host.submit(host.pool(), ["all", [["leave", "sleep 1000", str(path)], ["deaf", 30]]])
                left = process_at(path)
                if ends == "cancel":
                    host.cancel(run, 2)
                    host.outcome(run)
                else:
                    host.process.kill()
                wait_until_gone(left)

    def test_a_worker_may_have_all_descriptors_that_there_are_and_its_child_as_many_as_before(self) -> None:
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        host = self.start()
        self.assertFalse(self.hello(host, ["sh", "-c", "ulimit -Sn 200; {worker}"])["isRefused"])
        limits = json.loads(host.run(host.pool(), ["limits"]).body)
        self.assertEqual(limits, [hard, 200])

    def test_what_is_too_large_is_refused_with_the_reason_and_what_follows_is_taken(self) -> None:
        paths = [str(RESOURCES), str(LAUNCH_RESOURCES)]
        script = str(LAUNCH_RESOURCES / "swiftray" / "launch.py")
        # As where there is little memory.
        little = (
            f"import runpy, sys; sys.path[:0] = {paths}; import swiftray.hosts as hosts;"
            f"hosts.greatest_message = lambda *_: 100_000; runpy.run_path({script!r}, run_name='__main__')"
        )
        host = Host([sys.executable, "-c", little], {}, Path(self.directory, "log"))
        self.stack.callback(host.close)
        self.assertFalse(self.hello(host, ["sh", "-c"])["isRefused"])
        pool = host.pool(finalizerLimit=5)
        reason = "has {} bytes, and at most 100000 can be sent at once"
        channel = host.channel(pool)
        exists = ["ask", int(Operation.EXISTS), channel, channel, 0, ""]
        sends = [["ask", int(Operation.SEND), channel, 1, 0, data.hex()] for data in (bytes(200_000), b"a")]
        codes = host.run(pool, ["all", [exists, *sends]]).body.split(b"|")[1:]
        code, _, text = codes[0].split(b",")
        self.assertEqual(int(code), Code.INVALID)
        self.assertIn("what is sent to the channel " + reason.format(200_000), bytes.fromhex(text.decode()).decode())
        self.assertEqual(codes[1], b"1,1,")
        self.assertEqual(host.ask(pool, Operation.RECEIVE, channel, number=1)[2], b"a")
        shares = [["share", 1 << 63 | number, text] for number, text in ((1, "x" * 200_000), (2, "short"))]
        answers = host.run(pool, ["all", shares]).body.split(b"|")
        self.assertIn(("the value " + reason.format(200_000)).encode(), answers[0])
        self.assertEqual(answers[1][:1], b"1")
        host.ask(pool, Operation.SETUP, 1, number=2, data=bytes(200_000))
        host.run(pool, ["echo", "a child that has a finalizer"])
        host.end_pool(pool)
        (finalized,) = host.find(Kind.FINALIZED, pool)
        self.assertEqual(finalized.head[0], End.TOO_LARGE)
        self.assertIn(("the finalizer's result " + reason.format(200_000)).encode(), bytes(finalized.rest(1)))

    def test_another_version_is_refused(self) -> None:
        answer = self.start().hello(version=2)
        self.assertEqual((answer["isRefused"], answer["reason"]), (True, "version"))


class ClusterTests(unittest.TestCase):
    """A cluster in this process."""

    def setUp(self) -> None:
        self.cluster = LaunchCluster(str(LAUNCH_RESOURCES / "swiftray"))
        self.addCleanup(self.cluster.stop)
        self.ends: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.pool = PoolOptions(PoolSpec("1", str(HERE / "fake_child.py"), False), "pack", {})
        self.addCleanup(self.cluster.close_pool, self.pool)

    def start(self, *command: str) -> None:
        self.cluster.start(settings(list(command) or ["sh", "-c"]))

    def submit(self, run: int, seconds: float = 0.1) -> object:
        spec = RunSpec(run, "", 0, 0, ORDER.pack(1, run, 0, 0, 0, 0, 0, 0), 0)
        return self.cluster.submit(self.pool, [spec], [json.dumps(["sleep", seconds]).encode()], self.ends.put)

    def test_a_cluster_without_means_for_a_worker_says_so(self) -> None:
        errors = (OSError(errno.EMFILE, "too many"), RuntimeError("can't start new thread"))
        for place, error in (("socketpair", errors[0]), ("Popen", errors[0]), ("Thread", errors[1])):
            with self.subTest(place), mock.patch(f"swiftray.command.{MODULES[place]}.{place}", side_effect=error):
                descriptors = len(os.listdir("/proc/self/fd"))
                with self.assertRaisesRegex(Refused, "no worker can be started from here: .*(too many|thread)"):
                    self.start()
                self.assertEqual(len(os.listdir("/proc/self/fd")), descriptors)

    def test_tasks_for_whose_workers_there_is_no_thread_have_those_that_there_are(self) -> None:
        self.start()
        self.cluster.open_pool(self.pool)
        with mock.patch("swiftray.hosts.Worker", side_effect=RuntimeError("can't start new thread")):
            for run in range(1, 5):
                self.submit(run)
            ends = [self.ends.get(timeout=PATIENCE) for _ in range(4)]
        self.assertEqual(sorted((run, outcome.end) for ((run, outcome),) in ends), [(n, 0) for n in range(1, 5)])
        self.assertTrue(self.ends.empty())

    def test_a_task_that_was_not_taken_is_not_run_later(self) -> None:
        self.start()
        self.cluster.open_pool(self.pool)
        with mock.patch.object(self.cluster, "_worker_for", side_effect=MemoryError), self.assertRaises(MemoryError):
            self.submit(1)
        self.submit(2)
        ((run, _),) = self.ends.get(timeout=PATIENCE)
        self.assertEqual(run, 2)

    def test_a_task_whose_successor_cannot_be_given_to_a_worker_has_its_end(self) -> None:
        self.start()
        self.cluster.open_pool(self.pool)
        self.submit(1)
        with mock.patch.object(self.cluster, "_dispatch", side_effect=MemoryError):
            ((run, _),) = self.ends.get(timeout=PATIENCE)
        self.assertEqual(run, 1)

    def test_a_worker_may_ask_for_the_pools_of_its_tasks_also_after_their_end(self) -> None:
        self.start()
        other = self.pool._replace(spec=self.pool.spec._replace(name="2"))
        for pool in (self.pool, other):
            self.cluster.open_pool(pool)
        self.submit(1)
        self.ends.get(timeout=PATIENCE)
        (worker,) = self.cluster._workers
        with mock.patch.object(worker, "answer") as answer:
            for name in ("2", "3", ""):
                with self.assertRaisesRegex(ProtocolError, "a pool that it was not given"):
                    self.cluster.call(worker, 9999, f"{self.cluster._name}/{name}", "shared", [1, worker.node])
            with mock.patch.object(worker, "end"):
                # The other one keeps the worker.
                self.cluster.close_pool(self.pool)
            self.cluster.call(worker, 9999, f"{self.cluster._name}/1", "shared", [1, worker.node])
            # Its child asks as well.
            answers = [call.args for call in answer.call_args_list if call.args[0] == 9999]
            self.assertEqual(answers, [(9999, None, "the hub has ended")])
        self.cluster.close_pool(other)

    def test_a_cancel_that_meets_the_end_of_a_short_run_is_forgotten(self) -> None:
        self.start()
        connection = mock.Mock()
        pool = _Pool(1, self.pool, connection, self.cluster)
        order = ORDER.pack(1, 1, 0, 0, 0, 0, 0, 0)
        submission = SUBMISSION.pack(1, 0) + LIMITS.pack(0, 0) + order + json.dumps(["echo", "a"]).encode()
        for run in range(1, 11):
            # As a task that ends while the driver is told that it is to end.
            with mock.patch.object(pool, "_take_back"), mock.patch.object(self.cluster, "submit"):
                pool.submit([Frame(Kind.SUBMIT, run, submission)])
                pool.cancel(Frame(Kind.CANCEL, run, b"\1"))
            pool._ended([run], [(run, WorkerOutcome(End.VALUE, True, b"", b"a"))])
        self.assertTrue(pool.link.wait_sync(PATIENCE))
        written = [call.args[:2] for call in connection.write.call_args_list]
        self.assertEqual(written, [(Kind.DONE, run) for run in range(1, 11)])
        self.assertEqual(self.cluster._hubs["1"]._cancelled, {})

    def test_a_pool_ends_whatever_of_its_end_fails(self) -> None:
        connection = mock.Mock()
        pool = _Pool(1, self.pool, connection, self.cluster)
        pool.runs = {1: _Run(), 2: _Run()}
        with (
            mock.patch.object(self.cluster, "cancel", side_effect=RuntimeError("can't start new thread")) as cancel,
            mock.patch.object(self.cluster, "hub_statistics", side_effect=LookupError),
            mock.patch.object(pool.shares, "close", side_effect=OSError),
            mock.patch.object(self.cluster, "close_pool", side_effect=RuntimeError) as close_pool,
            contextlib.redirect_stdout(io.StringIO()) as log,
            self.assertRaises(RuntimeError),
        ):
            pool.end(b"")
        self.assertIn("can't start new thread", log.getvalue())
        self.assertEqual((cancel.call_count, close_pool.call_count), (2, 1))
        written = [call.args[:2] for call in connection.write.call_args_list]
        self.assertEqual(written, [(Kind.DONE, 1), (Kind.DONE, 2), (Kind.POOLENDED, 1)])

    def test_a_worker_is_lost_whatever_of_its_end_fails(self) -> None:
        self.start()
        self.cluster.open_pool(self.pool)
        self.submit(1, seconds=30)
        (worker,) = self.cluster._workers
        (listener,) = (thread for thread in threading.enumerate() if thread.name == "worker")
        with (
            mock.patch.object(worker, "_reap", side_effect=MemoryError),
            mock.patch.object(self.cluster, "ask", side_effect=RuntimeError("the loop has ended")),
            mock.patch.object(self.cluster, "_dispatch", side_effect=MemoryError),
            mock.patch("threading.excepthook") as hook,
        ):
            worker._process.kill()
            self.assertEqual(self.ends.get(timeout=PATIENCE).end, End.LOST)
            listener.join(PATIENCE)
        self.assertTrue(worker.has_ended.is_set())
        self.assertEqual(self.cluster._workers, {})
        hook.assert_called_once()
        worker._abandon()

    def run_command(self, run: int, command: list[Any], flags: int = 0) -> Any:
        """Runs a task, and gives its outcome, or its loss."""
        spec = RunSpec(run, "", 0, 0, ORDER.pack(1, 1, 0, 0, 0, flags, 1 << 30, 0), 0)
        self.cluster.submit(self.pool, [spec], [json.dumps(command).encode()], self.ends.put)
        end = self.ends.get(timeout=PATIENCE)
        return end if isinstance(end, Loss) else end[0][1]

    def test_a_result_that_is_too_large_fails_its_task_and_costs_no_worker(self) -> None:
        with mock.patch("swiftray.hosts.greatest_message", return_value=100_000):
            self.start()
        self.cluster.open_pool(self.pool)
        workers = list(self.cluster._workers)
        self.assertEqual(len(self.run_command(1, ["blob", 100_000]).body), 100_000)
        found = r"has 200000 bytes, and at most 100000 can be sent at once \(a quarter of .*\): return less"
        for number, what in enumerate(("the task's result", "the task's error")):
            outcome = self.run_command(2 + number, ["throw", "x" * 200_000] if number else ["blob", 200_000])
            self.assertEqual((outcome.end, outcome.has_started), (End.TOO_LARGE, True))
            self.assertRegex(outcome.body.decode(), f"^{what} {found}")
        # With what it has printed, of which the last part remains.
        command = ["all", [["print", "x" * 60_000], ["blob", 60_000]]]
        outcome = self.run_command(4, command, flags=2)
        self.assertEqual((outcome.end, len(outcome.output)), (End.TOO_LARGE, 60_001))
        self.assertIn("the task's result, with its output, has 120002 bytes", outcome.body.decode())
        outcome = self.run_command(5, ["all", [["print", "x" * 200_000], ["exit", 3]]], flags=2)
        self.assertEqual(outcome.end, End.CRASHED)
        self.assertEqual(len(self.run_command(6, ["blob", 1000]).body), 1000)
        self.assertEqual(list(self.cluster._workers), workers)
        self.assertEqual(self.cluster._hosts[0].losses, 0)

    def test_a_worker_that_says_more_than_it_may_is_lost_with_the_reason(self) -> None:
        words = ["env", f"PYTHONPATH={RESOURCES}", sys.executable, str(HERE / "fake_worker.py"), "says-too-much"]
        with mock.patch("swiftray.hosts.greatest_message", return_value=100_000):
            self.start("sh", "-c", f"exec {shlex.join(words)}")
        self.cluster.open_pool(self.pool)
        loss = self.run_command(1, ["echo", "x"])
        self.assertEqual(loss.end, End.LOST)
        self.assertIn("a payload has more than", loss.detail)

    def test_a_worker_may_say_at_once_what_memory_takes_four_times(self) -> None:
        for memory, most in ((1 << 20, 256 << 20), (64 << 30, 16 << 30), (1 << 50, 64 << 30)):
            self.assertEqual(greatest_message(memory), most)
        # The host says how much that is.
        self.start()
        self.assertEqual(self.cluster._settings.most, 1 << 30)

    def test_a_loss_that_is_described_by_no_text_is_told(self) -> None:
        connection = mock.Mock()
        pool = _Pool(1, self.pool, connection, self.cluster)
        for end in (End.LOST, End.OTHER, End.UNREACHABLE):
            pool.runs = {1: _Run()}
            pool._ended([1], Loss(end, "n\ud800de", "no \ud800"))
            pool.link.wait_sync(PATIENCE)
            self.assertIn(b"no ?", connection.write.call_args.args[3])
        pool._lose("gone \ud800")
        self.assertEqual(connection.write.call_args.args, (Kind.POOLLOST, 1, b"gone ?"))

    def test_a_worker_that_says_what_cannot_be_logged_goes_on(self) -> None:
        log = mock.Mock()
        log.write.side_effect = OSError(errno.ENOSPC, "the disk is full")
        with mock.patch("swiftray.command.sys.stderr", log):
            self.start("sh", "-c", "echo hello >&2; {worker}")
            self.cluster.open_pool(self.pool)
            self.submit(1)
            ((_, outcome),) = self.ends.get(timeout=PATIENCE)
            self.cluster.stop()
        self.assertEqual(outcome.end, End.VALUE)
        log.write.assert_any_call("hello\n")

    def test_a_worker_with_great_descriptors_is_lost_as_others(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 2048), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        with contextlib.ExitStack() as stack:
            for _ in range(1024):
                stack.callback(os.close, os.dup(0))
            self.start()
            self.cluster.open_pool(self.pool)
            handle = self.submit(1, seconds=30)
            self.cluster.cancel(handle, kills=True)
            self.assertEqual(self.ends.get(timeout=PATIENCE).end, End.LOST)
            self.cluster.stop()


#: Where `command` has what it makes a worker of.
MODULES = {"socketpair": "socket", "Popen": "subprocess", "Thread": "threading"}


if __name__ == "__main__":
    unittest.main()
