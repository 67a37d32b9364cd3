"""Frames: what is written is read, whatever pieces it arrives in; what does not fit is refused."""

from __future__ import annotations

import errno
import os
import random
import socket
import struct
import threading
import time
import unittest
from unittest import mock

import host  # noqa: F401  (finds the package)
from swiftray.frames import (
    BLOB,
    BLOB_FLAG,
    BLOB_SIZE,
    HEADER,
    Connection,
    Frame,
    FrameReader,
    Kind,
    ProtocolError,
    TailMemory,
    join_elements,
    make_blob,
    map_blob,
    split_elements,
)


def encoded(kind: int, number: int, payload: bytes) -> bytes:
    return HEADER.pack(9 + len(payload), kind, number) + payload


class FramesTests(unittest.TestCase):
    def test_frames_in_single_bytes_are_read_as_they_were_written(self) -> None:
        data = encoded(Kind.HUB, 7, b"abc") + encoded(Kind.SHUT, 0, b"") + encoded(Kind.DONE, 1 << 63, b"x" * 300)
        reader = FrameReader()
        frames = [frame for byte in data for frame in reader.feed(bytes([byte]))]
        self.assertEqual([frame.kind for frame in frames], [Kind.HUB, Kind.SHUT, Kind.DONE])
        self.assertEqual([frame.id for frame in frames], [7, 0, 1 << 63])
        self.assertEqual(frames[0].rest(1), b"bc")

    def test_parts_are_put_together(self) -> None:
        reader = FrameReader()
        frames = reader.feed(encoded(Kind.MORE, 3, b"ab") + encoded(Kind.MORE, 3, b"cd") + encoded(Kind.HUB, 3, b"e"))
        self.assertEqual(frames, [Frame(Kind.HUB, 3, b"abcde")])

    def test_many_parts_take_as_long_as_few(self) -> None:
        def seconds(count: int) -> float:
            reader = FrameReader()
            data = encoded(Kind.MORE, 3, b"x") * count
            begin = time.process_time()
            self.assertEqual(reader.feed(data), [])
            return time.process_time() - begin

        # Sixteen times as many took 256 times as long.
        few = min(seconds(2_000) for _ in range(3))
        self.assertLess(seconds(32_000), 80 * few)

    def test_parts_have_a_limit_together_which_is_seen_before_they_have_come(self) -> None:
        parts = encoded(Kind.MORE, 3, b"ab") + encoded(Kind.MORE, 3, b"cd")
        self.assertEqual(FrameReader(5).feed(parts + encoded(Kind.HUB, 3, b"e")), [Frame(Kind.HUB, 3, b"abcde")])
        for last in (encoded(Kind.MORE, 3, b"ef"), encoded(Kind.HUB, 3, b"ef"), HEADER.pack(9 + 2, Kind.HUB, 3)):
            with self.assertRaisesRegex(ProtocolError, "more than 5 bytes"):
                FrameReader(5).feed(parts + last)
        with self.assertRaises(ProtocolError):
            FrameReader(5).feed(HEADER.pack(9 + 6, Kind.HUB, 1))
        reader = FrameReader(5)
        for _ in range(3):
            self.assertEqual(len(reader.feed(parts + encoded(Kind.HUB, 3, b""))), 1)

    def test_a_long_head_travels_in_parts_whatever_its_tail(self) -> None:
        one, other = map(Connection, socket.socketpair())
        with one.stream, other.stream, mock.patch("swiftray.frames._PART", 1 << 16):
            size = (1 << 16) + 1
            writer = threading.Thread(target=one.write, args=(Kind.DONE, 9, bytes(size), bytes(BLOB_SIZE + 1)))
            writer.start()
            other.stream.settimeout(10)
            frames: list[Frame] = []
            while not frames:
                frames = other.read()
            writer.join()
            self.assertEqual((len(frames[0].head), len(frames[0].tail)), (size + BLOB_SIZE + 1, 0))

    def test_damage_is_refused(self) -> None:
        damaged = {
            "too short": struct.pack("<IBQ", 8, 1, 0),
            "too long": struct.pack("<IBQ", (1 << 30) + 10, 1, 0),
            "of no kind": encoded(99, 0, b""),
            "of kind 0": encoded(0, 0, b""),
            "between parts": encoded(Kind.MORE, 3, b"ab") + encoded(Kind.HUB, 4, b""),
            "without its descriptor": encoded(Kind.HUB | BLOB_FLAG, 1, BLOB.pack(4)),
        }
        for name, data in damaged.items():
            with self.subTest(name), self.assertRaises(ProtocolError):
                FrameReader().feed(data)

    def test_random_bytes_are_frames_or_an_error(self) -> None:
        for seed in range(300):
            generator = random.Random(seed)
            reader = FrameReader()
            data = bytearray(encoded(Kind.HUB, 1, generator.randbytes(40)) * 3)
            for _ in range(generator.randrange(1, 6)):
                data[generator.randrange(len(data))] = generator.randrange(256)
            try:
                while data:
                    count = generator.randrange(1, 50)
                    reader.feed(bytes(data[:count]))
                    del data[:count]
            except ProtocolError:
                pass

    def test_a_long_tail_travels_as_a_descriptor_and_a_short_one_in_the_frame(self) -> None:
        one, other = map(Connection, socket.socketpair())
        before = len(os.listdir("/proc/self/fd"))
        for size in (0, 10, 1 << 20, (1 << 20) + 1, 5_000_000):
            tail = random.Random(size).randbytes(size)
            writer = threading.Thread(target=one.write, args=(Kind.DONE, 9, b"head", tail))
            writer.start()
            frames = other.read()
            while not frames:
                frames = other.read()
            writer.join()
            self.assertEqual(bytes(frames[0].rest(4)), tail)
            self.assertEqual(len(frames[0].tail) > 0, size > 1 << 20)
        del frames
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)
        one.close()
        self.assertRaises(EOFError, other.read)
        self.assertFalse(other.write(Kind.SHUT, 0))
        other.close()

    def test_a_long_tail_for_which_there_is_no_memory_travels_in_the_frame(self) -> None:
        tail = random.Random(1).randbytes(3_000_000)
        memory = TailMemory()
        faults = {
            "swiftray.frames.os.memfd_create": OSError(errno.EMFILE, ""),
            "swiftray.frames.os.pwrite": OSError(errno.ENOSPC, ""),
        }
        for place, error in faults.items():
            for write in (Connection.write, memory.write):
                with self.subTest(place, write=write), mock.patch(place, side_effect=error):
                    one, other = map(Connection, socket.socketpair())
                    before = len(os.listdir("/proc/self/fd"))
                    writer = threading.Thread(target=write, args=(one, Kind.DONE, 9, b"head", tail))
                    writer.start()
                    # The writer would wait for ever if its reader gave up.
                    one.stream.settimeout(10)
                    other.stream.settimeout(10)
                    frames = other.read()
                    while not frames:
                        frames = other.read()
                    writer.join()
                    self.assertEqual((frames[0].kind, frames[0].id), (Kind.DONE, 9))
                    self.assertEqual(bytes(frames[0].rest(4)), tail)
                    self.assertEqual(len(os.listdir("/proc/self/fd")), before)
                    one.close()
                    other.close()
        self.assertFalse(memory.is_kept)

    def test_a_blob_that_may_shrink_or_is_too_short_is_refused(self) -> None:
        unsealed = os.memfd_create("test")
        os.write(unsealed, b"abcd")
        self.assertRaises(ProtocolError, map_blob, unsealed, 4)
        self.assertRaises(ProtocolError, map_blob, make_blob(b"abcd"), 5)
        read, write = os.pipe()
        os.close(write)
        self.assertRaises(ProtocolError, map_blob, read, 0)

    def test_memory_for_tails_is_written_over_and_grows_and_goes_when_it_is_not_used(self) -> None:
        one, other = (Connection(end) for end in socket.socketpair())
        memory = TailMemory()
        before = len(os.listdir("/proc/self/fd"))
        inodes = set()
        for size in (2 << 20, 1 << 10, (3 << 20) + 1, (1 << 20) + 1):
            tail = random.Random(size).randbytes(size)
            self.assertTrue(memory.write(one, Kind.TASK, 1, b"head", tail))
            (frame,) = other.read()
            self.assertEqual((frame.head[:4], bytes(frame.rest(4))), (b"head", tail))
            if size > 1 << 20:
                assert memory._descriptor is not None
                inodes.add(os.fstat(memory._descriptor).st_ino)
        del frame
        self.assertEqual(len(inodes), 1, "each is written over the one before")
        memory.release_unused()
        self.assertTrue(memory.is_kept, "it was used just now")
        memory._last_use -= TailMemory.PATIENCE
        memory.release_unused()
        self.assertFalse(memory.is_kept)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)
        memory.LIMIT = 2 << 20
        self.assertTrue(memory.write(one, Kind.TASK, 1, b"", bytes(3 << 20)))
        self.assertFalse(memory.is_kept, "it is too large")
        self.assertEqual(len(other.read()[0].tail), 3 << 20)
        one.close()
        other.close()

    def test_elements_of_a_batch_are_split_as_they_were_joined(self) -> None:
        elements = [b"", b"a", b"x" * 1000]
        self.assertEqual(split_elements(join_elements(elements)), elements)
        for damaged in (b"\1", b"\5\0\0\0abc"):
            self.assertRaises(ProtocolError, split_elements, damaged)


if __name__ == "__main__":
    unittest.main()
