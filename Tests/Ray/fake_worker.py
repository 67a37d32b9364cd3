"""A launched worker that does not do what it should, in the way that its argument says."""

from __future__ import annotations

import math
import os
import sys
import threading
from typing import Any

from host import LAUNCH_RESOURCES, RESOURCES  # noqa: F401
from swiftray.frames import HEADER, Kind
from swiftray.posts import RUN_BACK, RUN_DONE
from swiftray.stream import PREAMBLE, Inbox, Outbox

#: What it says when it is given a task; an outcome where there is no other kind.
ANSWERS: dict[str, tuple[Kind, Any]] = {
    "another-run": (Kind.OUTCOME, [[12345, [0, True, b"", b"", 0, False, [0, 0, 0], bytes(5)]]]),
    "no-outcome": (Kind.OUTCOME, "done"),
    "huge-numbers": (Kind.OUTCOME, [[1, [0, True, b"", b"", 0, False, [-1, 0, 0], bytes(5)]]]),
    "no-end": (Kind.OUTCOME, [[1, [77, True, b"", b"", 0, False, [0, 0, 0], bytes(5)]]]),
    "number-for-bytes": (Kind.OUTCOME, [[1, [0, True, 1 << 40, b"", 0, False, [0, 0, 0], bytes(5)]]]),
    "no-place": (Kind.OUTCOME, [[1, [0, True, b"", b"", 0, False, [0, 0, 0], b""]]]),
    "as-host": (Kind.CALL, ["", "requests", [0, 0, 0, []]]),
    "no-pool": (Kind.CALL, ["elsewhere/1", "poll", [5, 0]]),
    "no-method": (Kind.CALL, ["", "close", []]),
    "no-text-as-method": (Kind.CALL, ["", "\ud800", []]),
    "private-method": (Kind.CALL, ["", "_forget", [0]]),
    "short-poll": (Kind.CALL, ["", "poll", [5]]),
    "infinite-version": (Kind.CALL, ["", "poll", [5, math.inf]]),
    "unknown-post": (Kind.CALL, ["", "requests", [5, 0, 0, [[250, 1, 1, b""]]]]),
    "ends-pool": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.ENDPOOL, 0, 0, b"\1"]]]]),
    "cancels": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.CANCEL, 0, 1, b"\2"]]]]),
    "ends-another-run": (Kind.CALL, ["", "requests", [5, 0, 0, [[RUN_BACK, 0, 2, b""]]]]),
    "asks-for-another-run": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.HUB, 1, 2, bytes(25)]]]]),
    "starts-nowhere": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.STARTED, 1, 1, b"\0\0\0\0\5abcd"]]]]),
    "prints-nothing": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.OUTPUT, 1, 1, b""]]]]),
    "reports-nothing": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.REPORT, 1, 1, bytes(7)]]]]),
    "finalizes-otherwise": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.FINALIZED, 0, 0, b"\x07"]]]]),
    "finalizes-nothing": (Kind.CALL, ["", "requests", [5, 0, 0, [[Kind.FINALIZED, 0, 0, b""]]]]),
    "short-end": (Kind.CALL, ["", "requests", [5, 0, 0, [[RUN_DONE, 0, 1, bytes(30)]]]]),
    "end-without-output": (Kind.CALL, ["", "requests", [5, 0, 0, [[RUN_DONE, 0, 1, bytes(31) + b"\5\0\0\0"]]]]),
    "shares-as-host": (Kind.CALL, ["", "share", [1, b""]]),
    "locates-elsewhere": (Kind.CALL, ["", "locate", [1, "elsewhere", [1, 2]]]),
    "looks-elsewhere": (Kind.CALL, ["", "shared", [1, "elsewhere"]]),
    "another-pool": (Kind.CALL, ["/77", "poll", [5, 0]]),
    "driver-speech": (Kind.RUN, None),
    "second-greeting": (Kind.LAUNCHED, ["here", 1, None]),
}


def main() -> None:
    """Says that it is a worker, and waits for a task."""
    mode = sys.argv[1]
    os.write(1, PREAMBLE)
    size = int(os.read(0, 10))
    while size:
        size -= len(os.read(0, size))
    outbox = Outbox(1, 0.2, lambda: None)
    inbox = Inbox()
    while True:
        try:
            frames = inbox.read(0)
        except EOFError:
            os._exit(0)
        for frame, value in frames:
            if frame.kind is Kind.LAUNCH:
                outbox.put(Kind.LAUNCHED, 0, ["here", os.getpid(), None])
            elif frame.kind is Kind.RUN:
                answer(mode, value, outbox)


def answer(mode: str, value: object, outbox: Outbox) -> None:
    """Misbehaves."""
    if mode == "damage":
        outbox.put_bytes(b"\xff" * 64)
    elif mode == "no-value":
        outbox.put_bytes(HEADER.pack(9 + 3, Kind.OUTCOME, 0) + b"abc")
    elif mode == "says-too-much":
        outbox.put_bytes(HEADER.pack(9 + (1 << 30), Kind.OUTCOME, 0) + bytes(64))
    elif mode == "pickle":
        outbox.put_bytes(HEADER.pack(9 + 20, Kind.OUTCOME, 0) + b"\x10\0\0\0cos\nabort\n(tR......"[:20])
    elif mode == "silence":
        threading.Event().wait()
    else:
        kind, said = ANSWERS[mode]
        assert isinstance(value, list)
        if kind is Kind.CALL and said[0] in ("", "/77"):
            # Its own pool, or another one of its driver's.
            prefix, _, name = value[0][0].rpartition("/")
            said = [prefix + (said[0] or f"/{name}"), *said[1:]]
        outbox.put(kind, 1, said)


if __name__ == "__main__":
    main()
