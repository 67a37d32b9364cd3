"""A child: the user's program in worker mode, as its wrapper sees it. Knows no Ray."""

from __future__ import annotations

import collections
import contextlib
import fcntl
import mmap
import os
import queue
import re
import selectors
import signal
import socket
import struct
import subprocess
import termios
import threading
from typing import NamedTuple

from swiftray.frames import (
    CALL_ENDS,
    DEATH,
    POOL_NUMBER,
    REPLY,
    REQUEST,
    SHARED,
    TIMES,
    VERSION,
    Buffer,
    Code,
    Connection,
    End,
    Frame,
    Kind,
    ProtocolError,
    SizeLimit,
    TailMemory,
    new_sealed_file,
    place,
    text,
    unpack,
    utf8,
)
from swiftray.link import HubCalls, HubLink
from swiftray.posts import Item, Post
from swiftray.shares import Shares
from swiftray.system import Guard, signal_group

_PAGE_SIZE = 4096
_PHASE = struct.Struct("<B")
_PROGRESS = struct.Struct("<q")
_BEGUN = struct.Struct("<Q")
#: Where the two last reports of a task are, and what a report is.
_REPORTS = (64, 192)
_REPORT = struct.Struct("<QdQ")
_FRACTION = struct.Struct("<d")
#: What the system says of how much a pipe holds.
_COUNT = struct.Struct("i")
_MOST_REPORT_BYTES = 96
_CHUNK = 1 << 16
#: What a report keeps of what was printed.
_MOST_LINES, _MOST_LINE_BYTES = 20, 4096
#: What Swift prints between the reason of a crash and a stack, which may be longer than what is kept, and a line of it.
_STACK, _FRAME = b"Current stack trace:", re.compile(rb"\d+ +\S")
#: What helps where elements are too large.
_SMALLER_ELEMENTS = "send smaller elements, such as parts, or write a file and send its path"
#: How long a child may take to leave when its pool ends, in seconds, besides its finalizer.
_PATIENCE = 2.0


class Event(NamedTuple):
    """What happens to a child, for the thread that waits for the outcome of its run."""

    #: RESULT, CANCEL, or ENDPOOL when the child has died.
    kind: Kind
    frame: Frame | None = None
    level: int = 0
    run: int = 0


