"""What the instrument needs of a board, whatever it is built of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from hardware.interfaces import Controls, Display, MidiInput, PartCheck


class BoardParts(Protocol):
    """What is needed of a hardware.board.Board."""

    @property
    def controls(self) -> Sequence[Controls]:
        """Sources of control readings."""
        ...

    @property
    def display(self) -> Display | None:
        """The OLED."""
        ...

    @property
    def midi(self) -> Sequence[tuple[str, Callable[[], MidiInput]]]:
        """(name, how to open it) of each system of MIDI inputs."""
        ...

    @property
    def checks(self) -> Sequence[PartCheck]:
        """The self-test of each part."""
        ...
