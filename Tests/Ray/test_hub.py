"""The hub: order of batches, causality, notices, cancelled runs, and objects that are still under way."""

from __future__ import annotations

import asyncio
import threading
import time
import unittest
from concurrent.futures import Future
from typing import Any
from unittest import mock

import host  # noqa: F401  (finds the package)
from swiftray.channels import Channel
from swiftray.frames import CHANNEL, MOST, NONE, REPLY, REQUEST, Code, Kind, Operation, join_elements, split_elements
from swiftray.hub import Hub
from swiftray.link import AskedHub, HubLink
from swiftray.posts import CLIENT_GONE, RUN_BACK, RUN_DIED, RUN_DONE, RUN_ENDED, Delivery, Item, Post


def request(
    number: int, operation: int, target: int, argument: int = 1, wait: int = 0, data: bytes = b"", run: int = 0
) -> Post:
    return (Kind.HUB, number, run, REQUEST.pack(operation, target, argument, wait) + data)


def make_channel(target: int, redelivers: bool = False) -> Post:
    return request(1000 + target, Operation.MAKE_CHANNEL, target, data=CHANNEL.pack(NONE, NONE, redelivers))


def reply(item: Item) -> tuple[int, int, int, bytes]:
    code, argument = REPLY.unpack(item[2])
    return item[1], code, argument, item[3]


