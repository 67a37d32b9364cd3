"""A client's end of the hub: gathers what is to be said into batches, and hands on what comes back, in order.

While two batches are under way, what is said gathers for the next: so one that says much pays for few calls.
"""

from __future__ import annotations

import functools
import threading
from concurrent.futures import CancelledError, Future
from typing import Any, Callable, Protocol

from swiftray.frames import REPLY, SIGNAL, Code, Kind
from swiftray.posts import CLIENT_GONE, Delivery, Item, Post, size_of

#: How many batches are under way at once.
_MOST_BATCHES = 2
#: How many bytes a batch has, about.
_MOST_BYTES = 16 << 20
#: What tasks that are submitted later rely on.
_BEFORE_TASKS = (Kind.SETUP, Kind.UNSHARED)
#: How many signals are remembered.
_MOST_SIGNALS = 4096


class HubCalls(Protocol):
    """The calls of a hub, wherever it is."""

    def requests(self, client: int, batch: int, version: int, posts: list[Post]) -> Future[Delivery]:
        """See `Hub.requests`."""

    def poll(self, client: int, version: int) -> Future[Delivery]:
        """See `Hub.poll`."""

    def share(self, number: int, handle: Any) -> Future[None]:
        """See `Hub.share`."""

    def shared(self, number: int, node: str) -> Future[tuple[Any, tuple[int, int] | None]]:
        """See `Hub.shared`."""

    def locate(self, number: int, node: str, place: tuple[int, int]) -> Future[None]:
        """See `Hub.locate`."""


class AskedHub:
    """The calls of a hub that is asked by a function: its pool, the name of the call, its arguments."""

    def __init__(self, ask: Callable[[str, str, tuple[Any, ...]], Future[Any]], pool: str) -> None:
        self._ask = ask
        self._pool = pool

    def requests(self, client: int, batch: int, version: int, posts: list[Post]) -> Future[Delivery]:
        return self._ask(self._pool, "requests", (client, batch, version, posts))

    def poll(self, client: int, version: int) -> Future[Delivery]:
        return self._ask(self._pool, "poll", (client, version))

    def share(self, number: int, handle: Any) -> Future[None]:
        return self._ask(self._pool, "share", (number, handle))

    def shared(self, number: int, node: str) -> Future[tuple[Any, tuple[int, int] | None]]:
        return self._ask(self._pool, "shared", (number, node))

    def locate(self, number: int, node: str, place: tuple[int, int]) -> Future[None]:
        return self._ask(self._pool, "locate", (number, node, place))


