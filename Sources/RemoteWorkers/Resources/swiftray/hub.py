"""The hub of a pool: its channels, its signals, and what must reach other ends without having been asked for.

An asynchronous actor, but it knows no Ray: any event loop will do. Its clients are the driver (for the host) and the
wrappers (for their children). A client has two calls:

- `requests` hands over a batch, and gives the answers to all that need not wait. Batches of one client take effect in
  the order of their numbers, whatever order they arrive in.
- `poll` waits until there is something for the client: answers that came late, notices, cancelled runs.

Each reply has the signals that have changed since the version that its client knows, so that a client that applies them
before the rest of the reply sees signals and elements in their order. Nobody asks for signals.
"""

from __future__ import annotations

import asyncio
import collections
import math
import time
from typing import Any, TypeVar

from swiftray.channels import Channel, Element, Reply, Request
from swiftray.frames import (
    CHANNEL,
    GREATEST_ELEMENT,
    MOST,
    NONE,
    REPLY,
    REQUEST,
    Code,
    Kind,
    Operation,
    ProtocolError,
    SizeLimit,
    split_elements,
    utf8,
)
from swiftray.posts import CLIENT_GONE, RUN_DIED, RUN_ENDED, Delivery, Item, Post, size_of

#: How many runs and clients are remembered after their end, against requests that come late.
_REMEMBERED = 4096
#: How many bytes one reply to a poll has, about.
_MOST_BYTES = 32 << 20
#: How many bytes may wait for the driver, about, before those must wait that say more of what tasks print.
_MOST_WAITING = 4 << 20

#: How long a poll waits at most, in seconds, so that the hub hears of each client.
_LONGEST_POLL = 10.0
#: After how long without a word a client without a run has gone, in seconds. Of one with a run the driver says that.
_LONGEST_SILENCE = 30.0
#: The same once the pool ends: who is there is busy with leaving, and still calls.
_LONGEST_SILENCE_AT_END = 10.0

#: What only the host asks for: it numbers objects and owns them.
_OF_THE_HOST = frozenset(
    (Operation.MAKE_CHANNEL, Operation.MAKE_SIGNAL, Operation.DROP, Operation.SETUP, Operation.UNSHARE)
)

_Value = TypeVar("_Value")


class _Mailbox:
    """What waits for a client."""

    def __init__(self) -> None:
        self.items: collections.deque[Item] = collections.deque()
        #: How many bytes these have, about.
        self.size = 0
        self.deliveries = 0
        self.next_batch = 0
        self.early: dict[int, asyncio.Future[None]] = {}
        self.poll: asyncio.Future[None] | None = None
        #: When it has called last, or was answered.
        self.last_heard = time.monotonic()

    def put(self, item: Item) -> None:
        self.items.append(item)
        self.size += size_of(item)
        self.wake()

    def put_first(self, item: Item) -> None:
        self.items.appendleft(item)
        self.size += size_of(item)
        self.wake()

    def wake(self) -> None:
        if self.poll is not None and not self.poll.done():
            self.poll.set_result(None)

    def close(self) -> None:
        """Ends the calls that wait."""
        self.wake()
        for turn in self.early.values():
            turn.set_exception(LookupError("the client has gone"))
        self.early.clear()

    def take(self, most: float) -> list[Item]:
        """What has come first, of about so many bytes."""
        items: list[Item] = []
        end = self.size - most
        while self.items and self.size > end:
            self.size -= size_of(self.items[0])
            items.append(self.items.popleft())
        return items


