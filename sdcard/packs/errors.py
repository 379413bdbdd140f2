"""Why a sound pack cannot be put on a card or taken off it; all are errors of packs."""

from __future__ import annotations

from device.pack import PackError, PackWriteError


class NotAShelfError(PackError, ValueError):
    """The target is no folder of packs, or the pack to be installed lies in it already."""


class CardBusyError(PackWriteError):
    """Another process is changing the packs of the same folder."""


class NoSpaceError(PackWriteError):
    """The pack does not fit; nothing was written."""


class FileTooLargeError(PackWriteError):
    """A file of the pack is longer than a FAT file system can hold; nothing was written."""


class NoSuchPackError(PackError, LookupError):
    """No pack, or more than one, has the name or id that was asked for."""


class SourceLostError(PackError, ConnectionError):
    """The pack stopped coming; what has come is kept for the next attempt."""
