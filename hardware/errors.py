"""What can be wrong with hardware: one tree of errors, each leaf also a built-in exception.

Every message names the part, its address or path, the cause, and a way out where there is one.
"""

from __future__ import annotations


class HardwareError(Exception):
    """A part is missing, unreachable or misbehaving; the message names it and a way out."""


class MidiUnavailableError(HardwareError, OSError):
    """The machine has no usable MIDI input system."""


class MidiPortNotFoundError(HardwareError, LookupError):
    """No MIDI port answers to the name that was asked for."""


class TerminalUnavailableError(HardwareError, OSError):
    """Keys cannot be read: standard input is not a terminal."""


class WindowUnavailableError(HardwareError, OSError):
    """No window can be opened: no pygame, no screen, or a system that allows none."""


class BoardConfigError(HardwareError, ValueError):
    """A board, or a setting of it, that does not exist or is out of range."""


class BusUnavailableError(HardwareError, OSError):
    """The I2C bus itself cannot be used: no device node, no permission, no driver package."""


class ChipMissingError(HardwareError, ConnectionError):
    """No chip acknowledges this address."""


class BusFaultError(HardwareError, OSError):
    """A transfer failed though a chip may be there: arbitration, time-out, a line held low."""


class ChecksumError(HardwareError, ValueError):
    """A chip answered, but what it said does not add up."""


class ChipMismatchError(HardwareError, ValueError):
    """A chip answers at the address, but it is not the one that should be there."""


class GpioUnavailableError(HardwareError, OSError):
    """GPIO lines cannot be used: no chip, no permission, line taken, no driver package."""


class SerialUnavailableError(HardwareError, OSError):
    """A serial port cannot be opened, or it went away."""


class DisplayFrameError(HardwareError, ValueError):
    """A picture of another size than the display's."""


class ScriptError(HardwareError, ValueError):
    """A script for the simulated instrument has a line that makes no sense."""
