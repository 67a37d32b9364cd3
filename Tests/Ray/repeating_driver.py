"""The driver without Ray, which says of each run twice that it has ended."""

from __future__ import annotations

import fake_driver
from swiftray.frames import Buffer, Connection, Kind


class RepeatingConnection(Connection):
    """A connection whose frames of ends come twice."""

    def write(self, kind: Kind, number: int, head: bytes = b"", tail: Buffer = b"") -> bool:
        if kind == Kind.DONE:
            super().write(kind, number, head, tail)
        return super().write(kind, number, head, tail)


if __name__ == "__main__":
    fake_driver.Connection = RepeatingConnection  # type: ignore[attr-defined]
    fake_driver.main()
