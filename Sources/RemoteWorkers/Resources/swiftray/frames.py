"""Frames: what host, driver, wrapper and child say to each other over sockets of one machine.

Nothing here knows Ray. What arrives is input: what does not fit is a `ProtocolError`, and the connection ends.
"""

from __future__ import annotations

import contextlib
import enum
import fcntl
import mmap
import os
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, Union

VERSION = 1

#: What a payload may consist of, without being copied.
Buffer = Union[bytes, bytearray, memoryview]


class Kind(enum.IntEnum):
    """What a frame is."""

    HELLO = 1
    READY = 2
    SUBMIT = 3
    DONE = 4
    STARTED = 5
    CANCEL = 6
    HUB = 7
    HUBRES = 8
    SHUT = 9
    STATS = 10
    POOL = 11
    POOLREADY = 12
    ENDPOOL = 13
    POOLENDED = 14
    SIGNALS = 15
    HUBCANCEL = 16
    OUTPUT = 17
    REPORT = 18
    POOLLOST = 19
    FINALIZED = 20
    SHARE = 21
    FETCH = 22
    # Between a driver and the workers that it has launched.
    LAUNCH = 32
    LAUNCHED = 33
    RUN = 34
    OUTCOME = 35
    CALL = 36
    RETURN = 37
    BEAT = 38
    TASK = 64
    RESULT = 65
    END = 66
    NOTE = 67
    SETUP = 68
    UNSHARED = 69
    MORE = 127


class Operation(enum.IntEnum):
    """What a request asks of the hub."""

    MAKE_CHANNEL = 1
    SEND = 2
    RECEIVE = 3
    CLOSE = 4
    STATUS = 5
    TASK_DONE = 6
    JOIN = 7
    READY = 8
    MAKE_SIGNAL = 9
    SET = 10
    CLEAR = 11
    EXISTS = 12
    DROP = 13
    SETUP = 14
    SEND_MANY = 15
    RECEIVE_MANY = 16
    UNSHARE = 17
    GIVE_BACK = 18


class Code(enum.IntEnum):
    """What a request is answered with."""

    NO = 0
    OK = 1
    CLOSED = 2
    NO_SUCH_OBJECT = 3
    WRONG_TYPE = 4
    INVALID = 5
    LOST = 255


class End(enum.IntEnum):
    """How a run has ended."""

    VALUE = 0
    THROWN = 1
    FAILURE = 2
    CRASHED = 3
    TIMED_OUT = 4
    CANCELLED = 5
    LOST = 6
    OTHER = 7
    OUT_OF_MEMORY = 8
    #: No worker could be had, so that nothing has run.
    UNREACHABLE = 9
    #: It has ended, and what came of it has too many bytes to be sent.
    TOO_LARGE = 10


#: The number that stands for "no bound".
NONE = (1 << 64) - 1

HEADER = struct.Struct("<IBQ")
SUBMISSION = struct.Struct("<II")
LIMITS = struct.Struct("<qq")
ORDER = struct.Struct("<IIQQQBIQ")
DONE = struct.Struct("<BBQQQ")
OUTPUT_SIZE = struct.Struct("<I")
PID = struct.Struct("<I")
POOL_NUMBER = struct.Struct("<I")
REQUEST = struct.Struct("<BQQq")
#: A pool, and the number of a shared value.
SHARED = struct.Struct("<IQ")
REPLY = struct.Struct("<BQ")
CHANNEL = struct.Struct("<QQB")
STATUS = struct.Struct("<QQQQ")
MOST = struct.Struct("<II")
SIZE = struct.Struct("<I")
SIGNAL = struct.Struct("<QB")
BLOB = struct.Struct("<Q")
TIMES = struct.Struct("<QQQ")
DEATH = struct.Struct("<iIBiiQIq")