class HubTests(unittest.IsolatedAsyncioTestCase):
    """The two calls of a hub, without a client's link."""

    def setUp(self) -> None:
        self.hub = Hub()
        self.batches: dict[int, int] = {}

    async def say(self, client: int, *posts: Post, version: int = 1 << 60) -> Delivery:
        batch = self.batches.get(client, 0)
        self.batches[client] = batch + 1
        return await self.hub.requests(client, batch, version, list(posts))

    def ask_at_once(self, pool: str, method: str, arguments: tuple[Any, ...]) -> Future[Any]:
        """Has requests answered before they return, on the thread that makes them; others wait for ever."""
        answer: Future[Any] = Future()
        if method == "requests":
            try:
                self.hub.requests(*arguments).send(None)
            except StopIteration as end:
                answer.set_result(end.value)
            except LookupError as error:
                answer.set_exception(error)
        return answer

    async def test_batches_take_effect_in_the_order_of_their_numbers(self) -> None:
        await self.say(0, make_channel(1))
        later = asyncio.ensure_future(self.hub.requests(0, 2, 1 << 60, [request(2, Operation.SEND, 1, data=b"second")]))
        await asyncio.sleep(0)
        await self.hub.requests(0, 1, 1 << 60, [request(1, Operation.SEND, 1, data=b"first")])
        await later
        self.batches[0] = 3
        items = (await self.say(0, request(3, Operation.RECEIVE, 1))).items
        self.assertEqual(reply(items[0]), (3, Code.OK, 1, b"first"))

    async def test_a_request_that_waits_is_answered_by_a_poll(self) -> None:
        await self.say(0, make_channel(1))
        self.assertEqual((await self.say(7, request(5, Operation.RECEIVE, 1, wait=-1, run=3))).items, [])
        poll = asyncio.ensure_future(self.hub.poll(7, 0))
        await self.say(0, request(1, Operation.SEND, 1, data=b"x"))
        self.assertEqual(reply((await poll).items[0]), (5, Code.OK, 1, b"x"))

    async def test_a_wait_ends_at_its_limit(self) -> None:
        await self.say(0, make_channel(1))
        await self.say(7, request(5, Operation.RECEIVE, 1, wait=10_000))
        delivery = await asyncio.wait_for(self.hub.poll(7, 0), 5)
        self.assertEqual(reply(delivery.items[0])[:2], (5, Code.NO))

    async def test_a_wait_can_be_called_off(self) -> None:
        await self.say(0, make_channel(1))
        await self.say(7, request(5, Operation.RECEIVE, 1, wait=-1))
        delivery = await self.say(7, (Kind.HUBCANCEL, 5, 0, b""))
        self.assertEqual(reply(delivery.items[0])[:2], (5, Code.NO))
        await self.say(0, request(1, Operation.SEND, 1, data=b"x"))
        self.assertEqual((await self.hub.statistics())["elements"], 1)

    async def test_a_signal_comes_with_what_was_sent_after_it_was_set(self) -> None:
        await self.say(0, make_channel(1), request(2, Operation.MAKE_SIGNAL, 2))
        await self.say(7, request(1, Operation.SET, 2, run=3), request(2, Operation.SEND, 1, data=b"x", run=3))
        delivery = await self.say(0, request(3, Operation.RECEIVE, 1), version=0)
        self.assertEqual((delivery.signals, reply(delivery.items[0])[3]), ([(2, 1, True)], b"x"))

    async def test_a_change_of_a_signal_wakes_all_who_poll_and_is_told_once(self) -> None:
        await self.say(0, request(1, Operation.MAKE_SIGNAL, 1))
        polls = [asyncio.ensure_future(self.hub.poll(client, 0)) for client in (7, 8)]
        await asyncio.sleep(0)
        await self.say(0, request(2, Operation.SET, 1), request(3, Operation.SET, 1))
        self.assertEqual([(await poll).signals for poll in polls], [[(1, 1, True)]] * 2)
        poll = asyncio.ensure_future(self.hub.poll(7, 1))
        await asyncio.sleep(0.01)
        self.assertFalse(poll.done())
        poll.cancel()

    async def test_a_signal_that_is_dropped_while_it_is_set_is_told_as_cleared(self) -> None:
        await self.say(0, request(1, Operation.MAKE_SIGNAL, 1), request(2, Operation.SET, 1))
        await self.say(0, request(3, Operation.DROP, 1))
        self.assertEqual((await self.hub.poll(7, 1)).signals, [(1, 2, False)])

    async def test_an_object_that_is_under_way_is_waited_for_and_another_is_not(self) -> None:
        early = await self.say(7, request(1, Operation.EXISTS, 4, 4, run=3), request(2, Operation.EXISTS, 9, 4, run=3))
        self.assertEqual([reply(item)[:2] for item in early.items], [(2, Code.NO_SUCH_OBJECT)])
        await self.say(0, make_channel(4))
        delivery = await self.hub.poll(7, 0)
        self.assertEqual(reply(delivery.items[0])[:3], (1, Code.OK, 1))

    async def test_what_precedes_an_answer_in_the_mailbox_is_given_with_it(self) -> None:
        await self.say(0, make_channel(1))
        await self.say(7, (Kind.STARTED, 3, 3, b"pid"), request(1, Operation.SEND, 1, data=b"x", run=3))
        items = (await self.say(0, request(2, Operation.RECEIVE, 1))).items
        self.assertEqual([item[0] for item in items], [Kind.STARTED, Kind.HUBRES])

    async def test_output_waits_for_a_driver_that_is_slow_to_take_it_and_nothing_else_does(self) -> None:
        await self.say(0, make_channel(1))
        output: Post = (Kind.OUTPUT, 3, 3, bytes(3 << 20))
        await self.say(7, output)
        full = [asyncio.ensure_future(self.say(n, output, request(1, Operation.SEND, 1))) for n in (7, 8)]
        await asyncio.sleep(0.01)
        self.assertEqual([batch.done() for batch in full], [False, False])
        self.assertEqual(
            [reply(item)[:2] for item in (await asyncio.wait_for(self.hub.poll(7, 1), 5)).items], [(1, Code.OK)]
        )
        await asyncio.wait_for(self.say(9, request(1, Operation.SEND, 1)), 5)
        items = (await self.hub.poll(0, 0)).items
        self.assertEqual([len(item[2]) for item in items], [3 << 20] * 3)
        await asyncio.wait_for(asyncio.gather(*full), 5)

    async def test_output_that_waits_as_the_pool_ends_waits_no_longer(self) -> None:
        output: Post = (Kind.OUTPUT, 3, 3, bytes(5 << 20))
        full = asyncio.ensure_future(self.say(7, output))
        await asyncio.sleep(0.01)
        self.hub.close()
        with self.assertRaises(LookupError):
            await asyncio.wait_for(full, 5)

    async def test_a_reply_to_a_poll_has_only_so_much(self) -> None:
        for _ in range(40):
            await self.say(7, (RUN_DONE, 0, 3, bytes(2 << 20)))
        size = sum(len(item[2]) for item in (await self.hub.poll(0, 0)).items)
        self.assertLessEqual(size, 34 << 20)

    async def test_a_dead_run_gives_back_what_it_held_and_waits_no_more(self) -> None:
        await self.say(0, make_channel(1, redelivers=True), request(1, Operation.SEND, 1, data=b"x"))
        await self.say(7, request(1, Operation.RECEIVE, 1, run=3), request(2, Operation.RECEIVE, 1, wait=-1, run=3))
        await self.say(7, (RUN_DIED, 0, 3, b""))
        items = (await self.say(0, request(2, Operation.RECEIVE, 1))).items
        self.assertEqual(reply(items[0]), (2, Code.OK, 1, b"x"))
        self.assertEqual((await self.hub.statistics())["waiting"], 0)
        late = await self.say(7, request(3, Operation.RECEIVE, 1, wait=-1, run=3))
        self.assertEqual(reply(late.items[-1])[:2], (3, Code.NO))

    async def test_the_end_of_a_run_looks_only_at_the_channels_that_it_has_used(self) -> None:
        await self.say(0, *(make_channel(target) for target in range(1, 101)))
        await self.say(7, request(1, Operation.SEND, 5, run=3), request(2, Operation.RECEIVE, 9, wait=-1, run=3))
        with mock.patch.object(Channel, "end", autospec=True) as end:
            await self.say(7, (RUN_ENDED, 0, 3, b""), (RUN_ENDED, 0, 4, b""))
        looked_at = [call.args[0] for call in end.call_args_list]
        self.assertCountEqual(looked_at, [self.hub._channels[5], self.hub._channels[9]])

    async def test_what_a_run_that_is_over_receives_goes_back(self) -> None:
        await self.say(0, make_channel(1, redelivers=True), request(1, Operation.SEND, 1, data=b"x"))
        await self.say(0, (RUN_DIED, 0, 3, b""))
        await self.say(7, request(1, Operation.RECEIVE, 1, run=3))
        statistics = await self.hub.statistics()
        self.assertEqual((statistics["elements"], statistics["held"]), (1, 0))

    async def test_a_hub_keeps_nothing_of_runs_and_clients_that_are_over(self) -> None:
        await self.say(0, make_channel(1))
        for run in range(3, 8):
            await self.say(run, request(1, Operation.RECEIVE, 1, wait=-1, run=run))
            await self.say(run, (RUN_ENDED, 0, run, b""))
            await self.say(run, request(2, Operation.RECEIVE, 1, wait=-1, run=run), request(3, Operation.JOIN, 1))
            await self.say(run, request(4, Operation.RECEIVE, 1, wait=-1), (CLIENT_GONE, 0, 0, b""))
        kept = (self.hub._used, self.hub._client_of, self.hub._waiting)
        self.assertEqual(kept, ({}, {}, {}))

    async def test_the_driver_says_that_a_wrapper_is_gone_and_all_of_it_goes(self) -> None:
        await self.say(0, make_channel(1))
        await self.say(7, request(1, Operation.RECEIVE, 1, wait=-1, run=3), request(2, Operation.RECEIVE, 1, wait=-1))
        await self.say(0, (RUN_DIED, 0, 3, b""))
        statistics = await self.hub.statistics()
        self.assertEqual((statistics["waiting"], statistics["clients"]), (0, 0))

    async def test_a_client_that_has_gone_does_not_come_back_by_a_call_that_comes_late(self) -> None:
        await self.say(7)
        poll = asyncio.ensure_future(self.hub.poll(7, 0))
        early = asyncio.ensure_future(self.hub.requests(7, 9, 0, []))
        await asyncio.sleep(0)
        await self.say(7, (CLIENT_GONE, 0, 0, b""))
        self.assertEqual((await asyncio.wait_for(poll, 5)).items, [])
        for late in (early, self.hub.poll(7, 0), self.hub.requests(7, 2, 0, [])):
            with self.assertRaises(LookupError):
                await asyncio.wait_for(late, 5)
        self.assertEqual((await self.hub.statistics())["clients"], 0)

    async def test_what_later_tasks_rely_on_is_handed_on_before_the_version_that_they_wait_for(self) -> None:
        told: list[tuple[int, int]] = []
        link = HubLink(7, AskedHub(self.ask_at_once, ""), lambda item: told.append((item[0], link.version)), self.fail)
        link.sync(lambda: None)
        await self.hub.share(5, b"value")
        await self.say(0, request(1, Operation.SETUP, 1, 3, data=b"call"), request(2, Operation.UNSHARE, 5))
        delivery = await self.say(0)
        self.assertEqual(delivery.version, 2)
        link._hand_on(await self.hub.poll(7, 0), None)
        self.assertEqual(sorted(told), [(Kind.SETUP, 0), (Kind.UNSHARED, 0)])
        self.assertEqual(link.version, 2)

    async def test_what_is_handed_on_may_say_something_that_is_answered_at_once(self) -> None:
        told: list[int] = []

        def deliver(item: Item) -> None:
            told.append(item[1])
            if item[1] < 5:
                link.post([(RUN_ENDED, 0, item[1], b"")])
                link.post([(RUN_BACK, 0, item[1] + 2, b"")])
                told.append(-item[1])

        link = HubLink(0, AskedHub(self.ask_at_once, ""), deliver, self.fail)
        await self.say(7, (RUN_BACK, 0, 3, b""), (RUN_BACK, 0, 4, b""))
        thread = threading.Thread(target=link.sync, args=(lambda: told.append(0),), daemon=True)
        thread.start()
        thread.join(5)
        self.assertFalse(thread.is_alive())
        # What comes meanwhile comes afterwards.
        self.assertEqual(told, [3, -3, 4, -4, 5, 6, 0])

    async def test_who_waits_on_a_link_that_was_closed_waits_no_longer_and_the_hub_is_not_called_lost(self) -> None:
        lost: list[str] = []
        link = HubLink(7, AskedHub(self.ask_at_once, ""), lambda item: None, lost.append)
        link.post([(Kind.STARTED, 3, 3, b"pid")])
        link.close()
        self.assertTrue(link.wait_sync(5))
        self.assertEqual((lost, (await self.hub.statistics())["clients"]), ([], 0))

    async def test_a_cancelled_run_is_known_to_wrappers_that_come_later_until_it_ends(self) -> None:
        await self.say(7)
        await self.say(0, (Kind.CANCEL, 0, 3, b"\1"))
        for client in (7, 8):
            self.assertEqual((await self.hub.poll(client, 0)).items, [(Kind.CANCEL, 3, b"\1", b"")])
        await self.say(7, (RUN_ENDED, 0, 3, b""))
        self.assertEqual((await self.say(9)).items, [])

    async def test_a_pool_that_ends_is_known_to_all_wrappers(self) -> None:
        await self.say(7)
        await self.say(0, (Kind.ENDPOOL, 0, 0, b""))
        for client in (7, 8):
            self.assertEqual((await self.hub.poll(client, 0)).items[0][0], Kind.ENDPOOL)
            await self.say(client, (CLIENT_GONE, 0, 0, b""))
        self.assertEqual((await self.hub.statistics())["clients"], 0)

    async def test_an_empty_batch_to_a_rendezvous_channel_is_answered_at_once(self) -> None:
        rendezvous = (Kind.HUB, 1, 0, REQUEST.pack(Operation.MAKE_CHANNEL, 1, 1, 0) + CHANNEL.pack(0, NONE, False))
        await self.say(0, rendezvous)
        for wait in (0, -1):
            items = (await self.say(0, request(2, Operation.SEND_MANY, 1, wait=wait))).items
            self.assertEqual([reply(item)[:3] for item in items], [(2, Code.OK, 0)])
        self.assertEqual((await self.hub.statistics())["elements"], 0)

    async def test_what_is_given_back_is_received_first(self) -> None:
        await self.say(0, make_channel(1), request(2, Operation.SEND_MANY, 1, data=join_elements([b"1", b"2", b"3"])))
        most = MOST.pack(3, 100)
        items = (await self.say(7, request(3, Operation.RECEIVE_MANY, 1, data=most, run=5))).items
        items += (await self.say(7, request(4, Operation.GIVE_BACK, 1, data=items[0][3][5:], run=5))).items
        items += (await self.say(8, request(5, Operation.RECEIVE_MANY, 1, data=most, run=6))).items
        self.assertEqual([reply(item)[1:3] for item in items], [(Code.OK, 3), (Code.OK, 0), (Code.OK, 2)])
        self.assertEqual(split_elements(items[2][3]), [b"2", b"3"])

    async def test_a_cancel_of_a_run_that_is_over_is_not_kept(self) -> None:
        await self.say(7)
        await self.say(7, (RUN_ENDED, 0, 3, b""))
        await self.say(0, (Kind.CANCEL, 0, 3, b"\1"))
        self.assertEqual((await self.say(9)).items, [])

    async def test_an_element_whose_size_has_no_room_in_four_bytes_is_invalid(self) -> None:
        class Large(bytes):
            """Says that it is larger than it is."""

            def __len__(self) -> int:
                return 1 << 32

        class Sent(bytes):
            """A request with it."""

            def __getitem__(self, index: Any) -> Any:
                return Large() if isinstance(index, slice) else super().__getitem__(index)

        await self.say(0, make_channel(1))
        post = request(2, Operation.SEND, 1)
        items = (await self.say(7, (*post[:3], Sent(post[3])))).items
        items += (await self.say(0, request(3, Operation.RECEIVE_MANY, 1, data=MOST.pack(1, 1)))).items
        self.assertEqual([reply(item)[:2] for item in items], [(2, Code.INVALID), (3, Code.NO)])
        self.assertIn(b"the element has 4294967296 bytes", items[0][2] + items[0][3])

    async def test_an_idle_client_that_says_nothing_for_long_is_forgotten(self) -> None:
        with mock.patch("swiftray.hub._LONGEST_POLL", 0.05), mock.patch("swiftray.hub._LONGEST_SILENCE", 2.0):
            # Two that went without a word, one of which had asked for something; the driver says so of one with a run.
            await self.say(0, make_channel(1))
            gone = [asyncio.ensure_future(self.hub.poll(client, 0)) for client in (7, 8)]
            await asyncio.sleep(0)
            await self.say(8, request(1, Operation.RECEIVE, 1, wait=-1))
            await self.say(9, (Kind.STARTED, 3, 3, b"pid"))
            # One that is idle, and calls again.
            deadline = time.monotonic() + 10
            while (await self.hub.statistics())["clients"] > 2 and time.monotonic() < deadline:
                await asyncio.wait_for(self.hub.poll(10, 0), 10)
            self.assertEqual([(await poll).items for poll in gone], [[], []])
            self.assertEqual(sorted(self.hub._boxes), [0, 9, 10])
            self.assertEqual((await self.hub.statistics())["waiting"], 0)

    async def test_where_lost_workers_are_known_no_client_is_forgotten_for_its_silence(self) -> None:
        self.hub = Hub(forgets_silent=False)
        with mock.patch("swiftray.hub._LONGEST_POLL", 0.05), mock.patch("swiftray.hub._LONGEST_SILENCE", 0.1):
            await self.hub.poll(7, 0)
            await asyncio.sleep(0.3)
            await self.hub.poll(10, 0)
            self.assertEqual((await self.hub.statistics())["clients"], 2)
            await self.hub.poll(7, 0)

    async def test_a_pool_that_ends_does_not_wait_long_for_a_client_that_has_gone(self) -> None:
        with mock.patch("swiftray.hub._LONGEST_SILENCE_AT_END", 0.2):
            polls = [asyncio.ensure_future(self.hub.poll(client, 0)) for client in (7, 8)]
            await asyncio.sleep(0)
            await self.say(0, (Kind.ENDPOOL, 0, 0, b""))
            await asyncio.gather(*polls)
            # One is busy with its finalizer.
            busy = asyncio.ensure_future(self.hub.poll(8, 0))
            await asyncio.sleep(0.4)
            self.assertEqual((await self.hub.statistics())["clients"], 1)
            await self.say(8, (CLIENT_GONE, 0, 0, b""))
            await busy
            self.assertEqual((await self.hub.statistics())["clients"], 0)

    async def test_what_does_not_fit_is_invalid_and_a_child_makes_and_drops_nothing(self) -> None:
        await self.say(0, make_channel(1))
        posts: list[Post] = [
            (Kind.HUB, 1, 3, b"short"),
            request(2, 99, 1),
            request(3, Operation.SEND_MANY, 1, data=b"\5\0\0\0ab"),
            request(4, Operation.RECEIVE_MANY, 1),
            request(5, Operation.MAKE_SIGNAL, 1, run=3),
            request(6, Operation.MAKE_CHANNEL, 2, run=3),
            request(7, Operation.SETUP, 1, run=3),
            request(8, Operation.UNSHARE, 1, run=3),
            request(9, Operation.DROP, 1, run=3),
            request(10, Operation.GIVE_BACK, 1, data=b"\5\0\0\0ab"),
        ]
        items = (await self.say(7, *posts)).items
        self.assertEqual([reply(item)[:2] for item in items], [(number, Code.INVALID) for number in range(1, 11)])
        self.assertEqual((await self.hub.statistics())["channels"], 1)


if __name__ == "__main__":
    unittest.main()
