"""A channel as the hub keeps it: decides, and answers requests; no clock, no input or output.

A request that must wait stays in the channel until something answers it: another request, its limit, or the end of its
run. Each change ends in `_settle`, which answers all requests that can now be answered, oldest first.
"""

from __future__ import annotations

import collections
from typing import Callable, NamedTuple

from swiftray.frames import NONE, STATUS, Code, Operation, join_elements

#: What a request is answered with: a code, a number, and bytes.
Reply = tuple[int, int, bytes]

#: The run that stands for the host, which does not die alone: its end is the end of all.
HOST = 0


class Element(NamedTuple):
    """What is sent: opaque bytes, under the number of their type."""

    kind: int
    data: bytes
    #: False once it came back from a dead run: it then counts toward no bound.
    is_counted: bool = True


class Request:
    """A question to a channel, and the way back to its asker. It is answered once."""

    __slots__ = ("run", "operation", "elements", "kind", "most", "most_bytes", "accepted", "is_answered", "_answer")

    def __init__(self, operation: Operation, run: int, answer: Callable[[Reply], None]) -> None:
        self.operation = operation
        self.run = run
        #: What is still to be sent or is given back, its first element last.
        self.elements: list[Element] = []
        #: The type that is to be received, or the operation to be ready for.
        self.kind = 0
        #: How many elements, and about how many bytes, may be received.
        self.most = 1
        self.most_bytes = 0
        #: How many elements of a batch were accepted so far.
        self.accepted = 0
        self.is_answered = False
        self._answer = answer

    def answer(self, code: Code, number: int = 0, data: bytes = b"") -> None:
        if self.is_answered:
            return
        self.is_answered = True
        self._answer((code, number, data))

    def give_up(self) -> None:
        """Answers a request that waits no more: with what was achieved so far."""
        if self.accepted > 0:
            self.answer(Code.OK, self.accepted)
        else:
            self.answer(Code.NO)


