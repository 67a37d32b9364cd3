"""Channels as the hub keeps them: bounds, order, redelivery, joining, and the capacity 0."""

from __future__ import annotations

import unittest
from collections import deque

import host  # noqa: F401  (finds the package)
from swiftray.channels import Channel, Element, Reply, Request
from swiftray.frames import NONE, STATUS, Code, Operation, split_elements


class Asker:
    """Asks a channel, and keeps what it is answered."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def ask(
        self, operation: Operation, *elements: bytes, run: int = 0, kind: int = 1, most: int = 1, waits: bool = False
    ) -> list[Reply]:
        replies: list[Reply] = []
        request = Request(operation, run, replies.append)
        request.kind = kind
        request.elements = [Element(kind, data) for data in reversed(elements)]
        request.most, request.most_bytes = most, 1000
        self.channel.ask(request, waits)
        return replies

    def send(self, *elements: bytes, run: int = 0, kind: int = 1, waits: bool = False) -> list[Reply]:
        operation = Operation.SEND if len(elements) == 1 else Operation.SEND_MANY
        return self.ask(operation, *elements, run=run, kind=kind, waits=waits)

    def receive(self, run: int = 0, kind: int = 1, waits: bool = False) -> list[Reply]:
        return self.ask(Operation.RECEIVE, run=run, kind=kind, waits=waits)

    def code(self, operation: Operation, run: int = 0) -> Code:
        return Code(self.ask(operation, run=run, kind=0)[0][0])


OK, NO, CLOSED = (Code.OK, 1, b""), (Code.NO, 0, b""), (Code.CLOSED, 0, b"")
#: What is answered to what has no number.
DONE = (Code.OK, 0, b"")
INVALID = [(Code.INVALID, 0, b"")]


def element(data: bytes) -> list[Reply]:
    return [(Code.OK, 1, data)]


class ChannelsTests(unittest.TestCase):
    def setUp(self) -> None:
        self.channel = Channel(None, None, False)
        self.asker = Asker(self.channel)

    def make(self, capacity: int | None = None, bytes_: int | None = None, redelivers: bool = False) -> Asker:
        self.channel = Channel(capacity, bytes_, redelivers)
        self.asker = Asker(self.channel)
        return self.asker

    def test_elements_are_received_in_the_order_of_sending(self) -> None:
        for data in (b"1", b"2", b"3"):
            self.assertEqual(self.asker.send(data), [OK])
        self.assertEqual([self.asker.receive()[0][2] for _ in range(3)], [b"1", b"2", b"3"])
        self.assertEqual(self.asker.receive(), [NO])

    def test_receivers_that_wait_are_served_in_their_order(self) -> None:
        first, second = self.asker.receive(waits=True), self.asker.receive(waits=True)
        self.asker.send(b"1")
        self.assertEqual((first, second), (element(b"1"), []))
        self.asker.send(b"2")
        self.assertEqual(second, element(b"2"))

    def test_a_full_channel_takes_the_next_when_there_is_room(self) -> None:
        asker = self.make(capacity=1)
        asker.send(b"1")
        self.assertEqual(asker.send(b"x"), [NO])
        waiting = asker.send(b"2", waits=True)
        self.assertEqual(waiting, [])
        self.assertEqual(asker.receive(), element(b"1"))
        self.assertEqual(waiting, [OK])
        self.assertEqual(asker.receive(), element(b"2"))

    def test_one_element_may_exceed_the_bound_of_bytes(self) -> None:
        asker = self.make(bytes_=4)
        self.assertEqual(asker.send(b"123456"), [OK])
        self.assertEqual(asker.send(b""), [NO])
        asker.receive()
        self.assertEqual([asker.send(b"12")[0], asker.send(b"345")[0], asker.send(b"6")[0]], [OK, OK, NO])

    def test_a_batch_that_does_not_fit_is_accepted_in_part(self) -> None:
        asker = self.make(capacity=2)
        self.assertEqual(asker.send(b"1", b"2", b"3"), [(Code.OK, 2, b"")])
        waiting = asker.send(b"3", b"4", waits=True)
        asker.receive()
        self.assertEqual(waiting, [])
        asker.receive()
        self.assertEqual(waiting, [(Code.OK, 2, b"")])

    def test_a_batch_is_received_up_to_the_next_type_and_the_bounds(self) -> None:
        for data in (b"1", b"2", b"3"):
            self.asker.send(data)
        self.asker.send(b"4", kind=2)
        reply = self.asker.ask(Operation.RECEIVE_MANY, most=2)[0]
        self.assertEqual((reply[1], split_elements(reply[2])), (2, [b"1", b"2"]))
        self.assertEqual(self.asker.ask(Operation.RECEIVE_MANY, most=9)[0][1], 1)
        self.assertEqual(self.asker.receive(), [(Code.WRONG_TYPE, 2, b"")])
        self.assertEqual(self.asker.receive(kind=2), [(Code.OK, 2, b"4")])

    def test_what_is_given_back_is_first_again_and_counts_toward_no_bound(self) -> None:
        asker = self.make(capacity=4)
        asker.send(b"1", b"2", b"3", b"4")
        asker.ask(Operation.RECEIVE_MANY, most=3)
        self.assertEqual(asker.send(b"5", b"6", b"7"), [(Code.OK, 3, b"")])
        self.assertEqual(asker.ask(Operation.GIVE_BACK, b"2", b"3"), [DONE])
        self.assertEqual(self.channel.status(), STATUS.pack(6, 4, 6, NONE))
        self.assertEqual([asker.receive()[0][2] for _ in range(6)], [b"2", b"3", b"4", b"5", b"6", b"7"])

    def test_what_is_given_back_is_given_to_who_waits(self) -> None:
        self.asker.send(b"1", b"2")
        self.asker.ask(Operation.RECEIVE_MANY, most=2)
        self.asker.code(Operation.CLOSE)
        self.assertEqual(self.asker.ask(Operation.GIVE_BACK, b"2"), [DONE])
        self.assertEqual([self.asker.receive(), self.asker.receive()], [element(b"2"), [CLOSED]])
        other = self.make()
        other.send(b"1", b"2", b"3")
        other.ask(Operation.RECEIVE_MANY, most=3)
        waiting = [other.receive(waits=True) for _ in range(2)]
        other.ask(Operation.GIVE_BACK, b"2", b"3")
        self.assertEqual(waiting, [element(b"2"), element(b"3")])

    def test_what_a_run_has_given_back_does_not_come_back_a_second_time(self) -> None:
        asker = self.make(redelivers=True)
        asker.send(b"1", b"2", b"2", b"3")
        asker.ask(Operation.RECEIVE_MANY, run=5, most=4)
        asker.ask(Operation.GIVE_BACK, b"2", b"3", run=5)
        self.assertEqual(self.channel.held_count, 2)
        self.channel.end(5, has_died=True)
        # It has given these back before it died, and they come late.
        asker.ask(Operation.GIVE_BACK, b"2", run=5)
        self.assertEqual([asker.receive()[0][2] for _ in range(5)], [b"1", b"2", b"2", b"3", b""])

    def test_a_run_gives_nothing_back_to_a_channel_that_keeps_nothing(self) -> None:
        asker = self.make(capacity=0)
        for run in (0, 5):
            self.assertEqual(asker.ask(Operation.GIVE_BACK, b"1", run=run), INVALID)
        self.assertEqual(self.channel.status(), STATUS.pack(0, 0, 0, NONE))
        self.assertEqual(asker.ask(Operation.READY, kind=1), [NO])

    def test_a_run_gives_back_only_what_it_holds(self) -> None:
        asker = self.make(capacity=3, redelivers=True)
        asker.send(b"1", b"2", b"3")
        asker.ask(Operation.RECEIVE_MANY, run=5, most=2)
        self.assertEqual(asker.ask(Operation.GIVE_BACK, b"x", b"2", b"2", b"3", run=5), [DONE])
        self.assertEqual(asker.ask(Operation.GIVE_BACK, b"1", run=6), [DONE])
        self.assertEqual(self.channel.status(), STATUS.pack(2, 3, 2, NONE))
        self.assertEqual(self.channel.held_count, 1)
        self.assertEqual([asker.receive()[0][2] for _ in range(3)], [b"2", b"3", b""])

    def test_a_run_gives_back_no_more_than_it_has_received_in_batches_behind_the_first(self) -> None:
        asker = self.make(capacity=4)
        asker.send(b"1", b"2", b"3", b"4")
        asker.receive(run=5)
        asker.ask(Operation.RECEIVE_MANY, run=5, most=3)
        for elements in [(b"2", b"3", b"4"), (b"333",)]:
            self.assertEqual(asker.ask(Operation.GIVE_BACK, *elements, run=5), INVALID)
        self.assertEqual(asker.ask(Operation.GIVE_BACK, b"4", run=6), INVALID)
        for data in (b"4", b"3"):
            self.assertEqual(asker.ask(Operation.GIVE_BACK, data, run=5), [DONE])
        self.assertEqual(asker.ask(Operation.GIVE_BACK, b"3", run=5), INVALID)
        self.assertEqual(self.channel.status(), STATUS.pack(2, 4, 2, NONE))
        asker.ask(Operation.RECEIVE_MANY, run=5, most=2)
        self.channel.end(5, has_died=False)
        self.assertEqual(asker.ask(Operation.GIVE_BACK, b"4", run=5), INVALID)

    def test_after_close_what_waits_is_received_and_nobody_blocks(self) -> None:
        asker = self.make(capacity=1)
        asker.send(b"1")
        sender = asker.send(b"2", waits=True)
        asker.code(Operation.CLOSE)
        self.assertEqual(sender, [CLOSED])
        self.assertEqual(asker.send(b"3"), [CLOSED])
        self.assertEqual(asker.receive(waits=True), element(b"1"))
        self.assertEqual(asker.receive(waits=True), [CLOSED])

    def test_close_that_discards_reports_what_it_discards(self) -> None:
        self.asker.send(b"1", b"2")
        joiner = self.asker.ask(Operation.JOIN, waits=True)
        self.assertEqual(self.asker.ask(Operation.CLOSE, kind=1), [(Code.OK, 2, b"")])
        self.assertEqual(joiner[0][0], Code.OK)

    def test_join_waits_for_each_element_to_be_reported(self) -> None:
        self.asker.send(b"1", b"2")
        joiner = self.asker.ask(Operation.JOIN, waits=True)
        self.asker.receive()
        self.assertEqual(self.asker.code(Operation.TASK_DONE), Code.OK)
        self.assertEqual(joiner, [])
        self.assertEqual(self.asker.code(Operation.TASK_DONE), Code.OK)
        self.assertEqual(joiner[0][0], Code.OK)
        self.assertEqual(self.asker.code(Operation.TASK_DONE), Code.INVALID)

    def test_what_a_dead_run_has_not_reported_comes_back_to_the_front_and_counts_toward_no_bound(self) -> None:
        asker = self.make(capacity=3, redelivers=True)
        asker.send(b"1", b"2", b"3")
        for _ in range(3):
            asker.receive(run=5)
        self.assertEqual(asker.code(Operation.TASK_DONE, run=5), Code.OK)
        asker.send(b"4")
        self.channel.end(5, has_died=True)
        self.assertEqual([asker.send(b"5")[0], asker.send(b"6")[0], asker.send(b"7")[0]], [OK, OK, NO])
        self.assertEqual([asker.receive()[0][2] for _ in range(5)], [b"2", b"3", b"4", b"5", b"6"])

    def test_what_a_run_that_returned_has_not_reported_does_not_come_back(self) -> None:
        asker = self.make(redelivers=True)
        asker.send(b"1")
        asker.receive(run=5)
        self.channel.end(5, has_died=False)
        self.assertEqual(asker.receive(), [NO])
        self.assertEqual(self.channel.held_count, 0)
        self.assertEqual(asker.code(Operation.TASK_DONE), Code.OK)

    def test_a_dead_run_waits_for_nothing_any_more(self) -> None:
        dead = self.asker.receive(run=5, waits=True)
        living = self.asker.receive(run=6, waits=True)
        self.channel.end(5, has_died=True)
        self.asker.send(b"1")
        self.assertEqual((dead, living), ([NO], element(b"1")))

    def test_with_capacity_0_a_send_is_answered_when_it_was_taken(self) -> None:
        asker = self.make(capacity=0)
        self.assertEqual(asker.send(b"x"), [NO])
        offered = asker.send(b"1", waits=True)
        self.assertEqual(offered, [])
        self.assertEqual(asker.receive(), element(b"1"))
        self.assertEqual(offered, [OK])
        waiting = asker.receive(waits=True)
        self.assertEqual(asker.send(b"2"), [OK])
        self.assertEqual(waiting, element(b"2"))
        offered = asker.send(b"3", waits=True)
        asker.code(Operation.CLOSE)
        self.assertEqual(offered, [CLOSED])

    def test_ready_is_answered_when_the_operation_may_succeed(self) -> None:
        asker = self.make(capacity=1)
        receivable = asker.ask(Operation.READY, kind=1, waits=True)
        self.assertEqual((len(asker.ask(Operation.READY, kind=0)), receivable), (1, []))
        asker.send(b"1")
        self.assertEqual(receivable[0][0], Code.OK)
        sendable = asker.ask(Operation.READY, kind=0, waits=True)
        self.assertEqual(sendable, [])
        asker.receive()
        self.assertEqual(sendable[0][0], Code.OK)

    def test_a_dropped_channel_lets_all_go(self) -> None:
        waiting = deque([self.asker.receive(waits=True), self.asker.ask(Operation.READY, kind=1, waits=True)])
        self.channel.drop()
        self.assertEqual([replies[0][0] for replies in waiting], [Code.CLOSED, Code.CLOSED])


if __name__ == "__main__":
    unittest.main()
