"""Calls that are taken back: only what has not ended a moment later."""

from __future__ import annotations

import queue
import unittest

from host import PATIENCE
from swiftray.withdrawals import Call, Withdrawals


class WithdrawalTests(unittest.TestCase):
    """Takes calls back from a cluster that only writes down which."""

    def setUp(self) -> None:
        self.taken: queue.SimpleQueue[tuple[str, bool]] = queue.SimpleQueue()

    def withdrawals(self, delay: float) -> Withdrawals:
        return Withdrawals(lambda reference, kills: self.taken.put((reference, kills)), delay)

    def test_a_call_that_ends_meanwhile_stays(self) -> None:
        withdrawals = self.withdrawals(0.05)
        ended, waiting = Call("ended"), Call("waiting")
        withdrawals.add(ended, kills=True)
        withdrawals.add(waiting, kills=False)
        ended.has_ended = True
        self.assertEqual(self.taken.get(timeout=PATIENCE), ("waiting", False))
        self.assertTrue(self.taken.empty())

    def test_a_worker_that_does_not_answer_is_killed(self) -> None:
        withdrawals = self.withdrawals(0)
        call = Call("stuck")
        withdrawals.add(call, kills=False)
        withdrawals.add(call, kills=True)
        self.assertEqual(self.taken.get(timeout=PATIENCE), ("stuck", False))
        self.assertEqual(self.taken.get(timeout=PATIENCE), ("stuck", True))


if __name__ == "__main__":
    unittest.main()
