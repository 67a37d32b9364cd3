"""The driver, the wrapper and children that are no Swift programs, on a cluster that is this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, NamedTuple

from host import HERE, PATIENCE, RAY_RESOURCES, Host, fake_host
from swiftray.frames import DEATH, End, Kind, Operation

OK, NO, CLOSED, LOST = 1, 0, 2, 255


class Death(NamedTuple):
    """A report of a crash, taken apart."""

    pid: int
    worker: int
    phase: int
    signal: int
    code: int
    peak: int
    attempt: int
    progress: int
    node: str
    lines: list[str]


def death(body: bytes) -> Death:
    position = DEATH.size

    def text() -> str:
        nonlocal position
        (size,) = struct.unpack_from("<H", body, position)
        position += 2 + size
        return body[position - size : position].decode()

    node = text()
    (count,) = struct.unpack_from("<H", body, position)
    position += 2
    lines = [text() for _ in range(count)]
    assert position == len(body)
    numbers: tuple[int, ...] = DEATH.unpack_from(body)
    return Death(*numbers, node, lines)  # type: ignore[call-arg, arg-type]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in ("Z", "X")
    except OSError:
        return False


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_alive(pid):
        if time.monotonic() > deadline:
            raise AssertionError(f"process {pid} is still there")
        time.sleep(0.01)


def process_at(path: Path) -> int:
    """The process that a task has written down."""
    deadline = time.monotonic() + PATIENCE
    while not path.exists():
        if time.monotonic() > deadline:
            raise AssertionError(f"there is no {path}")
        time.sleep(0.01)
    return int(path.read_text())


class DriverTests(unittest.TestCase):
    """One driver for all; each test has a pool of its own."""

    host: Host
    stack: contextlib.ExitStack

    @classmethod
    def setUpClass(cls) -> None:
        cls.stack = contextlib.ExitStack()
        cls.directory = cls.stack.enter_context(tempfile.TemporaryDirectory())
        cls.host = cls.stack.enter_context(fake_host(cls.directory))

    @classmethod
    def tearDownClass(cls) -> None:
        cls.stack.close()

    directory: str

    def setUp(self) -> None:
        self.pool = self.host.pool()

    def tearDown(self) -> None:
        if self.pool:
            self.host.end_pool(self.pool)

    def path(self) -> str:
        return str(Path(self.directory, self.id()))

    def start(self, *command: object, **keys: object) -> int:
        """Submits a task, and returns when it has started."""
        run = self.host.submit(self.pool, list(command), **keys)  # type: ignore[arg-type]
        self.host.wait(Kind.STARTED, run)
        return run

    def pid(self, run: int) -> int:
        """The child that runs a task."""
        return int.from_bytes(self.host.wait(Kind.STARTED, run).head[:4], "little")

    def parent(self, pid: int) -> int:
        """The wrapper that keeps a child."""
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])

    def test_a_value_and_an_error_come_back_as_they_are(self) -> None:
        self.assertEqual(self.host.run(self.pool, ["echo", "a"]), (End.VALUE, True, b"", b"a"))
        self.assertEqual(self.host.run(self.pool, ["throw", "no"]), (End.THROWN, True, b"", b"no"))

    def test_large_arguments_and_results_come_through_whole(self) -> None:
        self.assertEqual(self.host.run(self.pool, ["size"], padding=3_000_000).body, b"3000008")
        self.assertEqual(self.host.run(self.pool, ["blob", 3_000_000]).body, bytes(3_000_000))

    def test_a_child_is_kept_for_its_resources(self) -> None:
        first = self.host.run(self.pool, ["pid"]).body
        self.assertEqual(self.host.run(self.pool, ["pid"]).body, first)
        self.assertNotEqual(self.host.run(self.pool, ["pid"], options={"num_cpus": 2}).body, first)

    def test_a_death_is_reported_with_signal_phase_and_last_lines(self) -> None:
        run = self.host.run(self.pool, ["all", [["print", "one\ntwo"], ["signal", 11]]], attempt=4)
        self.assertEqual((run.end, run.has_started), (End.CRASHED, True))
        report = death(run.body)
        self.assertEqual((report.signal, report.code, report.phase, report.attempt), (11, -1, 3, 4))
        self.assertEqual((report.progress, report.lines), (-1, ["one", "two"]))
        self.assertTrue(report.node.startswith("node"))

    def test_a_stack_that_swift_prints_does_not_displace_the_reason_of_a_crash(self) -> None:
        stack = "Current stack trace:\n" + "\n".join(f"{frame}    program 0x00 main + 1" for frame in range(40))
        run = self.host.run(self.pool, ["all", [["print", f"Fatal error: no\n{stack}"], ["signal", 4]]])
        self.assertEqual(death(run.body).lines, ["Fatal error: no"])
        run = self.host.run(self.pool, ["all", [["print", "the next task"], ["signal", 4]]])
        self.assertEqual(death(run.body).lines, ["the next task"])

    def test_an_exit_is_reported_with_its_code_and_the_next_task_runs(self) -> None:
        report = death(self.host.run(self.pool, ["exit", 3]).body)
        self.assertEqual((report.signal, report.code), (-1, 3))
        self.assertEqual(self.host.run(self.pool, ["echo", "a"]).end, End.VALUE)

    def test_a_program_that_cannot_be_started_is_an_error_that_names_it(self) -> None:
        pool = self.host.pool(executable="/nowhere/program")
        outcome = self.host.run(pool, ["echo", "a"])
        self.assertEqual(outcome.end, End.OTHER)
        self.assertIn(b"/nowhere/program", outcome.body)
        self.host.end_pool(pool)

    def test_a_child_that_died_while_idle_costs_no_task(self) -> None:
        pid = int(self.host.run(self.pool, ["pid"]).body)
        os.kill(pid, signal.SIGKILL)
        self.assertEqual(self.host.run(self.pool, ["echo", "a"]), (End.VALUE, True, b"", b"a"))

    def test_a_task_that_leaves_within_its_grace_period_has_its_result(self) -> None:
        self.assertEqual(self.host.run(self.pool, ["sleep", 20], timeout=0.05, grace=10).body, b"asked")

    def test_a_task_that_is_deaf_is_killed_at_its_limit(self) -> None:
        self.host.run(self.pool, ["echo", "the child is there"])
        begin = time.monotonic()
        outcome = self.host.run(self.pool, ["deaf", 20], timeout=0.5, grace=0.1)
        self.assertEqual((outcome.end, death(outcome.body).signal), (End.TIMED_OUT, signal.SIGKILL))
        self.assertLess(time.monotonic() - begin, 10)

    def test_a_running_task_is_cancelled_by_force_alone(self) -> None:
        run = self.start("sleep", 20, grace=10.0)
        self.host.cancel(run, 0)
        self.host.wait(Kind.STARTED, run, count=2)
        self.assertEqual(self.host.find(Kind.DONE, run), [])
        self.host.cancel(run, 1)
        self.assertEqual(self.host.outcome(run).body, b"asked")
        deaf = self.start("deaf", 20, grace=0.05)
        self.host.cancel(deaf, 1)
        self.assertEqual(self.host.outcome(deaf).end, End.CANCELLED)

    def test_a_task_that_waits_for_room_is_taken_back(self) -> None:
        running = [self.start("sleep", 20, options={"num_cpus": 16.0}) for _ in range(2)]
        waiting = self.host.submit(self.pool, ["tally", self.path()])
        self.host.cancel(waiting, 0)
        self.assertEqual(self.host.outcome(waiting), (End.CANCELLED, False, b"", b""))
        for run in running:
            self.host.cancel(run, 1)
            self.host.outcome(run)
        self.assertFalse(os.path.exists(self.path()))

    def test_cancelled_at_random_moments_each_task_ends_once_and_runs_at_most_once(self) -> None:
        runs = [self.host.submit(self.pool, ["all", [["tally", self.path()], ["echo", "a"]]]) for _ in range(60)]
        for run in runs[::2]:
            self.host.cancel(run, run % 3)
        outcomes = [self.host.outcome(run) for run in runs]
        values = sum(outcome.end is End.VALUE for outcome in outcomes)
        ran = os.path.getsize(self.path())
        started = sum(outcome.has_started for outcome in outcomes)
        self.assertTrue(values <= ran <= started, (values, ran, started))
        self.assertEqual({outcome.end for outcome in outcomes} - {End.VALUE, End.CANCELLED}, set())
        self.assertEqual([len(self.host.find(Kind.DONE, run)) for run in runs], [1] * 60)

    def test_a_lost_wrapper_is_a_loss_and_gives_back_what_its_task_held(self) -> None:
        channel = self.host.channel(self.pool, redelivers=True)
        self.host.ask(self.pool, Operation.SEND, channel, number=1, data=b"x")
        receive = ["ask", int(Operation.RECEIVE), channel, 1, -1, ""]
        run = self.start("all", [receive, ["sleep", 20]])
        while self.host.ask(self.pool, Operation.STATUS, channel)[2][:8] != bytes(8):
            time.sleep(0.01)
        pid = self.pid(run)
        os.kill(self.parent(pid), signal.SIGKILL)
        outcome = self.host.outcome(run)
        self.assertEqual((outcome.end, outcome.has_started), (End.LOST, True))
        self.assertIn(b"node", outcome.body)
        self.assertEqual(self.host.ask(self.pool, Operation.RECEIVE, channel, number=1)[2], b"x")

    def test_a_task_that_is_lost_as_it_is_asked_whether_it_has_begun_is_a_loss(self) -> None:
        wrapper = self.parent(int(self.host.run(self.pool, ["pid"]).body))
        # It has begun within the tenth of a second in which its wrapper does not say so, and never will.
        stop = ["signal-parent", int(signal.SIGSTOP)]
        run = self.host.submit(self.pool, ["all", [stop, ["tally", self.path()], ["sleep", 20]]])
        while not os.path.exists(self.path()):
            time.sleep(0.01)
        self.assertEqual(self.host.find(Kind.STARTED, run), [])
        self.host.cancel(run, 0)
        # The driver has read that when it has answered this.
        self.host.ask(self.pool, Operation.STATUS, self.host.channel(self.pool))
        os.kill(wrapper, signal.SIGKILL)
        outcome = self.host.outcome(run)
        self.assertEqual((outcome.end, outcome.has_started), (End.LOST, True))

    def test_a_lost_node_takes_its_tasks_and_the_other_goes_on(self) -> None:
        runs = [self.start("sleep", 3) for _ in range(4)]
        groups = {run: os.getpgid(self.parent(self.pid(run))) for run in runs}
        lost = groups[runs[0]]
        os.killpg(lost, signal.SIGKILL)
        for run in runs:
            self.assertEqual(self.host.outcome(run).end, End.LOST if groups[run] == lost else End.VALUE)
        self.assertEqual(self.host.run(self.pool, ["echo", "a"]).end, End.VALUE)

    def test_what_a_task_has_sent_outlives_it(self) -> None:
        channel = self.host.channel(self.pool)
        sends = [["say", int(Operation.SEND), channel, 1, 0, f"{n:02x}"] for n in range(50)]
        exists = ["ask", int(Operation.EXISTS), channel, channel, 0, ""]
        self.assertEqual(self.host.run(self.pool, ["all", [exists, *sends, ["signal", 9]]]).end, End.CRASHED)
        elements = [self.host.ask(self.pool, Operation.RECEIVE, channel, number=1)[2] for _ in range(50)]
        self.assertEqual(elements, [bytes([n]) for n in range(50)])

    def test_a_signal_that_was_set_before_a_submit_is_seen_by_the_task(self) -> None:
        for _ in range(20):
            target = self.host.signal(self.pool)
            self.host.ask(self.pool, Operation.SET, target)
            self.assertEqual(self.host.run(self.pool, ["is-set", target]).body, b"set")

    def test_a_signal_that_a_task_has_set_is_told_before_its_end(self) -> None:
        for _ in range(20):
            target = self.host.signal(self.pool)
            exists = ["ask", int(Operation.EXISTS), target, target, 0, ""]
            run = self.host.submit(self.pool, ["all", [exists, ["say", int(Operation.SET), target, 0, 0, ""]]])
            self.host.outcome(run)
            kinds = [frame.kind for frame in self.host.frames if frame.kind is Kind.SIGNALS or frame.id == run]
            self.assertIn(Kind.SIGNALS, kinds[: kinds.index(Kind.DONE)])

    def test_whoever_hears_of_a_task_knows_that_it_has_started(self) -> None:
        channel = self.host.channel(self.pool)
        request = self.host.tell(self.pool, Operation.RECEIVE, channel, number=1, wait=-1)
        exists = ["ask", int(Operation.EXISTS), channel, channel, 0, ""]
        send = ["say", int(Operation.SEND), channel, 1, 0, "61"]
        run = self.host.submit(self.pool, ["all", [exists, send, ["sleep", 20]]])
        self.assertEqual(self.host.answer(request)[2], b"a")
        self.assertEqual(len(self.host.find(Kind.STARTED, run)), 1)
        self.host.cancel(run, 1)
        self.host.outcome(run)

    def test_output_and_reports_come_before_the_end(self) -> None:
        pool = self.host.pool(forwardsOutput=True)
        run = self.host.submit(pool, ["all", [["report", 0.25, "one"], ["report", 0.5, "half"], ["print", "line"]]])
        self.host.outcome(run)
        self.assertEqual(self.host.find(Kind.REPORT, run)[-1].head, struct.pack("<d", 0.5) + b"half")
        self.assertEqual(b"".join(frame.head[1:] for frame in self.host.find(Kind.OUTPUT, run)), b"line\n")
        captured = self.host.run(pool, ["print", "0123456789"], output_limit=4)
        self.assertEqual(captured.output, b"789\n")
        self.host.end_pool(pool)

    def test_a_task_ends_while_what_it_has_left_behind_prints_without_end(self) -> None:
        # So many that there is always something to read.
        leave = [["leave", "yes"]] * 4
        for last, end in ((["echo", "a"], End.VALUE), (["signal", int(signal.SIGKILL)], End.CRASHED)):
            with self.subTest(last):
                outcome = self.host.run(self.pool, ["all", [*leave, ["sleep", 0.3], last]], output_limit=4)
                self.assertEqual((outcome.end, len(outcome.output)), (end, 4))

    def leave(self, *commands: list[Any], timeout: float = 0) -> tuple[int, int]:
        """Submits a task that starts a program and does more; its run, and the program."""
        path = Path(self.directory, f"left {self.host.number('left')}")
        run = self.host.submit(self.pool, ["all", [["leave", "sleep 1000", str(path)], *commands]], timeout=timeout)
        return run, process_at(path)

    def test_a_program_that_a_task_has_started_ends_with_the_child_however_that_ends(self) -> None:
        def cancel(run: int) -> None:
            self.host.cancel(run, 1)

        def lose(run: int) -> None:
            os.kill(self.parent(self.pid(run)), signal.SIGKILL)

        def leave_alone(run: int) -> None:
            pass

        deaf = ["deaf", 30]
        for name, command, timeout, befall, end in (
            ("time limit", deaf, 0.1, leave_alone, End.TIMED_OUT),
            ("forced cancel", deaf, 0, cancel, End.CANCELLED),
            ("loss of the wrapper", deaf, 0, lose, End.LOST),
            ("signal", ["signal", int(signal.SIGSEGV)], 0, leave_alone, End.CRASHED),
            ("exit", ["exit", 3], 0, leave_alone, End.CRASHED),
        ):
            with self.subTest(name):
                run, left = self.leave(command, timeout=timeout)
                befall(run)
                self.assertEqual(self.host.outcome(run).end, end)
                wait_until_gone(left)

    def test_a_program_that_a_task_has_left_ends_with_the_pool(self) -> None:
        for kills in (False, True):
            with self.subTest(kills=kills):
                run, left = self.leave()
                self.assertEqual(self.host.outcome(run).end, End.VALUE)
                self.assertTrue(is_alive(left))
                self.host.end_pool(self.pool, kills)
                self.pool = self.host.pool()
                wait_until_gone(left)

    def test_whoever_hears_of_a_task_knows_what_it_has_reported(self) -> None:
        channel = self.host.channel(self.pool)
        exists = ["ask", int(Operation.EXISTS), channel, channel, 0, ""]
        send = ["say", int(Operation.SEND), channel, 1, 0, "61"]
        run = self.host.submit(self.pool, ["all", [exists, ["report", 0.5, "half"], send, ["sleep", 20]]])
        request = self.host.tell(self.pool, Operation.RECEIVE, channel, number=1, wait=-1)
        self.assertEqual(self.host.answer(request)[2], b"a")
        self.assertEqual([frame.head[8:] for frame in self.host.find(Kind.REPORT, run)], [b"half"])
        self.host.cancel(run, 1)
        self.host.outcome(run)

    def test_the_last_report_of_a_child_that_dies_is_told(self) -> None:
        run = self.host.submit(self.pool, ["all", [["report", 0.5, "half"], ["signal", int(signal.SIGKILL)]]])
        self.assertEqual(self.host.outcome(run).end, End.CRASHED)
        self.assertEqual([frame.head[8:] for frame in self.host.find(Kind.REPORT, run)], [b"half"])

    def burst(self, *commands: list[Any]) -> list[int]:
        """Tasks that go together; their runs."""
        last = len(commands) - 1
        return [self.host.submit(self.pool, c, goes_on=n < last) for n, c in enumerate(commands)]

    def test_tasks_that_go_together_run_one_after_the_other(self) -> None:
        self.host.run(self.pool, ["echo", "the child is there"])
        runs = self.burst(*(["all", [["tally", self.path()], ["pid"]]] for _ in range(8)))
        outcomes = [self.host.outcome(run) for run in runs]
        again = [self.host.run(self.pool, ["tally", self.path()]) for o in outcomes if not o.has_started]
        self.assertEqual({outcome.end for outcome in outcomes} - {End.VALUE, End.CANCELLED}, set())
        self.assertEqual(os.path.getsize(self.path()), 8, again)

    def test_a_long_task_among_those_that_go_together_holds_up_none_of_them(self) -> None:
        self.host.run(self.pool, ["echo", "the child is there"])
        first, long, third = self.burst(["echo", "a"], ["sleep", 20], ["tally", self.path()])
        self.assertEqual(self.host.outcome(third), (End.CANCELLED, False, b"", b""))
        self.assertIn(self.host.outcome(first).end, (End.VALUE, End.CANCELLED))
        if self.host.find(Kind.STARTED, long):
            self.assertEqual(self.host.find(Kind.DONE, long), [])
            self.host.cancel(long, 1)
            self.assertEqual(self.host.outcome(long).body, b"asked")
        self.assertFalse(os.path.exists(self.path()))

    def test_one_of_several_that_go_together_is_taken_back_alone(self) -> None:
        running = [self.start("sleep", 20, options={"num_cpus": 16.0}) for _ in range(2)]
        first, second = self.burst(["echo", "a"], ["echo", "b"])
        self.host.cancel(first, 0)
        outcomes = [self.host.outcome(run) for run in (first, second)]
        self.assertEqual({(outcome.end, outcome.has_started) for outcome in outcomes}, {(End.CANCELLED, False)})
        for run in running:
            self.host.cancel(run, 1)
            self.host.outcome(run)

    def test_tasks_of_two_pools_that_hand_over_at_once_run_each_in_its_own_pool(self) -> None:
        other = self.host.pool()
        for pool, name in ((self.pool, b"own"), (other, b"other")):
            self.host.ask(pool, Operation.SETUP, 1, number=3, data=name)
        runs = [(pool, self.host.submit(pool, ["calls"], goes_on=True)) for pool in (self.pool, other)]
        runs += [(pool, self.host.submit(pool, ["calls"])) for pool in (self.pool, other)]
        for pool, name in ((self.pool, b"own"), (other, b"other")):
            first, last = (self.host.outcome(run) for its, run in runs if its == pool)
            self.assertEqual(first.body, b"1:3:" + name)
            # It is given back if the child took long to start.
            self.assertEqual(last.body, b"1:3:" + name if last.has_started else b"")
        self.host.end_pool(other)

    def test_a_task_finds_its_child_told_of_all_calls_that_were_answered_before(self) -> None:
        for number in range(1, 21):
            self.host.ask(self.pool, Operation.SETUP, number, number=3, data=b"x")
            calls = self.host.run(self.pool, ["calls"]).body.split()
            self.assertEqual(calls, [b"%d:3:x" % n for n in range(1, number + 1)])
        self.host.ask(self.pool, Operation.SETUP, 1, number=0)
        later = self.host.run(self.pool, ["calls"], options={"num_cpus": 2}).body.split()
        self.assertEqual(later, [b"%d:3:x" % n for n in range(2, 21)])

    def test_finalizers_are_heard_of_before_the_end_of_a_pool_unless_it_is_killed(self) -> None:
        for kills in (False, True):
            with self.subTest(kills=kills):
                pool = self.host.pool(finalizerLimit=5)
                self.host.ask(pool, Operation.SETUP, 1, number=2, data=b"bye")
                for cpus in (1, 2):
                    self.host.run(pool, ["pid"], options={"num_cpus": cpus})
                self.host.end_pool(pool, kills)
                said = [bytes(frame.rest(0)) for frame in self.host.find(Kind.FINALIZED, pool)]
                self.assertEqual(said, [] if kills else [b"\x00bye"] * 2)

    def test_a_shared_value_is_found_by_all_children_until_it_is_dropped(self) -> None:
        for data in (b"", b"small", bytes(3_000_000)):
            number = self.host.share(self.pool, data)
            for cpus in (1, 2):
                found = self.host.run(self.pool, ["fetch", number], options={"num_cpus": cpus})
                self.assertEqual(found.body, b"1:" + data)
            self.assertEqual(self.host.ask(self.pool, Operation.UNSHARE, number)[0], OK)
            self.assertEqual(self.host.run(self.pool, ["fetch", number]).body, b"3:")
            self.assertEqual(self.host.fetch(self.pool, number), (3, b""))

    def test_a_value_that_a_task_shares_is_found_by_host_and_others(self) -> None:
        number = 1 << 63 | 5
        self.assertEqual(self.host.run(self.pool, ["share", number, "text"]).body, b"1:")
        self.assertEqual(self.host.fetch(self.pool, number), (1, b"text"))
        self.assertEqual(self.host.run(self.pool, ["fetch", number], options={"num_cpus": 2}).body, b"1:text")

    def test_a_value_that_the_host_has_fetched_goes_from_the_driver_when_it_is_dropped(self) -> None:
        descriptors = Path(f"/proc/{self.host.process.pid}/fd")
        before = 0
        for turn in range(30):
            number = 1 << 63 | (1000 + turn)
            self.assertEqual(self.host.run(self.pool, ["share", number, "text"]).body, b"1:")
            self.assertEqual(self.host.fetch(self.pool, number), (1, b"text"))
            self.assertEqual(self.host.ask(self.pool, Operation.UNSHARE, number)[0], OK)
            if turn == 0:
                before = len(list(descriptors.iterdir()))
        self.assertLess(len(list(descriptors.iterdir())), before + 10)

    def test_many_requests_at_once_are_all_answered_in_their_order(self) -> None:
        channel = self.host.channel(self.pool)
        sends = [self.host.tell(self.pool, Operation.SEND, channel, number=1, data=b"%d" % n) for n in range(3000)]
        receives = [self.host.tell(self.pool, Operation.RECEIVE, channel, number=1) for _ in range(3000)]
        self.assertEqual({self.host.answer(request)[0] for request in sends}, {OK})
        self.assertEqual([self.host.answer(request)[2] for request in receives], [b"%d" % n for n in range(3000)])

    def test_statistics_say_what_is_held(self) -> None:
        self.host.ask(self.pool, Operation.SEND, self.host.channel(self.pool), number=1, data=b"x")
        self.host.connection.write(Kind.STATS, 77, struct.pack("<I", self.pool))
        report = json.loads(self.host.wait(Kind.STATS, 77).head)
        self.assertEqual((report["hub"]["elements"], report["underWay"], len(report["nodes"])), (1, 0, 2))

    def test_after_the_end_of_a_pool_its_children_are_gone_and_its_tasks_have_ended(self) -> None:
        idle = int(self.host.run(self.pool, ["pid"]).body)
        run = self.start("deaf", 20)
        busy = self.pid(run)
        begin = time.monotonic()
        self.host.end_pool(self.pool)
        self.pool = 0
        self.assertIn(self.host.outcome(run).end, (End.CANCELLED, End.LOST))
        for pid in (idle, busy):
            wait_until_gone(pid)
        self.assertLess(time.monotonic() - begin, 5)


class EndTests(unittest.TestCase):
    """How a driver begins and ends."""

    def setUp(self) -> None:
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.directory = self.stack.enter_context(tempfile.TemporaryDirectory())

    def start(self, script: Path) -> Host:
        return Host([sys.executable, str(script)], {}, Path(self.directory, "log"))

    def test_another_version_is_refused(self) -> None:
        host = self.start(HERE / "fake_driver.py")
        answer = host.hello(version=2)
        self.assertEqual((answer["isRefused"], answer["reason"]), (True, "version"))
        host.close()

    def test_without_ray_the_driver_says_what_to_install(self) -> None:
        main = RAY_RESOURCES / "swiftray" / "main.py"
        host = Host([sys.executable, "-S", str(main)], {}, Path(self.directory, "log"))
        answer = host.hello()
        self.assertTrue(answer["isRefused"])
        self.assertIn("pip install", answer["error"])
        host.close()

    def test_a_host_that_speaks_otherwise_is_left_with_a_word_in_the_log(self) -> None:
        host = self.start(HERE / "fake_driver.py")
        host.hello()
        host.connection.stream.sendall(b"\xff" * 64)
        host.process.wait(10)
        self.assertIn("does not speak this protocol", host.log.read_text())

    def test_when_host_or_driver_dies_nothing_is_left(self) -> None:
        for dies in ("host", "driver"):
            with self.subTest(dies):
                host = self.start(HERE / "fake_driver.py")
                host.hello()
                pool = host.pool()
                path = Path(self.directory, f"left when the {dies} dies")
                run = host.submit(pool, ["all", [["leave", "sleep 1000", str(path)], ["deaf", 30]]])
                pid = int.from_bytes(host.wait(Kind.STARTED, run).head[:4], "little")
                wrapper = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
                left = process_at(path)
                if dies == "host":
                    host.connection.stream.shutdown(2)
                else:
                    host.process.kill()
                for gone in (wrapper, pid, left):
                    wait_until_gone(gone)
                host.process.wait(10)

    def test_a_driver_that_is_used_from_many_threads_answers_all(self) -> None:
        with fake_host(self.directory) as host:
            pool = host.pool()
            channel = host.channel(pool)
            answers: list[int] = []

            def use(number: int) -> None:
                for _ in range(50):
                    answers.append(host.ask(pool, Operation.SEND, channel, number=number, data=b"x")[0])

            threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.assertEqual(answers, [OK] * 400)


if __name__ == "__main__":
    unittest.main()