class HubLink:
    """What one client says to the hub, and is told.

    `deliver` is called with each item, and with a SIGNALS frame before the items that may depend on it; one call at a
    time. `lost` is called once, when the hub does not answer any more, unless the link was closed before.
    """

    def __init__(
        self, client: int, calls: HubCalls, deliver: Callable[[Item], None], lost: Callable[[str], None]
    ) -> None:
        self.client = client
        self._calls = calls
        self._deliver = deliver
        self._tell_lost = lost
        self._lock = threading.RLock()
        #: Whoever is told something may say something, whose answer may come at once: it is handed on afterwards.
        self._delivering = threading.RLock()
        self._outbox: list[Post] = []
        #: How many bytes wait to be said, about.
        self.backlog = 0
        self._batch = 0
        self._under_way = 0
        self._unanswered: set[int] = set()
        #: The version of each signal's last change that was handed on. A frame that names it again would do no harm.
        self._signals: dict[int, int] = {}
        self.version = 0
        #: Deliveries that came before their turn.
        self._early: dict[int, tuple[Delivery, int | None]] = {}
        self._next_delivery = 1
        #: What waits until a batch was answered.
        self._syncs: dict[int, list[Callable[[], None]]] = {}
        self.is_lost = False
        self._is_closed = False

    def start(self) -> None:
        """Begins to listen."""
        self._poll()

    def post(self, posts: list[Post]) -> None:
        """Says something; it is answered by items."""
        with self._lock:
            self._outbox += posts
            self.backlog += sum(map(size_of, posts))
            self._unanswered.update(post[1] for post in posts if post[0] == Kind.HUB)
            is_lost = self.is_lost
        if is_lost:
            self._answer_lost()
        else:
            self._send()

    def sync(self, then: Callable[[], None]) -> None:
        """Calls `then` when all that was said has taken effect, and what the hub knew then was handed on."""
        with self._lock:
            is_lost = self.is_lost
            if not is_lost:
                # The next batch, even if it is empty.
                self._syncs.setdefault(self._batch, []).append(then)
        if is_lost:
            then()
        else:
            self._send()

    def wait_sync(self, limit: float | None) -> bool:
        """Blocks until `sync` would call; False if the limit has passed."""
        event = threading.Event()
        self.sync(event.set)
        return event.wait(limit)

    def close(self) -> None:
        """Says nothing more, and is told nothing more."""
        with self._lock:
            if self._is_closed or self.is_lost:
                return
            self._is_closed = True
            if self.client != 0:
                gone: Post = (CLIENT_GONE, 0, 0, b"")
                self._outbox.append(gone)
                self.backlog += size_of(gone)
        self._send()

    # Saying

    def _send(self) -> None:
        """Sends what waits. Holds no lock while it calls: an answer may come at once, on this thread."""
        while True:
            with self._lock:
                batch = self._batch
                if self.is_lost or self._under_way >= _MOST_BATCHES or not (self._outbox or batch in self._syncs):
                    return
                posts = self._next_posts()
                if self._outbox and batch in self._syncs:
                    # What was said before a sync must all have been said.
                    self._syncs.setdefault(batch + 1, []).extend(self._syncs.pop(batch))
                self._batch += 1
                self._under_way += 1
            try:
                future = self._calls.requests(self.client, batch, self.version, posts)
            except Exception as error:
                return self._lose(error)
            future.add_done_callback(functools.partial(self._take, batch))

    def _next_posts(self) -> list[Post]:
        size, count = 0, 0
        while count < len(self._outbox) and size < _MOST_BYTES:
            size += size_of(self._outbox[count])
            count += 1
        self.backlog -= size
        posts, self._outbox = self._outbox[:count], self._outbox[count:]
        return posts

    def _poll(self) -> None:
        with self._lock:
            if self._is_closed or self.is_lost:
                return
        try:
            future = self._calls.poll(self.client, self.version)
        except Exception as error:
            return self._lose(error)
        future.add_done_callback(functools.partial(self._take, None))

    # Being told

    def _take(self, batch: int | None, future: Future[Delivery]) -> None:
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            return self._lose(error)
        self._hand_on(future.result(), batch)
        if batch is None:
            self._poll()
        else:
            with self._lock:
                self._under_way -= 1
            self._send()

    def _hand_on(self, delivery: Delivery, batch: int | None) -> None:
        due: list[Callable[[], None]] = []
        with self._delivering:
            self._early[delivery.number] = (delivery, batch)
            while self._next_delivery in self._early:
                due += self._hand_on_next(*self._early.pop(self._next_delivery))
                self._next_delivery += 1
        for then in due:
            then()

    def _hand_on_next(self, delivery: Delivery, batch: int | None) -> list[Callable[[], None]]:
        _, version, signals, items = delivery
        with self._lock:
            changed = [s for s in reversed(signals) if s[1] > self._signals.get(s[0], 0)]
            self._signals.update((target, changed_at) for target, changed_at, _ in changed)
            self._unanswered.difference_update(item[1] for item in items if item[0] == Kind.HUBRES)
        if changed:
            payload = b"".join(SIGNAL.pack(target, is_set) for target, _, is_set in changed)
            self._deliver((Kind.SIGNALS, 0, payload, b""))
        # A task that is to know of these waits for the version alone.
        for item in items:
            if item[0] in _BEFORE_TASKS:
                self._deliver(item)
        # Not before the frame is written, and not after what follows it: what acts on either relies on that.
        self.version = max(self.version, version)
        for item in items:
            if item[0] not in _BEFORE_TASKS:
                self._deliver(item)
        with self._lock:
            if len(self._signals) > _MOST_SIGNALS:
                self._signals = {}
            return [] if batch is None else self._syncs.pop(batch, [])

    def _lose(self, error: BaseException) -> None:
        with self._lock:
            if self.is_lost:
                return
            self.is_lost = True
            is_closed = self._is_closed
            due = [then for thens in self._syncs.values() for then in thens]
            self._syncs = {}
        if not is_closed:
            self._answer_lost()
        # Who waits for what was said waits no longer, even if the hub has only forgotten a client that has left.
        for then in due:
            then()
        if not is_closed:
            self._tell_lost(f"{type(error).__name__}: {error}")

    def _answer_lost(self) -> None:
        with self._lock:
            unanswered, self._unanswered = self._unanswered, set()
        for number in sorted(unanswered):
            self._deliver((Kind.HUBRES, number, REPLY.pack(Code.LOST, 0), b""))
