"""Starts the driver of launched workers: a child of the host, with a socket on descriptor 0."""

from __future__ import annotations

import os
import socket
import sys


def main() -> None:
    """Serves the host until it goes."""
    host = os.getppid()
    # This folder is a package, not a place to find packages in.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.dirname(here), *[path for path in sys.path if os.path.abspath(path or ".") != here]]
    from swiftray.driver import Driver
    from swiftray.frames import Connection
    from swiftray.hosts import LaunchCluster
    from swiftray.system import move_out, raise_open_files, settle_in

    settle_in(os.path.dirname(here))
    # Each worker takes four descriptors, and a shared value that was fetched one.
    raise_open_files()
    connection = Connection(socket.socket(fileno=os.dup(0)))
    os.dup2(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), 0)
    if Driver(connection, LaunchCluster(here)).serve():
        move_out(os.path.dirname(here), host)
    # Threads that still listen hold nothing up.
    os._exit(0)


if __name__ == "__main__":
    main()