#: What some distributions of Python leave out, which are built for older systems.
NEEDED_CALLS = ("memfd_create", "pidfd_open")
#: A frame's length that is taken for damage.
GREATEST_FRAME = (1 << 30) + 9
#: How long the parts are in which a longer payload is sent.
_PART = 1 << 28
#: What all parts of a payload may have together.
GREATEST_PAYLOAD = 64 << 30
#: How long a tail is that travels as a descriptor.
BLOB_SIZE = 1 << 20
#: How many bytes an element of a channel has at most: its size stands before it in four.
GREATEST_ELEMENT = (1 << 32) - 1
#: How a call may have ended: with a value, an error of its function, or one of the pool.
CALL_ENDS = (b"\x00", b"\x01", b"\x02")
#: The bit of a kind that says so.
BLOB_FLAG = 0x80

_CHUNK = 1 << 18
_MOST_DESCRIPTORS = 64
_ADD_SEALS, _GET_SEALS, _SEAL_SHRINK = 1033, 1034, 2


class SizeLimit(NamedTuple):
    """How many bytes one message may carry: whoever has more says so, instead of sending what would be no message."""

    most: int
    #: Where that comes from.
    reason: str

    def refusal(self, what: str, size: int, advice: str = "") -> str | None:
        """Why something of so many bytes is not sent, and what to do; None if it is."""
        if size <= self.most:
            return None
        text = f"{what} has {size} bytes, and at most {self.most} can be sent at once ({self.reason})"
        return f"{text}: {advice}" if advice else text


#: What any two ends can say to each other, with what stands before it.
PROTOCOL_LIMIT = SizeLimit(GREATEST_PAYLOAD - BLOB_SIZE, "as the protocol has it")


class ProtocolError(Exception):
    """The other end does not speak this protocol, or the bytes were damaged."""


class Frame(NamedTuple):
    """One message. Where the tail came in a descriptor it is separate, and else it is the end of the head."""

    kind: Kind
    id: int
    head: bytes
    tail: Buffer = b""

    def rest(self, offset: int) -> Buffer:
        """What stands behind the first `offset` bytes, copied only if it is in two pieces."""
        if len(self.head) < offset:
            raise ProtocolError(f"{self.kind.name} has {len(self.head)} bytes instead of at least {offset}")
        if len(self.tail) == 0:
            return self.head[offset:]
        return self.tail if len(self.head) == offset else self.head[offset:] + bytes(self.tail)


class FrameReader:
    """Cuts what arrives into frames; knows no socket."""

    def __init__(self, most: int = GREATEST_PAYLOAD) -> None:
        #: How long a payload may be.
        self._most = most
        self._buffer = bytearray()
        self._descriptors: deque[int] = deque()
        #: Not each on its own: they may be many and short.
        self._parts = bytearray()
        self._parts_of: int | None = None

    def feed(self, data: bytes, descriptors: Sequence[int] = ()) -> list[Frame]:
        """Takes in what has arrived, and gives the frames that are complete."""
        self._descriptors.extend(descriptors)
        self._buffer += data
        frames: list[Frame] = []
        position = 0
        while len(self._buffer) - position >= HEADER.size:
            length, kind, number = HEADER.unpack_from(self._buffer, position)
            if not 9 <= length <= GREATEST_FRAME:
                raise ProtocolError(f"a frame says that it has {length} bytes")
            if len(self._parts) + length - 9 > self._most:
                raise ProtocolError(f"a payload has more than {self._most} bytes")
            end = position + 4 + length
            if len(self._buffer) < end:
                break
            with memoryview(self._buffer) as view:
                payload = bytes(view[position + HEADER.size : end])
            position = end
            frame = self._frame(kind, number, payload)
            if frame is not None:
                frames.append(frame)
        if position:
            del self._buffer[:position]
        return frames

    def close(self) -> None:
        """Closes descriptors that no frame has taken."""
        while self._descriptors:
            os.close(self._descriptors.popleft())

    def _frame(self, kind: int, number: int, payload: bytes) -> Frame | None:
        if self._parts_of is not None and number != self._parts_of:
            raise ProtocolError("a frame came between the parts of another")
        if kind == Kind.MORE:
            self._parts_of = number
            self._parts += payload
            return None
        if self._parts_of is not None:
            self._parts += payload
            payload = bytes(self._parts)
            self._parts, self._parts_of = bytearray(), None
        try:
            known = Kind(kind & ~BLOB_FLAG)
        except ValueError:
            raise ProtocolError(f"there is no frame of kind {kind}") from None
        if not kind & BLOB_FLAG:
            return Frame(known, number, payload)
        if len(payload) < BLOB.size or not self._descriptors:
            raise ProtocolError(f"{known.name} says that it has a descriptor, which did not come")
        (count,) = BLOB.unpack_from(payload)
        return Frame(known, number, payload[BLOB.size :], map_blob(self._descriptors.popleft(), count))


