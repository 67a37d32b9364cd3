#!/usr/bin/env python3
"""A child that is no Swift program: serves hop 2 as one does, and runs what a test writes into the call, as JSON.

["echo", text] ["size"] ["blob", size] ["sleep", seconds] ["deaf", seconds] ["signal", number] ["exit", code]
["signal-parent", number] ["print", text] ["throw", text] ["ask", op, object, number, wait, hex]
["report", fraction, text] ["tally", path] ["pid"] ["limits"] ["first-dies", path] ["calls"] ["fetch", number]
["share", number, text] ["leave", program, path] ["flood", bytes] ["all", [command, …]]
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import queue
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

if "SWIFTRAY_HOME" in os.environ:
    sys.path.insert(0, os.environ["SWIFTRAY_HOME"])

from swiftray.frames import ORDER, POOL_NUMBER, REPLY, REQUEST, SHARED, SIGNAL, Connection, Frame, Kind


class FakeChild:
    """The child's half of the protocol, on one thread."""

    def __init__(self) -> None:
        version, stream, page, wrapper = map(int, os.environ.pop("MULTITASKING_REMOTE_WORKER").split(","))
        # PR_SET_PDEATHSIG, as the constructor of a Swift child does.
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
        assert version == 1 and wrapper == os.getppid()
        self.connection = Connection(socket.socket(fileno=stream))
        self.page = mmap.mmap(page, 4096)
        self.frames: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self.run = 0
        self.is_asked_to_end = False
        self.signals: dict[int, bool] = {}
        self.last_request = 0
        #: What all children are told to run, by its number: role and call.
        self.calls: dict[int, bytes] = {}

    def serve(self) -> None:
        """Runs tasks until the end of file."""
        try:
            while True:
                frame = self.next()
                if frame is not None and frame.kind is Kind.TASK:
                    self.perform(frame)
        except EOFError:
            for call in self.calls.values():
                if call[:1] == b"\x02":
                    self.connection.write(Kind.NOTE, 0, bytes([Kind.FINALIZED, 0]), call[1:])

    def next(self, limit: float | None = None) -> Frame | None:
        """The next frame but END and SIGNALS, which are taken note of."""
        end = None if limit is None else time.monotonic() + limit
        while True:
            while not self.frames.empty():
                frame = self.frames.get()
                if frame.kind is Kind.END:
                    self.is_asked_to_end = True
                    return None
                if frame.kind is Kind.SETUP:
                    self.calls[frame.id] = bytes(frame.rest(0))
                    continue
                if frame.kind is not Kind.SIGNALS:
                    return frame
                for target, is_set in SIGNAL.iter_unpack(bytes(frame.rest(0))):
                    self.signals[target] = bool(is_set)
            left = None if end is None else end - time.monotonic()
            if left is not None and (left <= 0 or not select.select([self.connection.stream], [], [], left)[0]):
                return None
            for frame in self.connection.read():
                self.frames.put(frame)

    def perform(self, frame: Frame) -> None:
        """Runs a task and says what came of it."""
        self.run, self.is_asked_to_end = frame.id, False
        self.page[0] = 1
        self.page[16:24] = struct.pack("<Q", struct.unpack_from("<Q", self.page, 16)[0] + 1)
        call = bytes(frame.rest(ORDER.size))
        self.page[0] = 3
        try:
            end, body = 0, self.command(json.loads(call.split(b"\0")[0]), call)
        except ValueError as error:
            end, body = 1, str(error).encode()
        sys.stdout.flush()
        self.page[0] = 4
        self.connection.write(Kind.RESULT, self.run, bytes([end]), body)
        self.page[0] = 0

    def command(self, command: list[Any], call: bytes) -> bytes:
        """Does what one command says."""
        name, *arguments = command
        method: Callable[..., bytes] = getattr(self, "do_" + name.replace("-", "_"))
        return method(*arguments, call=call)

    def do_all(self, commands: list[list[Any]], call: bytes) -> bytes:
        return b"|".join([self.command(command, call) for command in commands])

    def do_echo(self, text: str, call: bytes) -> bytes:
        return text.encode()

    def do_size(self, call: bytes) -> bytes:
        return str(len(call)).encode()

    def do_blob(self, size: int, call: bytes) -> bytes:
        return bytes(size)

    def do_pid(self, call: bytes) -> bytes:
        return str(os.getpid()).encode()

    def do_limits(self, call: bytes) -> bytes:
        """How many descriptors the wrapper may have, and this process."""
        files = [resource.prlimit(pid, resource.RLIMIT_NOFILE)[0] for pid in (os.getppid(), os.getpid())]
        return json.dumps(files).encode()

    def do_sleep(self, seconds: float, call: bytes) -> bytes:
        end = time.monotonic() + seconds
        while not self.is_asked_to_end and time.monotonic() < end:
            self.next(end - time.monotonic())
        return b"asked" if self.is_asked_to_end else b"slept"

    def do_deaf(self, seconds: float, call: bytes) -> bytes:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(seconds)
        return b"slept"

    def do_signal(self, number: int, call: bytes) -> bytes:
        os.kill(os.getpid(), number)
        time.sleep(10)
        return b""

    def do_signal_parent(self, number: int, call: bytes) -> bytes:
        """Sends a signal to the wrapper."""
        os.kill(os.getppid(), number)
        return b""

    def do_exit(self, code: int, call: bytes) -> bytes:
        sys.stdout.flush()
        os._exit(code)

    def do_print(self, text: str, call: bytes) -> bytes:
        print(text, flush=True)
        return b""

    def do_flood(self, count: int, call: bytes) -> bytes:
        """Prints much."""
        for _ in range(count >> 16):
            os.write(1, b"x" * ((1 << 16) - 1) + b"\n")
        return b""

    def do_leave(self, program: str, path: str = "", call: bytes = b"") -> bytes:
        """Starts a program that goes on when the task has ended, and writes down which process it is."""
        process = subprocess.Popen(program.split(), close_fds=True)
        if path:
            with open(path + "~", "w") as file:
                file.write(str(process.pid))
            os.rename(path + "~", path)
        return b""

    def do_throw(self, text: str, call: bytes) -> bytes:
        raise ValueError(text)

    def do_report(self, fraction: float, text: str, call: bytes) -> bytes:
        numbers = {place: struct.unpack_from("<Q", self.page, place)[0] for place in (64, 192)}
        place = min(numbers, key=lambda place: numbers[place])
        struct.pack_into(f"<QdQ{len(text)}s", self.page, place, 0, fraction, len(text), text.encode())
        struct.pack_into("<Q", self.page, place, max(numbers.values()) + 1)
        return b""

    def do_calls(self, call: bytes) -> bytes:
        """What the child has been told to run."""
        return b" ".join(b"%d:%d:%s" % (n, said[0], said[1:]) for n, said in sorted(self.calls.items()) if said[0])

    def do_fetch(self, number: int, call: bytes) -> bytes:
        """A shared value."""
        return self.exchange(Kind.FETCH, number, b"")

    def do_share(self, number: int, text: str, call: bytes) -> bytes:
        """Shares a value."""
        return self.exchange(Kind.SHARE, number, text.encode())

    def exchange(self, kind: Kind, number: int, data: bytes) -> bytes:
        self.last_request += 1
        self.connection.write(kind, self.last_request, SHARED.pack(0, number), data)
        while True:
            frame = self.next()
            if frame is not None and frame.kind is Kind.HUBRES and frame.id == self.last_request:
                return b"%d:" % frame.head[0] + bytes(frame.rest(REPLY.size))

    def do_tally(self, path: str, call: bytes) -> bytes:
        """Counts on disk how often it ran."""
        with open(path, "ab") as file:
            file.write(b"x")
        return b""

    def do_first_dies(self, path: str, call: bytes) -> bytes:
        """Dies the first time, as a machine that fails once."""
        if os.path.exists(path):
            return b"second"
        self.do_tally(path, call)
        return self.do_signal(signal.SIGKILL, call)

    def do_is_set(self, target: int, call: bytes) -> bytes:
        while self.next(0) is not None:
            pass
        return b"set" if self.signals.get(target) else b"clear"

    def do_say(self, operation: int, target: int, number: int, wait: int, hexadecimal: str, call: bytes) -> bytes:
        """Asks the hub something without waiting for the answer."""
        self.last_request += 1
        request = REQUEST.pack(operation, target, number, wait) + bytes.fromhex(hexadecimal)
        self.connection.write(Kind.HUB, self.last_request, POOL_NUMBER.pack(0), request)
        return b""

    def do_ask(self, operation: int, target: int, number: int, wait: int, hexadecimal: str, call: bytes) -> bytes:
        """Asks the hub something; the answer's code, and its bytes in hexadecimal."""
        self.do_say(operation, target, number, wait, hexadecimal, call)
        while True:
            frame = self.next()
            if frame is not None and frame.kind is Kind.HUBRES and frame.id == self.last_request:
                code, argument = REPLY.unpack_from(frame.head)
                return f"{code},{argument},{bytes(frame.rest(REPLY.size)).hex()}".encode()


if __name__ == "__main__":
    FakeChild().serve()
