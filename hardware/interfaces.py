"""What the rest of the project may ask of hardware: Protocols and the records that they pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.midi import MidiMessage


@dataclass(frozen=True)
class MidiReceived:
    """A channel message came in at a port."""

    port: str
    message: MidiMessage
    time_s: float  # on the Clock


@dataclass(frozen=True)
class MidiPortOpened:
    """A port appeared and is being listened to."""

    port: str
    time_s: float


@dataclass(frozen=True)
class MidiPortLost:
    """A port went away, or lost bytes: what it was holding will never be let go by it."""

    port: str
    time_s: float


MidiReport = MidiReceived | MidiPortOpened | MidiPortLost


class Clock(Protocol):
    """Time that never runs backwards."""

    def now_s(self) -> float:
        """Seconds since an arbitrary moment."""
        ...


class MidiInput(Protocol):
    """All MIDI inputs of one kind at once; ports may come and go."""

    def receive(self, timeout_s: float) -> Sequence[MidiReport]:
        """What has happened, waiting at most timeout_s for the first of it.

        Raises MidiUnavailableError when the whole system behind the ports has gone.
        """
        ...

    def ports(self) -> tuple[str, ...]:
        """Names of the ports being listened to."""
        ...

    def close(self) -> None:
        """Stop listening; calling it again does nothing."""
        ...


class KeyInput(Protocol):
    """A computer keyboard that tells of presses only, as terminals do."""

    def read(self, timeout_s: float) -> Sequence[str]:
        """Keys pressed: a character, or one of up, down, left, right, escape."""
        ...

    def close(self) -> None:
        """Give the keyboard back as it was; calling it again does nothing."""
        ...
