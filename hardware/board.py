"""The one place that picks which implementation stands behind each hardware interface."""

from __future__ import annotations

from hardware.clock import SystemClock
from hardware.errors import TerminalUnavailableError
from hardware.interfaces import Clock, KeyInput, MidiInput
from hardware.usb_midi import open_alsa_midi


def open_clock() -> Clock:
    """The steady clock that stamps every arrival."""
    return SystemClock()


def open_midi(name: str | None = None) -> MidiInput:
    """All hardware MIDI ports, or those whose name contains `name`.

    Raises MidiUnavailableError or MidiPortNotFoundError, saying what is missing.
    """
    return open_alsa_midi(name)


def open_keys() -> KeyInput:
    """The computer keyboard of this terminal; raises TerminalUnavailableError without one."""
    try:
        from hardware.terminal import TerminalKeys
    except ImportError as error:  # Windows has no termios
        raise TerminalUnavailableError("only Unix terminals give single keys") from error
    return TerminalKeys()