class Connection:
    """A socket that carries frames: any thread may write, one reads."""

    def __init__(self, stream: socket.socket) -> None:
        self.stream = stream
        self._reader = FrameReader()
        self._lock = threading.Lock()

    def read(self) -> list[Frame]:
        """Waits until something has arrived; the frames that are now complete, perhaps none.

        Raises EOFError at the end of file.
        """
        data, descriptors, _, _ = socket.recv_fds(
            self.stream, _CHUNK, _MOST_DESCRIPTORS, getattr(socket, "MSG_CMSG_CLOEXEC", 0x40000000)
        )
        if not data:
            raise EOFError
        return self._reader.feed(data, descriptors)

    def write(self, kind: Kind, number: int, head: bytes = b"", tail: Buffer = b"") -> bool:
        """Writes a frame, and a long tail as a descriptor; False if nobody reads any more."""
        descriptor: int | None = None
        # A long head has to be split.
        if len(tail) > BLOB_SIZE and len(head) <= _PART:
            # Without a descriptor or memory for it, the tail goes the way of a short one: it is not to be lost.
            with contextlib.suppress(OSError):
                descriptor = make_blob(tail)
        if descriptor is None:
            return self._write_inline(kind, number, head, tail)
        try:
            return self.write_descriptor(kind, number, head, descriptor, len(tail))
        finally:
            os.close(descriptor)

    def write_descriptor(self, kind: Kind, number: int, head: bytes, descriptor: int, count: int) -> bool:
        """Writes a frame whose tail is in a blob that is there already."""
        try:
            payload = BLOB.pack(count) + head
            data = HEADER.pack(9 + len(payload), kind | BLOB_FLAG, number) + payload
            with self._lock:
                sent = socket.send_fds(self.stream, [data], [descriptor])
                self.stream.sendall(data[sent:])
            return True
        except OSError:
            return False

    def close(self) -> None:
        self._reader.close()
        self.stream.close()

    def _write_inline(self, kind: Kind, number: int, head: bytes, tail: Buffer) -> bool:
        try:
            with self._lock:
                self._send(kind, number, b"".join((head, tail)))
            return True
        except OSError:
            return False

    def _send(self, kind: int, number: int, payload: bytes) -> None:
        while len(payload) > _PART:
            self.stream.sendall(HEADER.pack(9 + _PART, Kind.MORE, number) + payload[:_PART])
            payload = payload[_PART:]
        self.stream.sendall(HEADER.pack(9 + len(payload), kind, number) + payload)


