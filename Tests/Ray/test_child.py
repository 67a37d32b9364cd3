"""A child's wrapper: what it reads of what the child, and what that has left behind, print."""

from __future__ import annotations

import collections
import os
import signal
import unittest
from unittest import mock

import host  # noqa: F401  (finds the package)
from swiftray.child import Child


class DrainTests(unittest.TestCase):
    """Reads pipes to which something writes as fast as they are read."""

    def test_what_was_printed_is_read_and_what_is_printed_meanwhile_need_not_be(self) -> None:
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.write(writing, b"x" * 3000)
        sizes: list[int] = []

        def read(pipe: int, number: int) -> int:
            sizes.append(len(os.read(pipe, 1000)))
            if len(sizes) > 100:
                raise AssertionError("it reads without end")
            os.write(writing, b"y" * 1000)
            return sizes[-1]

        child = Child.__new__(Child)
        with mock.patch.object(child, "_read_pipe", read):
            child._drain({reading: 1})
            self.assertEqual(sizes, [1000] * 3)
            os.close(writing)
            os.read(reading, 1 << 16)
            child._drain({reading: 1})
        self.assertEqual(len(sizes), 3)

    def test_a_child_whose_reader_fails_is_ended_and_waited_for_and_says_why(self) -> None:
        child = Child.__new__(Child)
        child._last_lines = collections.deque()
        ends: list[object] = []
        with (
            mock.patch.object(child, "_listen", side_effect=RuntimeError("can't start new thread")),
            mock.patch.object(child, "kill", ends.append),
            mock.patch.object(child, "_settle", ends.append),
        ):
            child._read()
        self.assertEqual(ends, [signal.SIGKILL, {}])
        self.assertEqual(list(child._last_lines), [b"multitasking: RuntimeError: can't start new thread"])


class LineTests(unittest.TestCase):
    """Keeps the last lines of what a child prints, however they are cut."""

    def test_lines_and_the_begin_of_a_stack_may_come_in_parts(self) -> None:
        stack = b"Current stack trace:\n0    program 0x00 main + 1\n10   libc.so.6 0x01 start + 2\n"
        printed = b"one\nFatal error: of another program\n" + stack + b"two\n3 apples\nFatal error: no\n" + stack
        for size in range(1, len(printed) + 1):
            child = Child.__new__(Child)
            child._last_lines = collections.deque([b""], maxlen=21)
            child._is_stack = False
            for start in range(0, len(printed), size):
                child._keep_lines(printed[start : start + size])
            self.assertEqual(
                [line for line in child._last_lines if line],
                [b"one", b"Fatal error: of another program", b"two", b"3 apples", b"Fatal error: no"],
            )


if __name__ == "__main__":
    unittest.main()
