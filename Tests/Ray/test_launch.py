"""Launched workers: what their driver believes, and what it does when they misbehave."""

from __future__ import annotations

import contextlib
import shlex
import struct
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

from fake_worker import ANSWERS
from host import HERE, LAUNCH_RESOURCES, RESOURCES, Host
from swiftray.frames import End, Kind, ProtocolError
from swiftray.remote import build_of
from swiftray.stream import pack, unpack_value


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

    def start(self) -> Host:
        script = LAUNCH_RESOURCES / "swiftray" / "launch.py"
        host = Host([sys.executable, "-S", str(script)], {}, Path(self.directory, "log"))
        self.stack.callback(host.close)
        return host

    def hello(self, host: Host, command: list[str], **keys: Any) -> dict[str, Any]:
        said = {
            "command": command,
            "hosts": [],
            "executable": str(HERE / "fake_child.py"),
            "environment": {"SWIFTRAY_HOME": str(RESOURCES)},
            "python": sys.executable,
            "build": "",
            "period": 0.3,
            "startLimit": 30.0,
        }
        return host.hello(**{**said, **keys})

    def test_tasks_run(self) -> None:
        host = self.start()
        self.assertFalse(self.hello(host, ["sh", "-c"])["isRefused"])
        pool = host.pool()
        runs = [host.submit(pool, ["echo", str(number)]) for number in range(5)]
        for number, run in enumerate(runs):
            self.assertTrue(host.wait(Kind.DONE, run).head.endswith(str(number).encode()))

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

    def test_another_version_is_refused(self) -> None:
        answer = self.start().hello(version=2)
        self.assertEqual((answer["isRefused"], answer["reason"]), (True, "version"))


if __name__ == "__main__":
    unittest.main()
