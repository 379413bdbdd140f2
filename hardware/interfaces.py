"""What the rest of the project may ask of hardware: Protocols and the records that they pass."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from hardware.midi import MidiMessage

DISPLAY_WIDTH, DISPLAY_HEIGHT = 128, 64
FRAME_BYTES = DISPLAY_WIDTH * DISPLAY_HEIGHT // 8


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


@dataclass(frozen=True)
class Touch:
    """Where a finger is on the pad; a pad of N pads gives N different values on an axis."""

    x: float  # 0..1, left to right
    y: float  # 0..1, top to bottom


@dataclass(frozen=True)
class Readings:
    """What one source of controls stands at; None is "this source has none of these"."""

    encoders: tuple[int, ...] | None = None  # counters 0..255 that wrap, one per corner
    pots: tuple[float, ...] | None = None  # 0..1 each
    buttons: tuple[bool, ...] | None = None  # True while pressed
    has_touch: bool = False  # this source has a touch pad, and `touch` tells of it
    touch: Touch | None = None  # None while nothing touches


class Clock(Protocol):
    """Time that never runs backwards."""

    def now_s(self) -> float:
        """Seconds since an arbitrary moment."""
        ...


class MidiInput(Protocol):
    """All MIDI inputs of one kind at once; ports may come and go."""

    fault: str  # why nothing can be heard although receive() does not raise; "" while all is well

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


@dataclass(frozen=True)
class CheckResult:
    """What the self-test of one part came to."""

    result: str  # "PASS", "FAIL" or "NONE": not there, and not needed
    detail: str


class PartCheck(Protocol):
    """The self-test of one part."""

    @property
    def part(self) -> str:
        """As faults call it."""
        ...

    def run(self) -> CheckResult:
        """Test it; never raises."""
        ...


# Drivers of chips share one habit: they open at their first use, never when made. After an error
# they let go of what they had opened, so that the next use opens afresh: whoever owns a driver
# only has to try again.


class I2CBus(Protocol):
    """One I2C bus; addresses are 7 bits. Any thread may call; a transfer is never interrupted.

    Every transfer raises BusUnavailableError, ChipMissingError or BusFaultError.
    """

    def write(self, address: int, data: bytes) -> None:
        """One write transfer of at least one byte."""
        ...

    def read(self, address: int, length: int) -> bytes:
        """One read transfer without naming a register."""
        ...

    def write_read(self, address: int, data: bytes, length: int) -> bytes:
        """A write, then a read after a repeated start: how registers are read."""
        ...

    def close(self) -> None:
        """Give the bus back; the next transfer opens it again. Calling it again does nothing."""
        ...


class GpioLines(Protocol):
    """Lines of the header, by BCM number; all methods raise GpioUnavailableError."""

    def watch(self, line: int) -> None:
        """Make a line an input with pull-up."""
        ...

    def level(self, line: int) -> bool:
        """True while a watched line is high: with a pull-up, while the switch is open."""
        ...

    def on_edge(self, line: int, call: Callable[[bool], None]) -> None:
        """Call with the new level, from another thread, whenever a watched line changes."""
        ...

    def drive(self, line: int, level: bool) -> None:
        """Make a line an output of this level."""
        ...

    def close(self) -> None:
        """Give all lines back; the next use takes them again. Calling it again does nothing."""
        ...


class SerialPort(Protocol):
    """Bytes in and out; all methods raise SerialUnavailableError."""

    name: str

    def read(self, timeout_s: float) -> bytes:
        """What has come, waiting at most timeout_s for the first byte; empty if nothing came."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes."""
        ...

    def close(self) -> None:
        """Give the port back; the next use opens it again. Calling it again does nothing."""
        ...


class Controls(Protocol):
    """A source of control readings: a panel, a touch chip, some buttons."""

    name: str  # as faults and the self-test call it: "panel", "touch", "pots", "buttons"

    def read(self) -> Readings:
        """What everything stands at now; raises a HardwareError leaf naming address and cause."""
        ...

    def close(self) -> None:
        """Let go; the next read opens again. Calling it again does nothing."""
        ...


class Display(Protocol):
    """A picture of 128 x 64 dots, each lit or dark."""

    name: str

    def show(self, frame: bytes) -> None:
        """Show FRAME_BYTES: 64 rows of 16 bytes from the top, leftmost dot in the highest bit.

        That is PIL's `Image("1").tobytes()`; a set bit is a lit dot. Only what has changed is sent.
        """
        ...

    def set_contrast(self, contrast: int) -> None:
        """Brightness 0..255; takes effect with the next show()."""
        ...

    def close(self) -> None:
        """Darken and let go; the next show() begins afresh. Calling it again does nothing."""
        ...
