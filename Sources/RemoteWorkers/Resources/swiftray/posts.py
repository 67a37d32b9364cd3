"""What a hub and its clients say to each other."""

from __future__ import annotations

from typing import NamedTuple

#: A frame for a client: kind, id, head, tail.
Item = tuple[int, int, bytes, bytes]
#: What a client hands over: kind, id, run, payload.
Post = tuple[int, int, int, bytes]

#: What only clients say to the hub: a run has ended, or died with what it held; the client itself goes.
RUN_ENDED = 200
RUN_DIED = 201
CLIENT_GONE = 202
#: What wrappers tell the driver by the hub: a run has not begun and will not; it is done, with its DONE's payload.
RUN_BACK = 203
RUN_DONE = 204

#: About how many bytes an item or a post takes besides those that it has.
_OVERHEAD = 256


def size_of(said: Item | Post) -> int:
    """About how many bytes of memory something takes that waits."""
    return _OVERHEAD + sum(len(part) for part in said if isinstance(part, bytes))


class Delivery(NamedTuple):
    """A reply to a client, which takes them in the order of their numbers, whatever order they arrive in."""

    number: int
    #: All changes of signals up to this version are known with this delivery.
    version: int
    #: Object, version, state of each signal that has changed since the client's version.
    signals: list[tuple[int, int, bool]]
    items: list[Item]
