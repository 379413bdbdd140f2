"""A card whose power can be cut: what it confirmed stays, of all writes after that any part may.

A real card says "written" when it has the data in its own volatile memory, and writes it to the
flash later, in an order of its own. Only a flush, which a kernel sends for fsync, makes it sure.
A sector of 512 bytes is old or new, never half of each.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SECTOR_BYTES = 512
MARK_SECTOR = 64
"""Between the partition table and the first partition; what is written there is a mark."""
READY = "ready"


@dataclass(frozen=True)
class Write:
    """Bytes that the card said it has; whole sectors."""

    sector: int
    data: bytes


@dataclass(frozen=True)
class Flush:
    """All that was written before is on the flash."""


@dataclass(frozen=True)
class Mark:
    """What the program under test has told about itself, in step with what it wrote."""

    text: str


Event = Write | Flush | Mark


class Card:
    """A disk in a file, which is changed at once, and a record of how that came about."""

    def __init__(self, path: Path) -> None:
        self.events: list[Event] = []
        self._descriptor = os.open(path, os.O_RDWR)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    @property
    def sectors(self) -> int:
        """Its capacity."""
        return os.fstat(self._descriptor).st_size // SECTOR_BYTES

    def read(self, sector: int, size: int) -> bytes:
        """Bytes as they were last written."""
        return os.pread(self._descriptor, size, sector * SECTOR_BYTES)

    def write(self, sector: int, data: bytes) -> None:
        """Take data; a mark is only noted."""
        if sector == MARK_SECTOR:
            self.events.append(Mark(data.rstrip(b"\0").decode()))
            return
        os.pwrite(self._descriptor, data, sector * SECTOR_BYTES)
        self.events.append(Write(sector, data))

    def flush(self) -> None:
        """Confirm all writes."""
        self.events.append(Flush())

    @property
    def worked(self) -> int:
        """Events since the mark READY, 0 before it."""
        ready = Mark(READY)
        return len(self.events) - self.events.index(ready) if ready in self.events else 0


def split(write: Write) -> list[Write]:
    """One write per sector."""
    return [
        Write(write.sector + at // SECTOR_BYTES, write.data[at : at + SECTOR_BYTES])
        for at in range(0, len(write.data), SECTOR_BYTES)
    ]


def marks(events: Sequence[Event]) -> list[str]:
    """All that was told, in order."""
    return [event.text for event in events if isinstance(event, Mark)]
