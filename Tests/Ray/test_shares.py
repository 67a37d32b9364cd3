"""Shared values of a wrapper."""

from __future__ import annotations

import os
import socket
import threading
import unittest
from concurrent.futures import Future
from typing import Any
from unittest import mock

import host  # noqa: F401  (finds the package)
from swiftray.frames import REPLY, Code, Connection
from swiftray.link import AskedHub
from swiftray.shares import NearStore, Shares


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
            shares = Shares("pool", AskedHub(ask, "pool"), NearStore(), "node")
            shares.fetch(Connection(far), 1, 5)
            self.assertTrue(asked.wait(20))
            shares.drop(5)
            answer.set_result((b"value", None))
            data, descriptors, _, _ = socket.recv_fds(near, 4096, 1)
            self.assertIn(REPLY.pack(Code.OK, 0), data)
            self.assertEqual(os.pread(descriptors[0], 5, 0), b"value")
            os.close(descriptors[0])
            self.assertEqual(shares._blobs, {})

    def test_a_value_for_which_there_is_no_thread_is_refused_with_the_reason(self) -> None:
        near, far = socket.socketpair()
        with near, far, mock.patch("threading.Thread.start", side_effect=RuntimeError("can't start new thread")):
            near.settimeout(20)
            Shares("pool", AskedHub(lambda *_: self.fail(), "pool"), NearStore(), "node").fetch(Connection(far), 1, 5)
            said = near.recv(4096)
        self.assertIn(REPLY.pack(Code.INVALID, 0), said)
        self.assertIn(b"can't start new thread", said)


if __name__ == "__main__":
    unittest.main()
