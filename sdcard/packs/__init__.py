"""Puts sound packs on a mounted card, lists them and takes them off; no power cut can hurt them."""

from sdcard.packs.errors import (
    CardBusyError,
    FileTooLargeError,
    NoSpaceError,
    NoSuchPackError,
    NotAShelfError,
)
from sdcard.packs.install import Installed, install
from sdcard.packs.inventory import Entry, entries
from sdcard.packs.remove import Removed, remove

__all__ = [
    "CardBusyError",
    "Entry",
    "FileTooLargeError",
    "Installed",
    "NoSpaceError",
    "NoSuchPackError",
    "NotAShelfError",
    "Removed",
    "entries",
    "install",
    "remove",
]
