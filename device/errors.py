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


class WebUnavailableError(DeviceError, OSError):
    """The web panel cannot be served at its address."""


class TokenWriteError(DeviceError, OSError):
    """The token of the web panel cannot be written; it counts until the instrument is off."""


class PageRefusedError(DeviceError, ConnectionRefusedError):
    """A browser may not open the web panel now."""


class ProtocolError(DeviceError, ValueError):
    """A page sent a message that means nothing."""


class PatchError(DeviceError, ValueError):
    """A patch, or a file of patches, that does not fit together or is out of range."""


class PatchWriteError(DeviceError, OSError):
    """Patches cannot be written to the card; they are kept in memory until they can be."""


class OscUnavailableError(DeviceError, OSError):
    """OSC cannot listen at its address."""


class OscMessageError(DeviceError, ValueError):
    """A datagram is no OSC, or a message of it means nothing here."""
