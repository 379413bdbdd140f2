"""Why the Debian base cannot be made on this machine."""

from __future__ import annotations

from sdcard.image.errors import ImageError


class NoDebianSourceError(ImageError, LookupError):
    """The apt of this machine knows no archive of the Debian release that was asked for."""


class ForeignProgramsError(ImageError, RuntimeError):
    """Programs of the base's architecture do not run on this machine."""


class BaseBuildError(ImageError, RuntimeError):
    """The base could not be put together."""