class Hub:
    """Channels and signals of one pool. The client 0 is the driver, which gets the notices.

    Where nobody says that a worker has gone, it forgets clients that are silent.
    """

    def __init__(self, forgets_silent: bool = True) -> None:
        self._forgets_silent = forgets_silent
        self._channels: dict[int, Channel] = {}
        #: The version at which each signal has changed last, and its state; the latest change stands last.
        self._signals: collections.OrderedDict[int, tuple[int, bool]] = collections.OrderedDict()
        self._dropped: collections.OrderedDict[int, tuple[int, bool]] = collections.OrderedDict()
        self._version = 0
        #: The greatest number of an object that was made.
        self._made = 0
        #: Posts of children whose object is still under way from the host.
        self._early: list[tuple[int, Post]] = []
        self._boxes: dict[int, _Mailbox] = {0: _Mailbox()}
        #: Those that wait until the driver has taken what waits for it.
        self._full: list[asyncio.Future[None]] = []
        #: Clients that have gone, whose last calls may still come.
        self._gone: collections.OrderedDict[int, None] = collections.OrderedDict()
        #: Requests of each client that wait, by their numbers.
        self._waiting: dict[int, dict[int, tuple[Request, Channel, asyncio.TimerHandle | None]]] = {}
        #: Which client speaks for a run.
        self._client_of: dict[int, int] = {}
        #: Which channels a run has asked, where it may wait or hold something.
        self._used: dict[int, set[int]] = {}
        self._over: collections.OrderedDict[int, None] = collections.OrderedDict()
        #: What was cancelled and may not have begun yet, with its level.
        self._cancelled: dict[int, int] = {}
        #: How its wrappers are told that the pool ends, once it does.
        self._end_item: Item | None = None
        #: What each child runs besides tasks, by its number.
        self._setup: dict[int, Item] = {}
        #: Shared values: what the cluster gives them for, and where each node has one already.
        self._shared: dict[int, Any] = {}
        self._places: dict[int, dict[str, tuple[int, int]]] = {}

    # The calls of clients

    async def requests(self, client: int, batch: int, version: int, posts: list[Post]) -> Delivery:
        """Takes a batch over, and gives what can be answered at once."""
        box = self._box(client)
        if batch != box.next_batch:
            turn = asyncio.get_running_loop().create_future()
            box.early[batch] = turn
            await turn
        box.next_batch += 1
        answers: list[Item] = []
        for post in posts:
            self._take(client, post, answers)
        following = box.early.pop(box.next_batch, None)
        if following is not None:
            following.set_result(None)
        if self._boxes[0].size > _MOST_WAITING and any(post[0] == Kind.OUTPUT for post in posts):
            # As a full pipe, for this client alone. What else it has asked is answered by a poll.
            for answer in answers:
                box.put(answer)
            answers = []
            turn = asyncio.get_running_loop().create_future()
            self._full.append(turn)
            await turn
        # What was there before goes first: an answer may depend on it.
        return self._delivery(box, version, [*self._take_items(client, box, math.inf), *answers])

    async def poll(self, client: int, version: int) -> Delivery:
        """Waits until there is something for a client that knows the signals up to `version`."""
        box = self._box(client)
        if not box.items and version >= self._version:
            loop = asyncio.get_running_loop()
            box.poll = loop.create_future()
            limit = loop.call_later(_LONGEST_POLL, box.wake)
            try:
                await box.poll
            finally:
                limit.cancel()
            box.poll = None
            # Not from its call: this process may have been stopped meanwhile.
            box.last_heard = time.monotonic()
            self._forget_silent()
        return self._delivery(box, version, self._take_items(client, box, _MOST_BYTES))

    async def forget(self, client: int) -> None:
        """Ends a client that cannot say so itself."""
        self._forget(client)

    async def share(self, number: int, handle: Any) -> None:
        """Keeps what a shared value can be had for."""
        self._shared[number] = handle

    async def shared(self, number: int, node: str) -> tuple[Any, tuple[int, int] | None]:
        """What a shared value can be had for, or None; and which process of a node has it open as what."""
        return self._shared.get(number), self._places.get(number, {}).get(node)

    async def locate(self, number: int, node: str, place: tuple[int, int]) -> None:
        """Notes which process of a node has a shared value, and as which descriptor."""
        if number in self._shared:
            self._places.setdefault(number, {})[node] = place

    async def statistics(self) -> dict[str, int]:
        """How much the hub holds."""
        self._forget_silent()
        channels = self._channels.values()
        return {
            "channels": len(self._channels),
            "signals": len(self._signals),
            "elements": sum(channel.count for channel in channels),
            "held": sum(channel.held_count for channel in channels),
            "waiting": sum(map(len, self._waiting.values())),
            "clients": len(self._boxes) - 1,
            "shared": len(self._shared),
        }

    def close(self) -> None:
        """Ends the hub."""
        for box in self._boxes.values():
            if box.poll is not None and not box.poll.done():
                box.poll.set_exception(LookupError("the pool has ended"))
        for turn in self._full:
            if not turn.done():
                turn.set_exception(LookupError("the pool has ended"))
        self._full = []

    # What they hand over

    def _delivery(self, box: _Mailbox, version: int, items: list[Item]) -> Delivery:
        box.deliveries += 1
        return Delivery(box.deliveries, self._version, self._changes(version), items)

    def _take_items(self, client: int, box: _Mailbox, most: float) -> list[Item]:
        items = box.take(most)
        if client == 0 and box.size <= _MOST_WAITING:
            for turn in self._full:
                if not turn.done():
                    turn.set_result(None)
            self._full = []
        return items

    def _box(self, client: int) -> _Mailbox:
        if client in self._gone:
            raise LookupError("the client has gone")
        box = self._boxes.get(client)
        if box is None:
            box = self._boxes[client] = _Mailbox()
            # A wrapper that comes late may run what was cancelled before it came.
            for item in self._setup.values():
                box.put(item)
            for run, level in self._cancelled.items():
                box.put(_cancel(run, level))
            if self._end_item is not None:
                box.put(self._end_item)
        box.last_heard = time.monotonic()
        return box

    def _take(self, client: int, post: Post, answers: list[Item]) -> None:
        kind, number, run, payload = post
        if client != 0 and run != 0 and run not in self._over:
            self._client_of[run] = client
        if kind == Kind.HUB:
            self._ask(client, number, run, payload, answers)
        elif kind == Kind.HUBCANCEL:
            waiting = self._waiting.get(client, {}).get(number)
            if waiting is not None:
                waiting[1].leave(waiting[0])
        elif kind in (RUN_ENDED, RUN_DIED):
            self._end(client, run, kind == RUN_DIED)
        elif kind == CLIENT_GONE:
            self._forget(client)
        elif kind == Kind.ENDPOOL:
            self._end_item = (Kind.ENDPOOL, 0, payload, b"")
            self._tell_wrappers(self._end_item)
        elif kind == Kind.CANCEL:
            if run in self._over:
                # Nobody would forget it any more.
                return
            self._cancelled[run] = max(payload[0], self._cancelled.get(run, 0))
            self._tell_wrappers(_cancel(run, self._cancelled[run]))
        else:
            self._boxes[0].put((kind, run, payload, b""))

    def _tell_wrappers(self, item: Item) -> None:
        for client, box in self._boxes.items():
            if client != 0:
                box.put(item)

    def _tell_wrappers_first(self, item: Item) -> None:
        """Tells what a task that is submitted from now on waits for, until its child knows of it."""
        self._version += 1
        for client, box in self._boxes.items():
            if client != 0:
                box.put_first(item)

    def _forget(self, client: int) -> None:
        box = self._boxes.pop(client, None)
        if box is not None:
            box.close()
        _remember(self._gone, client, None)
        for request, channel, _ in list(self._waiting.get(client, {}).values()):
            channel.leave(request)

    def _forget_silent(self) -> None:
        """Forgets clients whose workers have ended while they had nothing to do: nobody says so."""
        if not self._forgets_silent:
            return
        limit = _LONGEST_SILENCE if self._end_item is None else _LONGEST_SILENCE_AT_END
        latest = time.monotonic() - limit
        silent = {client for client, box in self._boxes.items() if box.poll is None and box.last_heard < latest}
        if silent:
            for client in silent.difference(self._client_of.values(), [0]):
                self._forget(client)

    def _end(self, client: int, run: int, has_died: bool) -> None:
        speaker = self._client_of.pop(run, None)
        if client == 0 and has_died and speaker is not None:
            # The driver says so only when the whole wrapper is gone.
            self._forget(speaker)
        _remember(self._over, run, None)
        self._cancelled.pop(run, None)
        for target in self._used.pop(run, ()):
            channel = self._channels.get(target)
            if channel is not None:
                channel.end(run, has_died)

    def _ask(self, client: int, number: int, run: int, payload: bytes, answers: list[Item]) -> None:
        if len(payload) < REQUEST.size:
            return answers.append(_answer(number, (Code.INVALID, 0, b"")))
        _, target, made, _ = REQUEST.unpack_from(payload)
        is_known = target <= self._made or client == 0
        if not is_known and payload[0] == Operation.EXISTS and target <= made:
            # The host's call goes another way than the child's, and is still under way.
            self._early.append((client, (Kind.HUB, number, run, payload)))
            return
        operands = payload[REQUEST.size :]
        try:
            self._perform(client, number, run, payload, operands, answers)
        except (ProtocolError, ValueError):
            answers.append(_answer(number, (Code.INVALID, 0, b"")))

    def _perform(
        self, client: int, number: int, run: int, payload: bytes, operands: bytes, answers: list[Item]
    ) -> None:
        code, target, argument, wait = REQUEST.unpack_from(payload)
        operation = Operation(code)
        if operation in _OF_THE_HOST and client != 0:
            return answers.append(_answer(number, (Code.INVALID, 0, b"")))
        if operation in (Operation.MAKE_CHANNEL, Operation.MAKE_SIGNAL):
            return answers.append(_answer(number, self._make(operation, target, operands)))
        if operation is Operation.SETUP:
            return answers.append(_answer(number, self._set_up(target, argument, operands)))
        if operation is Operation.UNSHARE:
            return answers.append(_answer(number, self._unshare(target)))
        if operation is Operation.DROP:
            return answers.append(_answer(number, self._drop(target)))
        if target in self._signals:
            return answers.append(_answer(number, self._signal(operation, target)))
        channel = self._channels.get(target)
        if channel is None or operation in (Operation.SET, Operation.CLEAR):
            return answers.append(_answer(number, (Code.NO_SUCH_OBJECT, 0, b"")))
        if operation is Operation.EXISTS:
            return answers.append(_answer(number, (Code.OK, 1, channel.status())))
        self._ask_channel(client, number, run, channel, operation, argument, wait, operands, answers)
        if run in self._over:
            # Nobody would give back what it has received just now.
            channel.end(run, has_died=True)
        elif run != 0:
            self._used.setdefault(run, set()).add(target)

    def _ask_channel(
        self,
        client: int,
        number: int,
        run: int,
        channel: Channel,
        operation: Operation,
        argument: int,
        wait: int,
        operands: bytes,
        answers: list[Item],
    ) -> None:
        is_late = False

        def answer(reply: Reply) -> None:
            item = _answer(number, reply)
            waiting = self._waiting.get(client, {})
            _, _, timer = waiting.pop(number, (None, None, None))
            if timer is not None:
                timer.cancel()
            if not waiting:
                self._waiting.pop(client, None)
            if not is_late:
                answers.append(item)
            elif client in self._boxes:
                self._boxes[client].put(item)

        request = Request(operation, run, answer)
        request.kind = argument
        if operation is Operation.SEND:
            if len(operands) > GREATEST_ELEMENT:
                limit = SizeLimit(GREATEST_ELEMENT, "as the protocol has it")
                reason = utf8(limit.refusal("the element", len(operands), "send it in parts") or "")
                return answers.append(_answer(number, (Code.INVALID, 0, reason)))
            request.elements = [Element(argument, operands)]
        elif operation in (Operation.SEND_MANY, Operation.GIVE_BACK):
            request.elements = [Element(argument, data) for data in reversed(split_elements(operands))]
            if not request.elements:
                return answers.append(_answer(number, (Code.OK, 0, b"")))
        elif operation is Operation.RECEIVE_MANY:
            if len(operands) != MOST.size:
                raise ProtocolError("RECEIVE_MANY has no bounds")
            request.most, request.most_bytes = MOST.unpack(operands)
        channel.ask(request, may_wait=wait != 0 and run not in self._over)
        is_late = True
        if not request.is_answered:
            timer = None
            if wait > 0:
                loop = asyncio.get_running_loop()
                timer = loop.call_later(wait / 1e6, channel.leave, request)
            self._waiting.setdefault(client, {})[number] = (request, channel, timer)

    def _make(self, operation: Operation, target: int, operands: bytes) -> Reply:
        if operation is Operation.MAKE_CHANNEL:
            if len(operands) != CHANNEL.size:
                raise ProtocolError("MAKE_CHANNEL has no bounds")
            capacity, byte_capacity, flags = CHANNEL.unpack(operands)
            self._channels[target] = Channel(
                None if capacity == NONE else capacity,
                None if byte_capacity == NONE else byte_capacity,
                bool(flags & 1),
            )
        else:
            self._signals[target] = (0, False)
            self._signals.move_to_end(target, last=False)
        self._made = max(self._made, target)
        early, self._early = self._early, []
        for client, post in early:
            answers: list[Item] = []
            self._take(client, post, answers)
            for item in answers:
                if client in self._boxes:
                    self._boxes[client].put(item)
        return Code.OK, 0, b""

    def _drop(self, target: int) -> Reply:
        channel = self._channels.pop(target, None)
        if channel is not None:
            channel.drop()
        elif target in self._signals:
            # Its holders see it cleared; that is remembered for a while.
            self._signal(Operation.CLEAR, target)
            _remember(self._dropped, target, self._signals.pop(target))
        else:
            return Code.NO_SUCH_OBJECT, 0, b""
        return Code.OK, 0, b""

    def _unshare(self, number: int) -> Reply:
        if self._shared.pop(number, None) is None:
            return Code.NO_SUCH_OBJECT, 0, b""
        self._places.pop(number, None)
        item: Item = (Kind.UNSHARED, number, b"", b"")
        # The driver has it too, if the host has fetched it.
        self._boxes[0].put(item)
        self._tell_wrappers_first(item)
        return Code.OK, 0, b""

    def _set_up(self, number: int, role: int, call: bytes) -> Reply:
        item: Item = (Kind.SETUP, number, bytes([role & 0xFF]), call)
        if role == 0:
            self._setup.pop(number, None)
        else:
            self._setup[number] = item
        self._tell_wrappers_first(item)
        return Code.OK, 0, b""

    # Signals

    def _signal(self, operation: Operation, target: int) -> Reply:
        is_set = self._signals[target][1]
        if operation is Operation.EXISTS:
            return Code.OK, 3 if is_set else 2, b""
        if operation not in (Operation.SET, Operation.CLEAR):
            return Code.NO_SUCH_OBJECT, 0, b""
        if is_set != (operation is Operation.SET):
            self._version += 1
            self._signals[target] = (self._version, not is_set)
            self._signals.move_to_end(target)
            for box in self._boxes.values():
                box.wake()
        return Code.OK, 0, b""

    def _changes(self, version: int) -> list[tuple[int, int, bool]]:
        changes: list[tuple[int, int, bool]] = []
        if version < self._version:
            for target in reversed(self._signals):
                changed, is_set = self._signals[target]
                if changed <= version:
                    break
                changes.append((target, changed, is_set))
            changes += [(target, changed, False) for target, (changed, _) in self._dropped.items() if changed > version]
        return changes


