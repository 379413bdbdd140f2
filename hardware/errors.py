"""What can be wrong with hardware: one tree of errors, each leaf also a built-in exception."""

from __future__ import annotations


class HardwareError(Exception):
    """A part is missing, unreachable or misbehaving; the message names it and a way out."""


class MidiUnavailableError(HardwareError, OSError):
    """The machine has no usable MIDI input system."""


class MidiPortNotFoundError(HardwareError, LookupError):
    """No MIDI port answers to the name that was asked for."""


class TerminalUnavailableError(HardwareError, OSError):
    """Keys cannot be read: standard input is not a terminal."""
