"""What can be wrong with the base, the wishes or the ingredients of a card's system.

Every message names the file or the option, the value in it, and what is allowed or the way out.
"""

from __future__ import annotations

from sdcard.image.errors import ImageError


class CardSystemError(ImageError):
    """The system of a card cannot be described or its environment cannot be built."""


class OptionError(CardSystemError, ValueError):
    """A wish cannot be granted."""


class BaseUnfitError(CardSystemError, ValueError):
    """The base lacks something that the instrument needs, or is of a kind not known here."""


class AccountsError(BaseUnfitError):
    """A line of passwd, group, shadow or gshadow is damaged, or there is no free number."""


class UnitError(CardSystemError, ValueError):
    """A unit file says something that cannot be turned into links."""


class BootFileError(CardSystemError, ValueError):
    """A file that a musician has put on the boot partition cannot be used."""


class EnvironmentBuildError(CardSystemError, RuntimeError):
    """The environment cannot be built; nothing is left where it should have been."""


class ToolMissingError(EnvironmentBuildError, FileNotFoundError):
    """A program that this needs is not installed."""


class WheelError(EnvironmentBuildError):
    """A Python package cannot be had for the card, or is damaged."""


class LibraryError(EnvironmentBuildError):
    """A system library cannot be had for the card, or its package is damaged."""


class KernelBuildError(EnvironmentBuildError):
    """The C kernel does not compile for the card."""