class Child:
    """One process, its socket and its pipes. A thread reads them; the thread of the task waits for events.

    It leads a process group, which has what its tasks start, and which ends with it.

    Must be made on a thread that lives as long as the wrapper: the child is killed when that thread ends.
    """

    def __init__(
        self,
        executable: str,
        client: int,
        calls: HubCalls,
        shares: Shares,
        node: str,
        limit: SizeLimit,
        forwards_output: bool,
        finalizer_limit: float,
    ) -> None:
        self.node = node
        self.limit = limit
        self._shares = shares
        self._patience = _PATIENCE + finalizer_limit
        self.events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        #: The run whose requests these are; 0 between two.
        self.run = 0
        #: Whether the run has said anything to the hub, or to the host by way of it, besides that it has started.
        self.has_asked = False
        self.has_noted = False
        self.is_announced = False
        self._announcing = threading.Lock()
        #: Held while the child is waited for: afterwards its number may be another's.
        self._reaping = threading.Lock()
        self.is_dead = False
        self.is_ending = False
        self.has_lost_hub = False
        self._forwards_output = forwards_output
        self._relays_output = False
        self._captured: bytearray | None = None
        self._capture_limit = 0
        self._last_lines: collections.deque[bytes] = collections.deque([b""], maxlen=_MOST_LINES + 1)
        self._is_stack = False
        self._cancelled: collections.OrderedDict[int, int] = collections.OrderedDict()
        self._status = 0
        self._peak = 0
        self._start(executable)
        self.link = HubLink(client, calls, self._deliver, self._lose_hub)
        threading.Thread(target=self._read, name="child", daemon=True).start()
        self.link.start()

    # Starting and ending

    def _start(self, executable: str) -> None:
        ours, theirs = socket.socketpair()
        page = new_sealed_file("multitasking-page")
        try:
            os.ftruncate(page, _PAGE_SIZE)
            self._page = mmap.mmap(page, _PAGE_SIZE)
            for end in (ours, theirs):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            environment = {
                "SWIFT_BACKTRACE": "enable=no",
                **os.environ,
                "MULTITASKING_REMOTE_WORKER": f"{VERSION},{theirs.fileno()},{page},{os.getpid()}",
            }
            # The memory of a child is at first that of its parent: what is less says nothing about the child.
            self._least_peak = _resident()
            with contextlib.ExitStack() as undoing:
                self._guard = Guard()
                undoing.callback(self._guard.close)
                self._process = subprocess.Popen(
                    [executable],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    pass_fds=(theirs.fileno(), page),
                    env=environment,
                    start_new_session=True,
                )
                undoing.pop_all()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
            os.close(page)
        self.pid = self._process.pid
        self._guard.watch(self.pid)
        self._connection = Connection(ours)
        #: What large calls are sent by: the child has read one when its run is over.
        self._memory = TailMemory()

    def end(self) -> None:
        """Asks the child to leave, by the end of file; kills it if it does not."""
        if self.is_ending:
            return
        self.is_ending = True
        try:
            self._connection.stream.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        reminder = threading.Timer(self._patience, self.kill, [signal.SIGKILL])
        reminder.daemon = True
        reminder.start()

    def kill(self, number: int) -> None:
        """Sends a signal, as long as the child is there; SIGKILL also to what its tasks have started."""
        # Not by the process object, which would look for the child's end, and take it from the thread that waits.
        with self._reaping:
            if self.is_dead:
                return
            if number == signal.SIGKILL:
                signal_group(self.pid, number)
            else:
                os.kill(self.pid, number)

    # Running

    def begin(self, run: int, order: bytes, call: Buffer, output_limit: int | None, relays_output: bool) -> None:
        """Hands a task over."""
        self._page[0:16] = bytes(16)
        self._page[24:48] = bytes(24)
        for start in _REPORTS:
            self._page[start : start + 8] = bytes(8)
        self._last_report = 0
        self._begun = self._tasks_begun
        self._last_lines = collections.deque([b""], maxlen=_MOST_LINES + 1)
        self._is_stack = False
        self._captured = None if output_limit is None else bytearray()
        self._capture_limit = output_limit or 0
        self._relays_output = relays_output
        self.has_asked = self.has_noted = self.is_announced = False
        self.run = run
        if not self._memory.write(self._connection, Kind.TASK, run, order, call):
            # It has died, or is about to: nobody is to wait for its outcome.
            self.kill(signal.SIGKILL)

    def announce(self, again: bool = False) -> None:
        """Lets the host know that the run has started, once, and how far it is, if that is news."""
        self._post([], announces=True, again=again)

    def relay_report(self) -> None:
        """Tells the host what the task has said of how far it is, if that is news."""
        self._post([])

    def _report(self) -> list[Post]:
        """What is to be told of the task's last report. Holds the lock of announcing."""
        number, start = max((_BEGUN.unpack_from(self._page, start)[0], start) for start in _REPORTS)
        # Looked at once, here and below: another thread may end the run meanwhile.
        run = self.run
        if run == 0 or number <= self._last_report:
            return []
        _, fraction, length = _REPORT.unpack_from(self._page, start)
        text_start = start + _REPORT.size
        message = self._page[text_start : text_start + min(length, _MOST_REPORT_BYTES)]
        # The child may be at the next but one meanwhile; then that is told next time.
        if _BEGUN.unpack_from(self._page, start)[0] != number:
            return []
        self._last_report = number
        self.has_noted = True
        return [(Kind.REPORT, run, run, _FRACTION.pack(fraction) + message)]

    def ask_to_end(self) -> None:
        """Sets the task's end request."""
        self._connection.write(Kind.END, self.run)

    def finish(self) -> bytes:
        """Ends the run; what was captured of its output."""
        self.run = 0
        captured, self._captured = self._captured, None
        captured = captured or bytearray()
        return bytes(captured[max(0, len(captured) - self._capture_limit) :])

    @property
    def has_begun(self) -> bool:
        """Whether the child has begun with the task that was handed over last."""
        return self._tasks_begun != self._begun

    @property
    def _tasks_begun(self) -> int:
        begun: int = _BEGUN.unpack_from(self._page, 16)[0]
        return begun

    @property
    def times(self) -> tuple[int, int, int]:
        """How long the last run was decoded, ran, and was encoded, in nanoseconds."""
        decoding, running, encoding = TIMES.unpack_from(self._page, 24)
        return decoding, running, encoding

    @property
    def place(self) -> bytes:
        """Where the child is."""
        return place(self.pid, self.node)

    def level_of_cancel(self, run: int) -> int | None:
        """How a run was cancelled, if it was."""
        return self._cancelled.get(run)

    def death(self, worker: int, attempt: int) -> bytes:
        """How and when the child has died, as the host reads it."""
        by_signal = os.WIFSIGNALED(self._status)
        lines = [line for line in self._last_lines if line]
        kept: list[bytes] = []
        room = _MOST_LINE_BYTES
        for line in reversed(lines[-_MOST_LINES:]):
            kept.insert(0, line[-room:])
            room -= len(kept[0])
            if room <= 0:
                break
        return b"".join(
            [
                DEATH.pack(
                    self.pid,
                    worker,
                    _PHASE.unpack_from(self._page, 0)[0],
                    os.WTERMSIG(self._status) if by_signal else -1,
                    -1 if by_signal else os.WEXITSTATUS(self._status),
                    self._peak if self._peak > self._least_peak else 0,
                    attempt,
                    _PROGRESS.unpack_from(self._page, 8)[0] - 1,
                ),
                text(self.node),
                struct.pack("<H", len(kept)),
                *[text(line.decode("utf-8", "replace")) for line in kept],
            ]
        )

    # What the hub says; on the link's thread

    def _deliver(self, item: Item) -> None:
        kind, number, head, tail = item
        if kind == Kind.CANCEL:
            self._cancelled[number] = max(head[0], self._cancelled.get(number, 0))
            if len(self._cancelled) > _MOST_CANCELLED:
                self._cancelled.popitem(last=False)
            self.events.put(Event(Kind.CANCEL, level=head[0], run=number))
        elif kind == Kind.ENDPOOL:
            if head[:1] == b"\x01":
                # At once, and without a finalizer.
                self.is_ending = True
                self.kill(signal.SIGKILL)
            else:
                self.end()
        else:
            if kind == Kind.UNSHARED:
                self._shares.drop(number)
            self._connection.write(Kind(kind), number, head, tail)

    def _lose_hub(self, reason: str) -> None:
        self.has_lost_hub = True
        self.is_ending = True
        self.kill(signal.SIGKILL)

    # What the child says; on the thread that reads

    def _read(self) -> None:
        pipes: dict[int, int] = {}
        try:
            self._listen(pipes)
        except Exception as error:
            # No descriptor, or no thread for what the child asks: nobody else would see its end.
            self._last_lines.append(utf8(f"multitasking: {type(error).__name__}: {error}"))
            self.kill(signal.SIGKILL)
        self._settle(pipes)

    def _listen(self, pipes: dict[int, int]) -> None:
        """Takes in what the child says and prints, until it has ended."""
        watch = os.pidfd_open(self.pid)
        with contextlib.ExitStack() as stack:
            stack.callback(os.close, watch)
            selector = stack.enter_context(selectors.DefaultSelector())
            selector.register(watch, selectors.EVENT_READ)
            selector.register(self._connection.stream, selectors.EVENT_READ)
            for number, pipe in ((1, self._process.stdout), (2, self._process.stderr)):
                assert pipe is not None
                os.set_blocking(pipe.fileno(), False)
                pipes[pipe.fileno()] = number
                selector.register(pipe.fileno(), selectors.EVENT_READ)
            is_alive = True
            limit: float | None = None
            while is_alive:
                ready = selector.select(TailMemory.PATIENCE if limit is None and self._memory.is_kept else limit)
                self._memory.release_unused()
                if not ready and limit is not None:
                    self.kill(signal.SIGKILL)
                for key, _ in ready:
                    if key.fd == watch:
                        is_alive = False
                    elif key.fd in pipes:
                        if self._read_pipe(key.fd, pipes[key.fd]) == 0:
                            selector.unregister(key.fd)
                    elif not self._read_frames(pipes):
                        # It dies, or says what no child says, and has no more use then.
                        selector.unregister(key.fd)
                        limit = _PATIENCE

    def _read_frames(self, pipes: dict[int, int]) -> bool:
        try:
            frames = self._connection.read()
            posts: list[Post] = []
            for frame in frames:
                if frame.kind is Kind.HUB:
                    request = frame.rest(POOL_NUMBER.size)
                    size = len(request) - REQUEST.size
                    reason = self.limit.refusal("what is sent to the channel", size, _SMALLER_ELEMENTS)
                    if reason is None:
                        posts.append((Kind.HUB, frame.id, self.run, bytes(request)))
                    else:
                        self._connection.write(Kind.HUBRES, frame.id, REPLY.pack(Code.INVALID, 0), utf8(reason))
                elif frame.kind is Kind.HUBCANCEL:
                    posts.append((Kind.HUBCANCEL, frame.id, self.run, b""))
                elif frame.kind in (Kind.SHARE, Kind.FETCH):
                    self._exchange(frame)
                elif frame.kind is Kind.NOTE:
                    posts.append(self._note(frame))
                elif frame.kind is Kind.RESULT:
                    if posts:
                        self._post(posts)
                        posts = []
                    self._drain(pipes)
                    self.events.put(Event(Kind.RESULT, frame=frame))
                else:
                    raise ProtocolError(f"a child does not say {frame.kind.name}")
            if posts:
                self._post(posts)
        except BlockingIOError:
            return True
        except (EOFError, OSError):
            return False
        except ProtocolError as error:
            self._last_lines.append(utf8(f"multitasking: {error}"))
            return False
        return True

    def _exchange(self, frame: Frame) -> None:
        _, number = unpack(SHARED, frame)
        if frame.kind is Kind.FETCH:
            return self._shares.fetch(self._connection, frame.id, number)
        # A child's numbers are never those of the host.
        if number < 1 << 63:
            raise ProtocolError("a child shares a value under a number of the host's")
        self._shares.share(self._connection, frame.id, number, frame.rest(SHARED.size))

    def _note(self, frame: Frame) -> Post:
        payload = bytes(frame.rest(0))
        if payload[:1] != bytes([Kind.FINALIZED]) or payload[1:2] not in CALL_ENDS:
            raise ProtocolError("a child's NOTE is of a kind that it may not send")
        self.has_noted = True
        reason = self.limit.refusal("the finalizer's result", len(payload) - 2, "return less")
        said = payload[1:] if reason is None else bytes([End.TOO_LARGE]) + utf8(reason)
        # It is of no run.
        return (payload[0], 0, 0, said)

    def _post(self, posts: list[Post], announces: bool = False, again: bool = False) -> None:
        with self._announcing:
            # Whoever hears of what the run says knows that it has started, and how far it was.
            posts = [*self._report(), *posts]
            is_due = again or (not self.is_announced and (announces or bool(posts)))
            self.has_asked = self.has_asked or bool(posts)
            run = self.run
            if run != 0 and is_due:
                self.is_announced = True
                posts = [(Kind.STARTED, run, run, self.place), *posts]
            if posts:
                self.link.post(posts)

    def _drain(self, pipes: dict[int, int]) -> None:
        """Takes in what was printed until now: what the task has left behind may print without end."""
        for pipe, number in pipes.items():
            (left,) = _COUNT.unpack(fcntl.ioctl(pipe, termios.FIONREAD, bytes(_COUNT.size)))
            while left > 0 and (count := self._read_pipe(pipe, number)) > 0:
                left -= count

    def _read_pipe(self, pipe: int, number: int) -> int:
        """Takes in what was printed; 0 at the end of file, -1 if there is nothing now."""
        try:
            data = os.read(pipe, _CHUNK)
        except BlockingIOError:
            return -1
        except OSError:
            return 0
        self._keep_lines(data)
        if self._captured is not None:
            # The last of it is kept, and cut now and then.
            self._captured += data
            if len(self._captured) > 2 * self._capture_limit + _CHUNK:
                del self._captured[: len(self._captured) - self._capture_limit]
        run = self.run
        if data and (self._forwards_output or self._relays_output) and run != 0:
            self.has_noted = True
            self._post([(Kind.OUTPUT, run, run, bytes([number]) + data)])
            if self.link.backlog > _MOST_BACKLOG:
                self.link.wait_sync(None)
        return len(data)

    def _keep_lines(self, data: bytes) -> None:
        """Keeps the last lines of what was printed, without stacks."""
        first, *others = data.split(b"\n")
        lines = [self._last_lines.pop() + first, *others]
        if self._is_stack or any(line == _STACK for line in lines[:-1]):
            lines[:-1] = [line for line in lines[:-1] if not self._belongs_to_stack(line)]
        for line in lines[-_MOST_LINES - 1 :]:
            self._last_lines.append(line[-_MOST_LINE_BYTES:])

    def _belongs_to_stack(self, line: bytes) -> bool:
        """Whether a line, the next one, is of a stack."""
        self._is_stack = line == _STACK or (self._is_stack and _FRAME.match(line) is not None)
        return self._is_stack

    def _settle(self, pipes: dict[int, int]) -> None:
        """Takes in what the dead child has left, and says that it is dead."""
        with self._reaping:
            try:
                # Its number is its own until it is reaped, and so is that of its group.
                os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
                self._guard.end(self.pid)
                _, self._status, usage = os.wait4(self.pid, 0)
                self._peak = usage.ru_maxrss * 1024
            except ChildProcessError:
                # Somebody else has taken its end, and with it the number of its group.
                self._guard.dismiss()
                self._status = signal.SIGKILL
            self.is_dead = True
        self._process.returncode = self._status
        # What it has accepted outlives it.
        self._connection.stream.setblocking(False)
        while self._has_more() and self._read_frames(pipes):
            pass
        self._drain(pipes)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        self.events.put(Event(Kind.ENDPOOL))
        if self.run == 0:
            # Nobody waits for it, so that nobody else would say this.
            self.link.close()

    def _has_more(self) -> bool:
        try:
            return bool(self._connection.stream.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except OSError:
            return False

    def release(self) -> None:
        """Gives back what a dead child has needed."""
        self.link.close()
        self._connection.close()
        self._memory.close()
        self._page.close()


#: How many cancelled runs a child remembers that may still come to it.
_MOST_CANCELLED = 10_000
#: How many bytes may wait for the hub before a child that prints must wait: as many again are in each batch under way.
_MOST_BACKLOG = 1 << 18


def _resident() -> int:
    """The largest memory that this process has had, in bytes; 0 if unknown."""
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    return 0
