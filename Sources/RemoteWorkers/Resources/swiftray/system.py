"""What drivers and workers ask of the system. Knows no Ray."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import resource
import signal
import subprocess
import time

#: Waits for a group, and then for a word. If there is none, whoever would have said it has gone.
_WATCH = 'exec 3<&0; { read -r group && { read -r _ || kill -s KILL -- "-$group"; }; } <&3 &'

# `shutil` is imported where it is used, as workers need not load it.

#: The name of a directory that a host has made for its driver.
_HOME = re.compile(r"swiftray-\w{6}")

#: How long a host may take to end that has closed its link, in seconds.
_ENDING = 1.0


class Guard:
    """A process that ends a process group when this process has gone, however it went.

    It belongs to no group of this process, and is not its child: what ends either does not end the guard.
    Making one raises OSError.
    """

    def __init__(self) -> None:
        reading, self._writing = os.pipe()
        try:
            shell = subprocess.run(
                ["/bin/sh", "-c", _WATCH],
                stdin=reading,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            if shell.returncode != 0:
                raise OSError("/bin/sh cannot start another process")
        except BaseException:
            self.close()
            raise
        finally:
            os.close(reading)

    def watch(self, group: int) -> None:
        """From now on this group ends with this process."""
        # It may have been killed.
        with contextlib.suppress(BrokenPipeError):
            os.write(self._writing, b"%d\n" % group)

    def end(self, group: int) -> None:
        """Ends the group that it watches, and the guard. The group's leader must not have been waited for."""
        signal_group(group, signal.SIGKILL)
        self.dismiss()

    def dismiss(self) -> None:
        """Ends the guard alone: the number of its group may be another one's by now."""
        if self._writing >= 0:
            with contextlib.suppress(BrokenPipeError):
                os.write(self._writing, b"\n")
        self.close()

    def close(self) -> None:
        """Ends the guard, and the group if it watches one."""
        writing, self._writing = self._writing, -1
        if writing >= 0:
            os.close(writing)


def raise_open_files() -> tuple[int, int]:
    """Lets this process have as many descriptors as it may; the limits that it had."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return soft, hard


def limit_open_files(process: int, limits: tuple[int, int]) -> None:
    """Lets another process have as many descriptors as `limits` says."""
    with contextlib.suppress(OSError, ValueError):
        resource.prlimit(process, resource.RLIMIT_NOFILE, limits)


def settle_in(home: str) -> None:
    """Takes a directory that the host has made for this process, and removes those beside it whose driver has gone.

    Whose host has ended without a word is told by a lock, which ends with the driver, however it ends.
    """
    # Where it was started in another way, nothing is known of the directory.
    if not _HOME.fullmatch(os.path.basename(home)):
        return
    with contextlib.suppress(OSError):
        lock = os.open(f"{home}/lock~", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        # Open as long as this process is there.
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Whoever finds it finds it locked.
        os.rename(f"{home}/lock~", f"{home}/lock")
        with os.scandir(os.path.dirname(home)) as entries:
            for entry in entries:
                if _HOME.fullmatch(entry.name) and entry.is_dir(follow_symlinks=False):
                    _remove_left(entry)


def move_out(home: str, host: int) -> None:
    """Removes the directory that a host has made for this process, when the host, its parent, has ended."""
    if not _HOME.fullmatch(os.path.basename(home)):
        return
    # Its descriptors are closed before it has.
    end = time.monotonic() + _ENDING
    while os.getppid() == host:
        if time.monotonic() > end:
            return
        time.sleep(0.01)
    import shutil

    shutil.rmtree(home, ignore_errors=True)


def _remove_left(home: os.DirEntry[str]) -> None:
    """Removes the directory of a driver that has gone."""
    import shutil

    with contextlib.suppress(OSError):
        if home.stat(follow_symlinks=False).st_uid != os.geteuid():
            return
        # Without one, its driver is only beginning.
        lock = os.open(f"{home.path}/lock", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(home.path, ignore_errors=True)
        finally:
            os.close(lock)


def signal_group(group: int, number: int) -> None:
    """Sends a signal to all processes of a group whose leader was not waited for."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
