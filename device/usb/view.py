"""What is to be seen of USB sticks: the packs that they offer, and how an install goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from device.events import Offer


class InstallPhase(Enum):
    """How far an install is."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class InstallView:
    """The install that runs, or the last one until somebody has seen how it ended."""

    name: str  # of the pack
    phase: InstallPhase
    written_bytes: int = 0  # safe on the card
    total_bytes: int = 0  # 0 while it is not known
    left_s: float | None = None  # None while it cannot be told
    text: str = ""  # why it failed
    began_s: float = 0.0  # on the clock of the output

    @property
    def part(self) -> float:
        """How much of it is done, 0..1."""
        return min(1.0, self.written_bytes / self.total_bytes) if self.total_bytes else 0.0


@dataclass(frozen=True)
class UsbView:
    """The sticks that are plugged in."""

    sticks: int = 0
    offers: tuple[Offer, ...] = ()
    chosen: int = 0  # the offer that the page is about
    trouble: str = ""  # why something on them cannot be offered
    install: InstallView | None = None

    @property
    def is_installing(self) -> bool:
        """An install runs."""
        return self.install is not None and self.install.phase is InstallPhase.RUNNING

    @property
    def is_of_interest(self) -> bool:
        """There is something to see."""
        return bool(self.sticks) or self.install is not None


NO_STICKS = UsbView()
