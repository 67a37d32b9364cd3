"""One worker, as its driver sees it: a command of this machine with a connection to whatever it has started."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any, NamedTuple

from swiftray.frames import GREATEST_PAYLOAD, NEEDED_CALLS, Frame, Kind, ProtocolError
from swiftray.stream import MOST_PERIODS, PREAMBLE, Inbox, Outbox
from swiftray.system import signal_group

#: What a command's arguments may have in place of a host's name, and of what it is to run there.
HOST, WORKER = "{host}", "{worker}"
#: How much may come before a worker's first word.
MOST_BANNER = 1 << 16
#: How much a worker may say at once, however little memory there is.
_LEAST_MESSAGE = 256 << 20
#: How much there may be beside that: what has waited to be said with it.
_BESIDES = 64 << 20
#: How much of what a command has said is kept for messages.
_MOST_SAID = 2000
#: How long a command may take to end when its worker has nothing to do any more, in seconds.
_PATIENCE = 3.0
#: How long one may take that is ended; srun then gives back what it was given.
_MERCY = 1.0
#: The exit codes by which shells say that there is no such program, or that it may not be executed.
_NOT_FOUND = (126, 127)
#: Errors that say something of this process or machine, and nothing of the command.
_OUT_OF_MEANS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)

#: Loads the rest, which comes behind its size.
_BOOT = """
import os, sys
def read(count):
    data = bytes()
    while len(data) < count:
        part = os.read(0, count - len(data))
        if not part:
            os._exit(0)
        data += part
    return data
if sys.version_info < (3, 9):
    sys.exit(sys.executable + {old!r})
if not all(hasattr(os, name) for name in {calls!r}):
    sys.exit(sys.executable + {bare!r})
os.write(1, {preamble!r})
exec(read(int(read(10))))
"""
_OLD = " is too old: the workers need Python 3.9 or newer"
_BARE = f" was built without {' and '.join(NEEDED_CALLS)}: the workers need the Python of the system, or one like it"
#: Makes modules of texts. An importer of one's own would have to load much more.
_LOADER = """
sys.modules["swiftray"] = type(sys)("swiftray")
for name, text in FILES.items():
    module = sys.modules[name] = type(sys)(name)
    exec(compile(text, name, "exec"), module.__dict__)
