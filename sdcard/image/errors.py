"""What can be wrong while an image is made or a card's last partition grows.

Every message names the file, the partition or the program, the value, and what is allowed.
"""

from __future__ import annotations


class ImageError(Exception):
    """An image cannot be made as asked; the output, if there was one before, is as it was."""


class ProgramMissingError(ImageError, FileNotFoundError):
    """A program that this needs is not installed."""


class ProgramFailedError(ImageError, RuntimeError):
    """A program ended with an error, or found one in what it was given."""


class BaseUnusableError(ImageError, ValueError):
    """The base cannot be read, or is no image of Raspberry Pi OS for 64 bits."""


class BaseFileMissingError(ImageError, FileNotFoundError):
    """The base has no such file."""


class PartitionTableError(ImageError, ValueError):
    """A master boot record is missing, damaged, or of a kind that is not written here."""


class FatError(ImageError, ValueError):
    """A FAT file system is damaged, or of a kind that is not handled here."""


class Ext4Error(ImageError, ValueError):
    """An ext4 file system is damaged, or took a change other than as asked."""


class ChangeRefusedError(ImageError, ValueError):
    """A change cannot be made: its path, its kind or what is there now forbids it."""


class DoesNotFitError(ImageError, ValueError):
    """A partition, a file system or a disk is too small for what it should hold."""


class NoRoomError(ImageError, OSError):
    """The disk of this machine has too little free space for the work."""


class OutputUnusableError(ImageError, OSError):
    """The image cannot be written where it should be."""


class DiskUnusableError(ImageError, OSError):
    """A disk cannot be found, opened, read or written, or is in use."""
