"""What drivers and workers ask of the system. Knows no Ray."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess

#: Waits for a group, and then for a word. If there is none, whoever would have said it has gone.
_WATCH = 'exec 3<&0; { read -r group && { read -r _ || kill -s KILL -- "-$group"; }; } <&3 &'


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
        with contextlib.suppress(BrokenPipeError):
            os.write(self._writing, b"\n")
        self.close()

    def close(self) -> None:
        """Ends the guard, and the group if it watches one."""
        os.close(self._writing)


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


def signal_group(group: int, number: int) -> None:
    """Sends a signal to all processes of a group whose leader was not waited for."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