class Channel:
    """What a channel holds, what waits for it, and what was received and not reported."""

    def __init__(self, capacity: int | None, byte_capacity: int | None, redelivers: bool) -> None:
        self.capacity = capacity
        self.byte_capacity = byte_capacity
        self.redelivers = redelivers
        self.is_closed = False
        self._elements: collections.deque[Element] = collections.deque()
        #: How many elements, and how many of their bytes, count toward the bounds.
        self._counted = 0
        self._counted_bytes = 0
        #: How many bytes wait, also of those that came back.
        self._bytes = 0
        #: How many elements were sent and not reported as done.
        self._unfinished = 0
        #: What living runs have received and not reported, in channels that redeliver.
        self._held: dict[int, collections.deque[Element]] = {}
        #: How many elements, and how many of their bytes, living runs may give back, in the other channels.
        self._lent: dict[int, tuple[int, int]] = {}
        self._senders: collections.deque[Request] = collections.deque()
        self._receivers: collections.deque[Request] = collections.deque()
        self._joiners: collections.deque[Request] = collections.deque()
        self._watchers: collections.deque[Request] = collections.deque()

    # What is asked

    def ask(self, request: Request, may_wait: bool) -> None:
        """Answers a request at once, or keeps it if it may wait."""
        if request.operation is Operation.CLOSE:
            return self._close(request)
        if request.operation is Operation.STATUS:
            return request.answer(Code.OK, int(self.is_closed), self.status())
        if request.operation is Operation.TASK_DONE:
            return self._task_done(request)
        if request.operation is Operation.GIVE_BACK:
            return self._give_back(request)
        waiting = self._waiting(request.operation)
        waiting.append(request)
        self._settle()
        if not request.is_answered and not may_wait:
            self.leave(request)

    def leave(self, request: Request) -> None:
        """Takes back a request that waits no more."""
        try:
            self._waiting(request.operation).remove(request)
        except ValueError:
            pass
        # A sender of a batch has achieved something if a part of it was accepted.
        request.give_up()
        self._settle()

    def status(self) -> bytes:
        """How much waits and fits."""
        return STATUS.pack(
            len(self._elements),
            NONE if self.capacity is None else self.capacity,
            self._bytes,
            NONE if self.byte_capacity is None else self.byte_capacity,
        )

    # What happens to requests

    def end(self, run: int, has_died: bool) -> None:
        """Forgets a run: what it waits for, and what it holds. What a dead one holds goes back to the front."""
        for waiting in (self._senders, self._receivers, self._joiners, self._watchers):
            for request in [request for request in waiting if request.run == run]:
                waiting.remove(request)
                request.give_up()
        self._lent.pop(run, None)
        held = self._held.pop(run, None)
        if held and has_died:
            self._elements.extendleft(element._replace(is_counted=False) for element in reversed(held))
            self._bytes += sum(len(element.data) for element in held)
        self._settle()

    def drop(self) -> None:
        """Ends the channel: nobody will ask for it again."""
        self._elements.clear()
        self._held.clear()
        self._lent.clear()
        for waiting in (self._senders, self._receivers, self._joiners, self._watchers):
            while waiting:
                waiting.popleft().answer(Code.CLOSED)

    @property
    def count(self) -> int:
        """How many elements wait."""
        return len(self._elements)

    @property
    def held_count(self) -> int:
        """How many elements would come back if all runs died."""
        return sum(map(len, self._held.values()))

    # How it is decided

    def _waiting(self, operation: Operation) -> collections.deque[Request]:
        if operation in (Operation.SEND, Operation.SEND_MANY):
            return self._senders
        if operation in (Operation.RECEIVE, Operation.RECEIVE_MANY):
            return self._receivers
        return self._joiners if operation is Operation.JOIN else self._watchers

    @property
    def _is_rendezvous(self) -> bool:
        return self.capacity == 0

    @property
    def _has_room(self) -> bool:
        if self._is_rendezvous:
            return bool(self._receivers)
        if self.capacity is not None and self._counted >= self.capacity:
            return False
        # One element may exceed the bound, or it could never be sent.
        return self.byte_capacity is None or self._counted_bytes < self.byte_capacity or self._counted == 0

    def _settle(self) -> None:
        """Answers all that can be answered, until nothing changes any more."""
        while self._settle_sender() or self._settle_receiver():
            pass
        if self._unfinished == 0:
            while self._joiners:
                self._joiners.popleft().answer(Code.OK)
        if self._watchers:
            for watcher in [watcher for watcher in self._watchers if self._is_ready(watcher.kind)]:
                self._watchers.remove(watcher)
                watcher.answer(Code.OK)

    def _is_ready(self, operation: int) -> bool:
        if operation == 0:
            return self.is_closed or self._has_room
        if operation == 1:
            offered = self._is_rendezvous and bool(self._senders)
            return self.is_closed or offered or bool(self._elements)
        return self._unfinished == 0

    def _settle_sender(self) -> bool:
        if not self._senders:
            return False
        request = self._senders[0]
        if self.is_closed:
            self._senders.popleft()
            if request.accepted:
                request.give_up()
            else:
                request.answer(Code.CLOSED)
            return True
        if self._is_rendezvous or not self._has_room:
            return False
        while request.elements and self._has_room:
            self._put(request.elements.pop())
            request.accepted += 1
        if request.elements:
            return False
        self._senders.popleft()
        request.answer(Code.OK, request.accepted)
        return True

    def _put(self, element: Element) -> None:
        self._elements.append(element)
        self._counted += 1
        self._counted_bytes += len(element.data)
        self._bytes += len(element.data)
        self._unfinished += 1

    def _settle_receiver(self) -> bool:
        if not self._receivers:
            return False
        request = self._receivers[0]
        if self._is_rendezvous:
            return self._hand_over(request)
        if not self._elements:
            if self.is_closed:
                self._receivers.popleft().answer(Code.CLOSED)
            return self.is_closed
        self._receivers.popleft()
        if self._elements[0].kind != request.kind:
            request.answer(Code.WRONG_TYPE, self._elements[0].kind)
            return True
        taken = [self._take(request.run)]
        size = len(taken[0].data)
        while len(taken) < request.most and self._elements and self._elements[0].kind == request.kind:
            size += len(self._elements[0].data)
            if size > request.most_bytes:
                break
            taken.append(self._take(request.run))
        if len(taken) > 1 and not self.redelivers and request.run != HOST:
            count, size = self._lent.get(request.run, (0, 0))
            # The first one is used in any case.
            behind = taken[1:]
            self._lent[request.run] = count + len(behind), size + sum(len(element.data) for element in behind)
        self._deliver(request, taken)
        return True

    def _take(self, run: int) -> Element:
        element = self._elements.popleft()
        self._bytes -= len(element.data)
        if element.is_counted:
            self._counted -= 1
            self._counted_bytes -= len(element.data)
        if self.redelivers and run != HOST:
            self._held.setdefault(run, collections.deque()).append(element)
        return element

    def _deliver(self, request: Request, taken: list[Element]) -> None:
        if request.operation is Operation.RECEIVE:
            request.answer(Code.OK, request.kind, taken[0].data)
        else:
            request.answer(Code.OK, len(taken), join_elements([element.data for element in taken]))

    def _hand_over(self, request: Request) -> bool:
        """Hands an element from its sender to a receiver, in a channel that keeps none."""
        if not self._senders:
            if self.is_closed:
                self._receivers.popleft().answer(Code.CLOSED)
            return self.is_closed
        self._receivers.popleft()
        sender = self._senders[0]
        if sender.elements[-1].kind != request.kind:
            request.answer(Code.WRONG_TYPE, sender.elements[-1].kind)
            return True
        element = sender.elements.pop()
        sender.accepted += 1
        self._unfinished += 1
        if not sender.elements:
            self._senders.popleft()
            sender.answer(Code.OK, sender.accepted)
        self._deliver(request, [element])
        return True

    def _close(self, request: Request) -> None:
        self.is_closed = True
        discarded = 0
        if request.kind != 0:
            discarded = len(self._elements)
            self._unfinished = max(0, self._unfinished - discarded)
            self._elements.clear()
            self._counted = self._counted_bytes = self._bytes = 0
        self._settle()
        request.answer(Code.OK, discarded)

    def _give_back(self, request: Request) -> None:
        """Puts what a receiver has taken and not used in front again, where it counts toward no bound.

        So a run gives back what it was given, and no more.
        """
        elements = request.elements
        if self._is_rendezvous or not self._may_give_back(request.run, elements):
            return request.answer(Code.INVALID)
        if self.redelivers and request.run != HOST:
            # None if the run is over: what it held came back if it has died.
            held = self._held.get(request.run, collections.deque())
            elements = [element for element in elements if self._release(held, element)]
        for element in elements:
            self._elements.appendleft(element._replace(is_counted=False))
            self._bytes += len(element.data)
        request.answer(Code.OK)
        self._settle()

    def _may_give_back(self, run: int, elements: list[Element]) -> bool:
        """Whether a run was lent so much, which it then is no more. The host may, and who holds is looked at later."""
        if self.redelivers or run == HOST:
            return True
        count, size = self._lent.get(run, (0, 0))
        count, size = count - len(elements), size - sum(len(element.data) for element in elements)
        if count < 0 or size < 0:
            return False
        self._lent[run] = count, size
        return True

    @staticmethod
    def _release(held: collections.deque[Element], element: Element) -> bool:
        """Forgets that a run holds an element; of several that are equal, the one that it has received last.

        False if it holds none.
        """
        for position in range(len(held) - 1, -1, -1):
            if held[position][:2] == element[:2]:
                del held[position]
                return True
        return False

    def _task_done(self, request: Request) -> None:
        held = self._held.get(request.run)
        if held:
            # From now on it does not go back.
            held.popleft()
        if self._unfinished == 0:
            return request.answer(Code.INVALID)
        self._unfinished -= 1
        request.answer(Code.OK)
        self._settle()
