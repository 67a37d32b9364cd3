"""A wrapper: tasks that were handed over together."""

from __future__ import annotations

import unittest
from unittest import mock

import host  # noqa: F401  (finds the package)
from swiftray.child import Event
from swiftray.frames import ORDER, PROTOCOL_LIMIT, End, Frame, Kind
from swiftray.posts import RUN_BACK, RUN_DONE, RUN_ENDED
from swiftray.worker import Outcome, RunSpec, _Attempt, _Burst


class BurstTests(unittest.TestCase):
    """What is told of a burst, and when."""

    def test_outcomes_that_are_large_together_are_told_before_the_next_task_begins(self) -> None:
        order = ORDER.pack(1, 1, 0, 0, 0, 0, 0, 0)
        specs = [RunSpec(run, "", 0, 0, order, 0) for run in (1, 2, 3)]
        for size, is_told in ((1 << 20, False), (17 << 20, True)):
            with self.subTest(size):
                burst = _Burst(specs)
                burst.waiting.popleft()
                burst.add(1, Outcome(End.VALUE, True, b"", bytes(size)))
                spec = burst.waiting.popleft()
                child = mock.Mock(limit=PROTOCOL_LIMIT, is_announced=False, has_asked=False, times=(0, 0, 0))
                child.link.version = 0
                child.level_of_cancel.return_value = None
                child.finish.return_value = b""
                child.events.get.return_value = Event(Kind.RESULT, Frame(Kind.RESULT, 2, b"\0value"))
                outcome = _Attempt(child, spec, burst).perform(b"", is_last=True)
                assert outcome is not None
                self.assertEqual((outcome.end, outcome.body), (End.VALUE, b"value"))
                posts = [(post[0], post[2]) for call in child.link.post.call_args_list for post in call.args[0]]
                told = [(RUN_DONE, 1), (RUN_ENDED, 1), (RUN_BACK, 3), (RUN_ENDED, 3)]
                self.assertEqual(posts, told if is_told else [])
                self.assertEqual([spec.run for spec in burst.waiting], [] if is_told else [3])


if __name__ == "__main__":
    unittest.main()
