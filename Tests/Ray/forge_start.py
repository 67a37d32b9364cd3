"""Starts a program that links RemoteWorkers as a forger would: `forge_start.py HOW PROGRAM`; prints what that prints.

The genuine way makes it a worker, which ends as soon as its link does. Every other way must have it run its own main.
"""

import os
import socket
import subprocess
import sys

ADD_SEALS, SEAL_SHRINK = 1033, 2


def page(how: str) -> int:
    if how == "file":
        descriptor = os.open("/tmp", os.O_TMPFILE | os.O_RDWR)
    else:
        descriptor = os.memfd_create("page", os.MFD_ALLOW_SEALING)
    os.ftruncate(descriptor, 8192 if how == "size" else 4096)
    if how not in ("file", "unsealed"):
        import fcntl

        fcntl.fcntl(descriptor, ADD_SEALS, SEAL_SHRINK)
    return descriptor


def link_of_another() -> tuple[socket.socket, socket.socket]:
    """A link that was made by another process of this user."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ends = socket.socketpair()
        socket.send_fds(theirs, [b"x"], [end.fileno() for end in ends])
        os._exit(0)
    _, descriptors, _, _ = socket.recv_fds(ours, 1, 2)
    os.wait()
    return socket.socket(fileno=descriptors[0]), socket.socket(fileno=descriptors[1])


def main() -> int:
    how, program = sys.argv[1:]
    ours, theirs = link_of_another() if how == "stranger" else socket.socketpair()
    memory = page(how)
    variable = f"1,{theirs.fileno()},{memory},{os.getpid()}"
    process = subprocess.Popen(
        [program],
        env={**os.environ, "MULTITASKING_REMOTE_WORKER": variable},
        pass_fds=(theirs.fileno(), memory),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    theirs.close()
    ours.close()
    output, _ = process.communicate(timeout=60)
    sys.stdout.buffer.write(output)
    return process.returncode


sys.exit(main())