class Hubs:
    """The hubs of all pools of one driver: one actor, since each has a process that takes a second to start."""

    def __init__(self) -> None:
        self._hubs: dict[str, Hub] = {}

    async def open(self, pool: str) -> None:
        """Makes the hub of a pool."""
        self._hubs[pool] = Hub()

    async def close(self, pool: str) -> None:
        """Ends the hub of a pool: its pollers are told so."""
        hub = self._hubs.pop(pool, None)
        if hub is not None:
            hub.close()

    async def requests(self, pool: str, client: int, batch: int, version: int, posts: list[Post]) -> Delivery:
        """See `Hub.requests`."""
        return await self._hub(pool).requests(client, batch, version, posts)

    async def poll(self, pool: str, client: int, version: int) -> Delivery:
        """See `Hub.poll`."""
        return await self._hub(pool).poll(client, version)

    async def share(self, pool: str, number: int, handle: Any) -> None:
        """See `Hub.share`."""
        await self._hub(pool).share(number, handle)

    async def shared(self, pool: str, number: int, node: str) -> tuple[Any, tuple[int, int] | None]:
        """See `Hub.shared`."""
        return await self._hub(pool).shared(number, node)

    async def locate(self, pool: str, number: int, node: str, place: tuple[int, int]) -> None:
        """See `Hub.locate`."""
        await self._hub(pool).locate(number, node, place)

    async def statistics(self, pool: str) -> dict[str, int]:
        """See `Hub.statistics`."""
        return await self._hub(pool).statistics()

    def _hub(self, pool: str) -> Hub:
        hub = self._hubs.get(pool)
        if hub is None:
            raise LookupError("the pool has ended")
        return hub


def _remember(memory: collections.OrderedDict[int, _Value], number: int, value: _Value) -> None:
    """Keeps a value, and forgets the oldest one if there are many."""
    memory[number] = value
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _answer(number: int, reply: Reply) -> Item:
    code, argument, data = reply
    return Kind.HUBRES, number, REPLY.pack(code, argument), data


def _cancel(run: int, level: int) -> Item:
    return Kind.CANCEL, run, bytes([level]), b""