class TailMemory:
    """Memory for large tails that go to one reader, each of which it has read when the next one is written.

    The system need not find and clear its pages anew: memory that was filled before takes half as long to fill.
    """

    #: How long memory is kept that is not used, in seconds.
    PATIENCE = 1.0
    #: How much is kept, in bytes: the run that follows may take long.
    LIMIT = 256 << 20

    def __init__(self) -> None:
        #: Whoever writes need not be who gives the memory back.
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._last_use = 0.0

    @property
    def is_kept(self) -> bool:
        """Whether there is something to give back."""
        return self._descriptor is not None

    def write(self, connection: Connection, kind: Kind, number: int, head: bytes, tail: Buffer) -> bool:
        """Writes a frame, by this memory if it is large; False if nobody reads any more."""
        if len(tail) <= BLOB_SIZE:
            return connection.write(kind, number, head, tail)
        with self._lock:
            try:
                if self._descriptor is None:
                    self._descriptor = new_sealed_file("multitasking")
                _fill_blob(self._descriptor, tail)
            except OSError:
                self._release()
            else:
                self._last_use = time.monotonic()
                is_written = connection.write_descriptor(kind, number, head, self._descriptor, len(tail))
                # What another tail has left behind this one's end counts as well.
                if os.fstat(self._descriptor).st_size > self.LIMIT:
                    self._release()
                return is_written
        return connection.write(kind, number, head, tail)

    def release_unused(self) -> None:
        """Gives the memory back if it was not used for a while."""
        with self._lock:
            if self.is_kept and time.monotonic() - self._last_use >= self.PATIENCE:
                self._release()

    def close(self) -> None:
        """Gives the memory back."""
        with self._lock:
            self._release()

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def make_blob(data: Buffer, name: str = "multitasking") -> int:
    """A sealed memfd that holds `data`."""
    descriptor = new_sealed_file(name)
    try:
        _fill_blob(descriptor, data)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def new_sealed_file(name: str) -> int:
    """A file in memory, of no bytes yet, which can grow and not shrink: who maps it is safe."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        fcntl.fcntl(descriptor, _ADD_SEALS, _SEAL_SHRINK)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _fill_blob(descriptor: int, data: Buffer) -> None:
    with memoryview(data).cast("B") as view:
        written = 0
        while written < len(view):
            written += os.pwrite(descriptor, view[written : written + (1 << 30)], written)


def is_sealed(descriptor: int) -> bool:
    """Whether a memfd cannot shrink: one that does kills its reader."""
    return bool(fcntl.fcntl(descriptor, _GET_SEALS) & _SEAL_SHRINK)


def map_blob(descriptor: int, count: int) -> memoryview:
    """The first `count` bytes of a blob, mapped. Closes the descriptor."""
    try:
        if not is_sealed(descriptor):
            raise ProtocolError("a blob is not sealed")
        if os.fstat(descriptor).st_size < count:
            raise ProtocolError("a blob is shorter than its frame says")
        if count == 0:
            return memoryview(b"")
        return memoryview(mmap.mmap(descriptor, count, prot=mmap.PROT_READ))
    except OSError as error:
        raise ProtocolError(f"a blob cannot be mapped: {error}") from None
    finally:
        os.close(descriptor)


def join_elements(elements: Sequence[bytes]) -> bytes:
    """Several elements, each behind its size."""
    return b"".join([part for element in elements for part in (SIZE.pack(len(element)), element)])


def split_elements(data: Buffer) -> list[bytes]:
    """The elements that `join_elements` has joined."""
    elements: list[bytes] = []
    view = memoryview(data)
    position = 0
    while position < len(view):
        if len(view) - position < SIZE.size:
            raise ProtocolError("a batch ends within a size")
        (size,) = SIZE.unpack_from(view, position)
        position += SIZE.size
        if len(view) - position < size:
            raise ProtocolError("a batch ends within an element")
        elements.append(bytes(view[position : position + size]))
        position += size
    return elements


def utf8(value: str, most: int | None = None) -> bytes:
    """A text as UTF-8, cut where it is too long. What no UTF-8 has, as half of a surrogate pair, becomes `?`: texts of
    other ends may have it, and are to be told all the same."""
    return value.encode("utf-8", "replace")[:most]


def text(value: str, most: int = 0xFFFF) -> bytes:
    """UTF-8 behind its size, cut where it is too long."""
    data = utf8(value, most)
    return struct.pack("<H", len(data)) + data


#: In the size of a SUBMIT's options: the next SUBMIT goes with this one, in one call of the cluster.
GOES_ON = 1 << 31


def place(pid: int, node: str) -> bytes:
    """Where a run is: the payload of its STARTED."""
    data = utf8(node, 0xFF)
    return PID.pack(pid) + bytes([len(data)]) + data


#: Where a run is of which that is not known.
NOWHERE = place(0, "")


def unpack(layout: struct.Struct, frame: Frame, offset: int = 0) -> tuple[int, ...]:
    """The numbers at an offset of a frame's head."""
    if len(frame.head) - offset < layout.size:
        raise ProtocolError(f"{frame.kind.name} is too short")
    return layout.unpack_from(frame.head, offset)