sys.modules["swiftray.remote"].main()
"""
#: What a worker needs, each behind what it imports.
_FILES = ("frames", "posts", "link", "shares", "system", "child", "worker", "stream", "remote")


class Settings(NamedTuple):
    """What all workers of a connection have in common."""

    command: list[str]
    python: str
    executable: str
    build: str
    environment: dict[str, str]
    #: How often both ends say that they are there, in seconds.
    period: float
    #: How many bytes a worker may say at once.
    most: int
    #: How long a worker may take to begin, in seconds.
    start_limit: float
    #: The program of a worker.
    bundle: bytes


def bundle(folder: str) -> bytes:
    """What a worker runs, with its size in front."""
    files: dict[str, str] = {}
    for name in _FILES:
        for place in (folder, *sys.path):
            path = os.path.join(place, *([] if place == folder else ["swiftray"]), f"{name}.py")
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    files[f"swiftray.{name}"] = file.read()
                break
    text = f"import sys\nFILES = {files!r}\n{_LOADER}".encode()
    return b"%010d" % len(text) + text


def command_line(settings: Settings, host: str) -> list[str]:
    """The words of the command that starts a worker."""
    # Without any character that some shell takes for its own.
    boot = _BOOT.format(preamble=PREAMBLE, old=_OLD, calls=NEEDED_CALLS, bare=_BARE).encode().hex()
    worker = shlex.join(["exec", settings.python, "-IS", "-c", f'exec(bytes.fromhex("{boot}"))'])
    command = settings.command
    if not any(WORKER in word for word in command):
        command = [*command, WORKER]
    return [word.replace(HOST, host).replace(WORKER, worker) for word in command]


class Failure(NamedTuple):
    """Why there is no worker."""

    reason: str
    #: Whether it is no use to try again soon.
    is_final: bool


def greatest_message(memory: int) -> int:
    """How many bytes a worker may say at once, where there is so much memory. A result is there four times until the
    host has it: more could not be taken in, and what one host says is not to take the memory from all others."""
    return min(GREATEST_PAYLOAD, max(_LEAST_MESSAGE, memory // 4))


class Worker:
    """A command, and the worker that it has started. What is asked of it goes to `owner`.

    Making one raises `CannotStart`, or OSError or RuntimeError if there is no descriptor, process or thread for it.
    """

    def __init__(self, host: str, settings: Settings, owner: WorkerOwner) -> None:
        self.host = host
        self.node = host
        self.is_ready = False
        self.failure: Failure | None = None
        self.was_killed = False
        #: What the owner knows of its host.
        self.place: Any = None
        #: Set when it is ready, or never will be.
        self.has_begun = threading.Event()
        #: Set when nothing is left of it on this machine.
        self.has_ended = threading.Event()
        self._settings = settings
        self._owner = owner
        self._lock = threading.Lock()
        self._is_reaped = False
        self._said = b""
        self._reason = ""
        with contextlib.ExitStack() as undoing:
            # Last undone, since the outbox still has it.
            self._ours, theirs = socket.socketpair()
            undoing.callback(self._ours.close)
            with theirs:
                self._process = self._start(theirs)
            undoing.callback(self._abandon)
            self._outbox = Outbox(self._ours, settings.period, self._hang_up)
            undoing.callback(self._outbox.join)
            undoing.callback(self._outbox.close)
            threading.Thread(target=self._listen, name="worker", daemon=True).start()
            undoing.pop_all()

    def _start(self, stream: socket.socket) -> subprocess.Popen[bytes]:
        command = command_line(self._settings, self.host)
        try:
            return subprocess.Popen(
                command,
                stdin=stream.fileno(),
                stdout=stream.fileno(),
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            if error.errno in _OUT_OF_MEANS:
                raise
            raise CannotStart(f"{command[0]} cannot be started: {error.strerror or error}") from None

    def _abandon(self) -> None:
        """Ends a command that nobody listens to."""
        signal_group(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stderr is not None
        self._process.stderr.close()

    def run(self, pool: list[Any], specs: list[Any], calls: list[Any]) -> None:
        """Has it run tasks, one after the other."""
        self._outbox.put(Kind.RUN, 0, [pool, specs, calls])

    def answer(self, number: int, result: Any, error: str | None) -> None:
        """Answers a call."""
        self._outbox.put(Kind.RETURN, number, [result, error])

    def end(self) -> None:
        """Lets it go, with all that it has started."""
        self._outbox.close()
        timer = threading.Timer(_PATIENCE, self.kill, ["it did not end"])
        timer.daemon = True
        timer.start()

    def kill(self, reason: str) -> None:
        """Ends the command; the worker ends when it finds that out."""
        with self._lock:
            self._reason = self._reason or reason
            self.was_killed = True
        self._signal(signal.SIGTERM)
        timer = threading.Timer(_MERCY, self._signal, [signal.SIGKILL])
        timer.daemon = True
        timer.start()

    def _signal(self, number: int) -> None:
        with self._lock:
            if not self._is_reaped:
                signal_group(self._process.pid, number)

    # On the thread that listens

    def _hang_up(self) -> None:
        try:
            self._ours.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def _listen(self) -> None:
        with contextlib.ExitStack() as ending:
            # From the last to the first, whatever fails: others wait for its beginning and end, and for its task's.
            ending.callback(self.has_ended.set)
            ending.callback(self._close)
            ending.callback(self.has_begun.set)
            ending.callback(self._tell_loss)
            ending.callback(self._reap)
            try:
                self._receive()
            except EOFError:
                pass
            except OSError as error:
                self._reason = self._reason or f"its output can't be read: {error}"
            except Exception as error:
                # Whatever it has said, and whatever follows from that: it ends this worker alone.
                self._reason = self._reason or f"it does not speak this protocol: {error}"

    def _receive(self) -> None:
        # A worker knows what it may say, and refuses what is more.
        inbox = Inbox(self._settings.most + _BESIDES)
        banner: bytearray | None = bytearray()
        errors = self._process.stderr
        assert errors is not None
        begin = time.monotonic()
        heard = begin
        with contextlib.ExitStack() as closing:
            selector = closing.enter_context(selectors.DefaultSelector())
            selector.register(self._ours, selectors.EVENT_READ)
            selector.register(errors, selectors.EVENT_READ)
            watch = os.pidfd_open(self._process.pid)
            selector.register(watch, selectors.EVENT_READ)
            closing.callback(os.close, watch)
            while True:
                silence = self._settings.period * MOST_PERIODS if self.is_ready else self._settings.start_limit
                until = (heard if self.is_ready else begin) + silence
                ready = selector.select(max(0.0, until - time.monotonic()))
                if [key.fd for key, _ in ready] == [watch]:
                    # It has ended, and what it has said is read, even if another process holds the connection.
                    raise EOFError
                if not ready and time.monotonic() >= until:
                    silence_text = f"{silence:g} s"
                    self._reason = (
                        f"nothing was heard from it for {silence_text}"
                        if self.is_ready
                        else f"it has not answered within {silence_text}"
                    )
                    return
                for key, _ in ready:
                    if key.fd == watch:
                        continue
                    if key.fileobj is errors:
                        if not self._read_errors():
                            selector.unregister(errors)
                        continue
                    heard = time.monotonic()
                    if banner is None:
                        self._take(inbox.read(self._ours.fileno()))
                    else:
                        banner = self._read_banner(banner, inbox)

    def _read_banner(self, banner: bytearray, inbox: Inbox) -> bytearray | None:
        data = os.read(self._ours.fileno(), MOST_BANNER)
        if not data:
            self._said += bytes(banner[-_MOST_SAID:])
            raise EOFError
        banner += data
        place = banner.find(PREAMBLE)
        if place < 0:
            if len(banner) > MOST_BANNER:
                self._said += bytes(banner[-200:])
                raise ProtocolError(f"it has printed {MOST_BANNER} bytes and isn't a worker")
            return banner
        settings = self._settings
        self._outbox.put_bytes(settings.bundle)
        said = {
            "node": self.host,
            "executable": settings.executable,
            "build": settings.build,
            "environment": settings.environment,
            "period": settings.period,
            "most": settings.most,
        }
        self._outbox.put(Kind.LAUNCH, 0, said)
        self._take(inbox.feed(bytes(banner[place + len(PREAMBLE) :])))
        return None

    def _read_errors(self) -> bool:
        assert self._process.stderr is not None
        data = os.read(self._process.stderr.fileno(), 1 << 16)
        self._said = (self._said + data)[-_MOST_SAID:]
        # For the driver's log, whose disk may be full: no reason to end the worker, nor not to see its end.
        with contextlib.suppress(OSError):
            sys.stderr.write(data.decode("utf-8", "replace"))
            sys.stderr.flush()
        return bool(data)

    def _take(self, frames: list[tuple[Frame, Any]]) -> None:
        for frame, value in frames:
            if frame.kind is Kind.BEAT:
                continue
            if frame.kind is Kind.LAUNCHED and not self.is_ready:
                node, _, refusal = value
                if refusal is not None:
                    self.failure = Failure(str(refusal)[:_MOST_SAID], is_final=True)
                    raise EOFError
                # One that is elsewhere than it was started would speak for others there.
                self.node = self.host or str(node)
                self.is_ready = True
                self._owner.begin(self)
                self.has_begun.set()
            elif frame.kind is Kind.OUTCOME and self.is_ready:
                self._owner.finish(self, value)
            elif frame.kind is Kind.CALL and self.is_ready:
                pool, method, arguments = value
                self._owner.call(self, frame.id, pool, method, arguments)
            else:
                raise ProtocolError(f"a worker does not say {frame.kind.name} now")

    # Its end

    def _tell_loss(self) -> None:
        if not self.is_ready and self.failure is None:
            self.failure = self._failure()
        self._owner.lose(self, self._reason or self._end_of_command())

    def _close(self) -> None:
        try:
            self._ours.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._outbox.close()
        self._outbox.join()
        self._ours.close()

    def _reap(self) -> None:
        if not self._reason and self.failure is None:
            # It has hung up; a moment for the command to end of itself, whose code says more than a signal.
            _wait(self._process.pid, _PATIENCE)
        self._signal(signal.SIGTERM)
        _wait(self._process.pid, _MERCY)
        with self._lock:
            # Also what the command has left behind.
            signal_group(self._process.pid, signal.SIGKILL)
            _wait(self._process.pid, None)
            self._process.wait()
            self._is_reaped = True
        errors = self._process.stderr
        assert errors is not None
        # Not `select`, which takes no descriptor from 1024 on.
        poll = select.poll()
        poll.register(errors, select.POLLIN)
        while poll.poll(0) and self._read_errors():
            pass
        errors.close()

    def _end_of_command(self) -> str:
        code = self._process.returncode
        if code is None:
            return "nothing is known of its command"
        if code < 0:
            try:
                return f"its command was ended by {signal.Signals(-code).name}"
            except ValueError:
                return f"its command was ended by signal {-code}"
        return f"its command has ended with exit code {code}"

    def _failure(self) -> Failure:
        code = self._process.returncode
        reason = self._reason or self._end_of_command()
        if code in _NOT_FOUND and not self._reason:
            reason += f", so a program was not found: the command itself, or {self._settings.python} on the host"
        said = self._said.decode("utf-8", "replace").strip()
        return Failure(reason + (f"; it has said: {said}" if said else ""), is_final=code in _NOT_FOUND)


class WorkerOwner:
    """What workers belong to; called on their threads."""

    def begin(self, worker: Worker) -> None:
        """A worker is ready."""

    def lose(self, worker: Worker, reason: str) -> None:
        """A worker has ended."""

    def finish(self, worker: Worker, outcomes: Any) -> None:
        """A worker has done what it was to run."""

    def call(self, worker: Worker, number: int, pool: Any, method: Any, arguments: Any) -> None:
        """A worker asks the hub of a pool."""


class CannotStart(Exception):
    """There is no such command on this machine."""


def _wait(pid: int, limit: float | None) -> None:
    """Waits until a child has ended, and leaves it to be reaped."""
    try:
        watch = os.pidfd_open(pid)
    except OSError:
        return
    try:
        poll = select.poll()
        poll.register(watch, select.POLLIN)
        poll.poll(None if limit is None else limit * 1000)
    finally:
        os.close(watch)
