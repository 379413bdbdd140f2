"""What can be wrong with commands, memory or the audio device; each leaf is also a built-in."""

from __future__ import annotations


class EngineError(Exception):
    """The engine cannot do what was asked; the message names the thing, its value and the range."""


class CommandError(EngineError, ValueError):
    """A command, a row or an envelope has a value out of range."""


class EngineMemoryError(EngineError, MemoryError):
    """There is no memory for a mixer of this size."""


class StreamError(EngineError, OSError):
    """The audio device refused or failed."""


class AudioLibraryMissingError(StreamError):
    """PortAudio is not installed."""


class OutputDeviceMissingError(StreamError):
    """There is no such output device, or none at all."""


class RateUnsupportedError(StreamError, ValueError):
    """The output device cannot play at the mixer's rate."""
