"""What can be wrong with a release, with the file that brings it, or with where it should go."""

from __future__ import annotations


class ReleaseError(Exception):
    """A release cannot be made, put on a card, or chosen; the text says why."""


class ReleaseNotFoundError(ReleaseError, FileNotFoundError):
    """There is no such file, or no such release."""


class ReleaseDamagedError(ReleaseError, ValueError):
    """Bytes of a release are missing or changed."""


class ReleaseUnsafeError(ReleaseError, ValueError):
    """No honest maker writes this: a path or link that leads out, an absurd size."""


class ReleaseTooNewError(ReleaseError, ValueError):
    """The file is of a later format than this program knows."""


class EnvironmentUnfitError(ReleaseError, ValueError):
    """A folder is no environment that could be released."""


class WrongMachineError(ReleaseError, ValueError):
    """The release is for another processor or another Python than the instrument has."""


class ReleaseInUseError(ReleaseError, FileExistsError):
    """The instrument runs a release of that version: it cannot be replaced under its feet."""


class NotAnInstrumentError(ReleaseError, ValueError):
    """The target is not the state partition of a card, or an instrument."""


class UpdateBusyError(ReleaseError, BlockingIOError):
    """Another process is updating the same card."""


class NoRoomError(ReleaseError, OSError):
    """The release does not fit; nothing was written."""


class ReleaseWriteError(ReleaseError, OSError):
    """Something could not be written (no permission, a faulty card)."""


class ChoiceDamagedError(ReleaseError, ValueError):
    """The file that says which release to run makes no sense."""


class RestartError(ReleaseError, RuntimeError):
    """The release is put on, but the instrument does not start again."""


class RemoteUpdateError(ReleaseError, RuntimeError):
    """The instrument did not take the release; the text is its own."""
