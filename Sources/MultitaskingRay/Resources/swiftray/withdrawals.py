"""Takes calls back from the cluster, a moment after they were cancelled."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Any

#: How long a cancelled call may take until it is taken back, in seconds.
_DELAY = 0.1


class Call:
    """A call that the cluster has."""

    def __init__(self, reference: Any) -> None:
        self.reference = reference
        self.has_ended = False


class Withdrawals:
    """Takes calls back that have not ended a moment after they were cancelled.

    The hub tells a worker which run is to end, and a run that was cancelled before it began does not begin. So only a
    call must be taken back that waits for a place, or whose worker does not answer. That is not done at once: if
    `ray.cancel` meets the end of the same call, a check in Ray fails, which ends the driver (seen with 2.60).
    """

    def __init__(self, withdraw: Callable[[Any, bool], None], delay: float = _DELAY) -> None:
        self._withdraw = withdraw
        self._delay = delay
        self._queue: queue.SimpleQueue[tuple[float, Call, bool]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        threading.Thread(target=self._serve, name="withdrawals", daemon=True).start()

    def add(self, call: Call, kills: bool) -> None:
        """Takes a call back if it has not ended after the delay; kills its worker if that is wanted."""
        self._queue.put((time.monotonic() + self._delay, call, kills))

    def close(self) -> None:
        """Takes nothing back from now on."""
        with self._lock:
            self._is_closed = True

    def _serve(self) -> None:
        while True:
            due, call, kills = self._queue.get()
            time.sleep(max(0.0, due - time.monotonic()))
            with self._lock:
                if not self._is_closed and not call.has_ended:
                    self._withdraw(call.reference, kills)
