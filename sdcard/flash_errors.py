"""What can be wrong with an image or with the disk that it should be written to.

Every message names the file or the disk, the place in it, and what is allowed or the way out.
"""

from __future__ import annotations


class FlashError(Exception):
    """An image cannot be written to a disk, or was not."""


class DisksUnknownError(FlashError, OSError):
    """The system does not tell which disks it has."""


class DiskNotFoundError(FlashError, FileNotFoundError):
    """There is no such disk."""


class DiskRefusedError(FlashError, PermissionError):
    """The disk looks like one that should not be overwritten."""


class DiskTooSmallError(FlashError, ValueError):
    """The image has bytes beyond the end of the disk."""


class DiskUnusableError(FlashError, OSError):
    """The disk cannot be opened, written or read."""


class DiskDamagedError(FlashError, OSError):
    """The disk gave back other bytes than were written."""


class ImageUnusableError(FlashError, ValueError):
    """The file cannot be read, is damaged, or is no image of a card."""


class DecoderMissingError(FlashError, RuntimeError):
    """Nothing on this machine can decompress the image."""


class BmapError(FlashError, ValueError):
    """A block map is not as its format wants it, or its own checksum is wrong."""


class BmapMismatchError(FlashError, ValueError):
    """The image is not the one that the block map was made for."""
