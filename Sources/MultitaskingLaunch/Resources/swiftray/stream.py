"""Frames over any two descriptors, such as the standard input and output of a command on another machine.

The payload of a frame is a value: what JSON has, and bytes. What arrives is input: what does not fit is a
`ProtocolError`, and the connection ends. Nothing that arrives is ever executed.

Each end sends something once a period at least, so that the other one knows that it is there.
"""

from __future__ import annotations

import json
import os
import queue
import socket
import struct
import threading
from typing import Any, Callable

from swiftray.frames import GREATEST_FRAME, GREATEST_PAYLOAD, HEADER, Buffer, Frame, FrameReader, Kind, ProtocolError

#: What a worker says before its first frame. What comes before that is somebody else's: a banner, a profile's output.
PREAMBLE = b"\0multitasking worker 1\n"
#: How many periods an end may be silent before it is given up.
MOST_PERIODS = 3

_CHUNK = 1 << 18
#: Up to how many bytes a frame is written by the thread that has it.
_SMALL = 1 << 16
_SIZE = struct.Struct("<I")


def pack(value: Any) -> list[Buffer]:
    """A value as bytes: a text with its size, and then the bytes that occur in it, one after the other."""
    blobs: list[Buffer] = []

    def take(data: object) -> dict[str, int]:
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"{type(data).__name__} cannot be sent")
        view = memoryview(data).cast("B")
        blobs.append(view)
        return {"": len(view)}

    text = json.dumps(value, default=take, separators=(",", ":")).encode()
    return [_SIZE.pack(len(text)) + text, *blobs]


def unpack_value(data: Buffer) -> Any:
    """The value of which `pack` has made these bytes; sequences are lists."""
    view = memoryview(data)
    if len(view) < _SIZE.size:
        raise ProtocolError("a value has no size")
    (size,) = _SIZE.unpack_from(view)
    position = _SIZE.size + size
    if position > len(view):
        raise ProtocolError("a value ends within its text")

    def give(found: dict[str, Any]) -> Any:
        nonlocal position
        if list(found) != [""]:
            return found
        count = found[""]
        if type(count) is not int or not 0 <= count <= len(view) - position:
            raise ProtocolError("a value says that it has bytes which did not come")
        position += count
        return bytes(view[position - count : position])

    try:
        return json.loads(bytes(view[_SIZE.size : position]), object_hook=give)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"a value is malformed: {error}") from None


def _frame(kind: int, number: int, parts: list[Buffer]) -> list[Buffer]:
    size = sum(map(len, parts))
    most = GREATEST_FRAME - 9
    if size <= most:
        return [HEADER.pack(9 + size, kind, number), *parts]
    payload = memoryview(b"".join(parts))
    frames: list[Buffer] = []
    while len(payload) > most:
        frames += [HEADER.pack(9 + most, Kind.MORE, number), payload[:most]]
        payload = payload[most:]
    return [*frames, HEADER.pack(9 + len(payload), kind, number), payload]


class Outbox:
    """Writes frames, so that nobody waits for a slow link; and one now and then without need.

    What is small is written at once, if that can be; all else by a thread.
    """

    def __init__(self, end: socket.socket | int, period: float, closed: Callable[[], None]) -> None:
        #: A socket, or a descriptor whose other end is always read. Must stay open until the outbox was joined.
        self._end = end
        self._period = period
        self._lock = threading.Lock()
        #: Until it has said something, there may be nothing that understands a frame.
        self._has_begun = False
        #: How many frames the thread has, or is about to have.
        self._pending = 0
        #: Frames, and None at the end.
        self._frames: queue.SimpleQueue[list[Buffer] | None] = queue.SimpleQueue()
        self._closed = closed
        self._thread = threading.Thread(target=self._serve, name="write", daemon=True)
        self._thread.start()

    def put(self, kind: Kind, number: int = 0, value: Any = None) -> None:
        """Sends a frame, some time."""
        frame = _frame(kind, number, pack(value))
        with self._lock:
            if self._has_begun and self._pending == 0 and sum(map(len, frame)) <= _SMALL:
                rest = self._write_now(b"".join(frame))
                if not rest:
                    return
                frame = [rest]
            self._pending += 1
            self._frames.put(frame)

    def put_bytes(self, data: bytes) -> None:
        """Sends what is no frame."""
        with self._lock:
            self._pending += 1
            self._frames.put([data])

    def close(self) -> None:
        """Calls `closed` when everything is written."""
        self._frames.put(None)

    def join(self) -> None:
        """Returns when nothing is written any more."""
        self._thread.join()

    def _write_now(self, data: bytes) -> bytes:
        """Writes what can be written; the rest."""
        try:
            if isinstance(self._end, int):
                self._write(data)
                return b""
            return data[self._end.send(data, socket.MSG_DONTWAIT) :]
        except BlockingIOError:
            return data
        except OSError:
            # The other end has gone, which the reader finds out.
            return b""

    def _serve(self) -> None:
        beat = _frame(Kind.BEAT, 0, pack(None))
        try:
            while True:
                try:
                    frame = self._frames.get(timeout=self._period if self._has_begun else None)
                except queue.Empty:
                    with self._lock:
                        if self._pending > 0:
                            # What has come meanwhile goes first: its beginning may be written already.
                            continue
                        self._pending += 1
                    frame = beat
                self._has_begun = True
                if frame is None:
                    return self._closed()
                for part in frame:
                    self._write(part)
                with self._lock:
                    self._pending -= 1
        except OSError:
            pass

    def _write(self, part: Buffer) -> None:
        view = memoryview(part)
        while len(view) > 0:
            count = os.write(self._end if isinstance(self._end, int) else self._end.fileno(), view[:_CHUNK])
            view = view[count:]


class Inbox:
    """Cuts what arrives into frames with their values."""

    def __init__(self, most: int = GREATEST_PAYLOAD) -> None:
        self._reader = FrameReader(most)

    def read(self, descriptor: int) -> list[tuple[Frame, Any]]:
        """Reads what there is. Raises EOFError at the end."""
        data = os.read(descriptor, _CHUNK)
        if not data:
            raise EOFError
        return self.feed(data)

    def feed(self, data: bytes) -> list[tuple[Frame, Any]]:
        """Takes in what has arrived."""
        return [(frame, unpack_value(frame.rest(0))) for frame in self._reader.feed(data)]
