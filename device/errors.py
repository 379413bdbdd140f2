"""What can be wrong with what the player is given; each leaf is also a built-in exception."""

from __future__ import annotations


class DeviceError(Exception):
    """Something the player was given cannot be used; the message names it and what is allowed."""


class SettingsError(DeviceError, ValueError):
    """A settings file has an unknown key or a value out of range."""


class SettingsNotFoundError(DeviceError, FileNotFoundError):
    """The settings file that was named cannot be read."""


class GestureError(DeviceError, ValueError):
    """A gesture file cannot be read as a path over the pad."""


class MidiFileError(DeviceError, ValueError):
    """A MIDI file cannot be read or played."""


class CombinationError(DeviceError, ValueError):
    """The pack has no such choice of instruments."""


class OutputError(DeviceError, OSError):
    """The sound file cannot be written."""


class NothingToPlayError(DeviceError, RuntimeError):
    """There is no keyboard, no terminal and no MIDI file to play with."""
