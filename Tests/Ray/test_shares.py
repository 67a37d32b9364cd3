"""Shared values of a wrapper."""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import threading
import unittest
from concurrent.futures import Future
from typing import Any
from unittest import mock

import host  # noqa: F401  (finds the package)
from swiftray.frames import PROTOCOL_LIMIT, REPLY, Code, Connection, make_blob
from swiftray.link import AskedHub
from swiftray.shares import NearStore, Shares, _open


class SharesTests(unittest.TestCase):
    def test_a_value_that_is_dropped_while_it_is_fetched_is_given_and_not_kept(self) -> None:
        asked = threading.Event()
        answer: Future[Any] = Future()

        def ask(pool: str, method: str, arguments: tuple[Any, ...]) -> Future[Any]:
            if method == "shared":
                asked.set()
                return answer
            done: Future[Any] = Future()
            done.set_result(None)
            return done

        near, far = socket.socketpair()
        with near, far:
            near.settimeout(20)
            shares = Shares("pool", AskedHub(ask, "pool"), NearStore(), "node", PROTOCOL_LIMIT)
            shares.fetch(Connection(far), 1, 5)
            self.assertTrue(asked.wait(20))
            shares.drop(5)
            answer.set_result((b"value", None))
            data, descriptors, _, _ = socket.recv_fds(near, 4096, 1)
            self.assertIn(REPLY.pack(Code.OK, 0), data)
            self.assertEqual(os.pread(descriptors[0], 5, 0), b"value")
            os.close(descriptors[0])
            self.assertEqual(shares._blobs, {})

    def test_what_another_process_has_open_is_taken_only_if_it_is_the_value(self) -> None:
        with contextlib.ExitStack() as closing, tempfile.TemporaryDirectory() as directory:

            def keep(descriptor: int) -> int:
                closing.callback(os.close, descriptor)
                return descriptor

            fifo = os.path.join(directory, "fifo")
            os.mkfifo(fifo)
            reading, writing = os.pipe()
            stream, _ = (closing.enter_context(end) for end in socket.socketpair())
            others = {
                "fifo": keep(os.open(fifo, os.O_PATH)),
                "pipe": keep(reading),
                "other end of a pipe": keep(writing),
                "socket": stream.fileno(),
                "device": keep(os.open("/dev/null", os.O_RDONLY)),
                "directory": keep(os.open(directory, os.O_RDONLY)),
                "file": keep(os.open(os.path.join(directory, "file"), os.O_RDWR | os.O_CREAT)),
                "memory of another name": keep(make_blob(b"value", "multitasking-1-55")),
                "memory that may shrink": keep(os.memfd_create("multitasking-1-5")),
                "memory that has no seals": keep(os.memfd_create("multitasking-1-5", os.MFD_ALLOW_SEALING)),
                "nothing": 1 << 20,
            }
            value = keep(make_blob(b"value", "multitasking-1-5"))
            before = len(os.listdir("/proc/self/fd"))
            for name, descriptor in others.items():
                found: list[object] = []
                thread = threading.Thread(
                    target=lambda number, found: found.append(_open((os.getpid(), number), "multitasking-1-5")),
                    args=(descriptor, found),
                    daemon=True,
                )
                thread.start()
                thread.join(20)
                with self.subTest(name):
                    self.assertEqual(found, [None])
            taken = _open((os.getpid(), value), "multitasking-1-5")
            assert taken is not None
            self.assertEqual((os.pread(taken[0], 9, 0), taken[1]), (b"value", 5))
            os.close(taken[0])
            # What earlier tests have left may go meanwhile.
            self.assertLessEqual(len(os.listdir("/proc/self/fd")), before)

    def test_a_value_for_which_there_is_no_thread_is_refused_with_the_reason(self) -> None:
        near, far = socket.socketpair()
        with near, far, mock.patch("threading.Thread.start", side_effect=RuntimeError("can't start new thread")):
            near.settimeout(20)
            hub = AskedHub(lambda *_: self.fail(), "pool")
            Shares("pool", hub, NearStore(), "node", PROTOCOL_LIMIT).fetch(Connection(far), 1, 5)
            said = near.recv(4096)
        self.assertIn(REPLY.pack(Code.INVALID, 0), said)
        self.assertIn(b"can't start new thread", said)


if __name__ == "__main__":
    unittest.main()
