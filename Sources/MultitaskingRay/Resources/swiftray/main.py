"""Starts the driver: a child of the host, with a socket on descriptor 0."""

from __future__ import annotations

import json
import os
import socket
import sys


def main() -> None:
    """Serves the host until it goes."""
    host = os.getppid()
    # This folder is a package, not a place to find packages in.
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [os.path.dirname(here), *[path for path in sys.path if os.path.abspath(path or ".") != here]]
    # What ends a link that was cut in seconds instead of minutes.
    os.environ.setdefault("RAY_grpc_client_keepalive_time_ms", "2000")
    os.environ.setdefault("RAY_grpc_client_keepalive_timeout_ms", "3000")
    from swiftray.frames import VERSION, Connection, Kind
    from swiftray.system import move_out, settle_in

    settle_in(os.path.dirname(here))
    connection = Connection(socket.socket(fileno=os.dup(0)))
    os.dup2(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC), 0)
    try:
        from swiftray.cluster import RayCluster
    except ImportError as error:
        refusal = {
            "version": VERSION,
            "error": f"{sys.executable} has no Ray ({error}): {sys.executable} -m pip install 'ray==2.60.*'",
            "reason": "old",
        }
        connection.write(Kind.READY, 1, json.dumps(refusal).encode())
        return
    from swiftray.driver import Driver

    if Driver(connection, RayCluster()).serve():
        move_out(os.path.dirname(here), host)


if __name__ == "__main__":
    main()
