"""What is asked of the system: directories that programs have left behind, and the ends of groups of processes."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

from host import LAUNCH_RESOURCES, PATIENCE, RESOURCES, Host
from swiftray import system
from swiftray.system import Guard, move_out, settle_in
from test_launch import settings


class HomeTests(unittest.TestCase):
    """Directories of drivers, in one of their own."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)

    def make(self, name: str, has_lock: bool = True) -> Path:
        home = self.directory / name
        (home / "swiftray").mkdir(parents=True)
        if has_lock:
            (home / "lock").touch()
        return home

    def test_only_what_a_driver_has_left_behind_is_removed(self) -> None:
        left, begins = self.make("swiftray-aaaaaa"), self.make("swiftray-bbbbbb", has_lock=False)
        used, other = self.make("swiftray-cccccc"), self.make("swiftray-sources")
        link = self.directory / "swiftray-dddddd"
        link.symlink_to(other)
        own = self.make("swiftray-eeeeee", has_lock=False)
        with open(used / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            settle_in(str(own))
        self.assertEqual([home.exists() for home in (left, begins, used, other, link, own)], [False] + [True] * 5)
        settle_in(str(self.make("swiftray-ffffff", has_lock=False)))
        self.assertEqual([home.exists() for home in (used, own)], [False, True])

    def test_a_driver_that_was_not_given_a_directory_of_its_own_removes_none(self) -> None:
        left, source = self.make("swiftray-aaaaaa"), self.make("Resources", has_lock=False)
        settle_in(str(source))
        self.assertTrue(left.exists())
        self.assertEqual([path.name for path in source.iterdir()], ["swiftray"])

    def test_a_driver_whose_host_lives_or_that_has_no_directory_of_its_own_removes_none(self) -> None:
        own, source = self.make("swiftray-aaaaaa"), self.make("Resources")
        with mock.patch.object(system, "_ENDING", 0.1):
            move_out(str(own), os.getppid())
        move_out(str(source), os.getpid())
        self.assertEqual([home.exists() for home in (own, source)], [True, True])

    def test_the_directory_of_a_driver_whose_host_was_killed_goes_with_it(self) -> None:
        home = self.directory / "swiftray-000000"
        for resources in (RESOURCES, LAUNCH_RESOURCES):
            shutil.copytree(resources / "swiftray", home / "swiftray", dirs_exist_ok=True)
        # A host that ends as soon as it has one.
        program = (
            "import socket, subprocess, sys, time\n"
            "pair = socket.socketpair()\n"
            f"subprocess.Popen([sys.executable, {str(home / 'swiftray' / 'launch.py')!r}], stdin=pair[0])\n"
            f"while not __import__('os').path.exists({str(home / 'lock')!r}): time.sleep(0.01)\n"
        )
        subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE)
        end = time.monotonic() + PATIENCE
        while home.exists() and time.monotonic() < end:
            time.sleep(0.01)
        self.assertFalse(home.exists())

    def test_the_directory_of_a_driver_that_was_killed_is_removed_by_the_next_one(self) -> None:
        homes = [self.directory / f"swiftray-{number:06}" for number in range(3)]
        hosts: list[Host] = []
        for home in homes:
            for resources in (RESOURCES, LAUNCH_RESOURCES):
                shutil.copytree(resources / "swiftray", home / "swiftray", dirs_exist_ok=True)
            host = Host([sys.executable, str(home / "swiftray" / "launch.py")], {}, home / "log")
            hosts.append(host)
            self.assertEqual(host.hello(**settings(["sh", "-c"]))["isRefused"], False)
            if len(hosts) == 1:
                host.process.kill()
                host.process.wait()
        self.assertEqual([home.exists() for home in homes], [False, True, True])
        for host in hosts[1:]:
            host.close()


class GuardTests(unittest.TestCase):
    """What becomes of a group whose guard ends in one way or the other."""

    def test_a_group_ends_with_its_guard_unless_that_was_dismissed(self) -> None:
        for is_dismissed in (False, True):
            guard = Guard()
            with subprocess.Popen(["sleep", "600"], start_new_session=True) as process:
                guard.watch(process.pid)
                if is_dismissed:
                    guard.dismiss()
                guard.close()
                try:
                    self.assertEqual(process.wait(0.5 if is_dismissed else 20), -signal.SIGKILL)
                    self.assertFalse(is_dismissed, "a dismissed guard has ended the group")
                except subprocess.TimeoutExpired:
                    self.assertTrue(is_dismissed, "the guard has not ended the group")
                    process.kill()


if __name__ == "__main__":
    unittest.main()
