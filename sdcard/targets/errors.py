"""Why a card or an instrument cannot be reached; every text names it and the way out."""

from __future__ import annotations


class TargetError(Exception):
    """A card or an instrument cannot be reached, or the way to it broke."""


class NotACardError(TargetError, ValueError):
    """The disk or image file is not that of an instrument."""


class TargetRefusedError(TargetError, PermissionError):
    """The disk is in use, write protected, or not a card."""


class NeedsRootError(TargetError, PermissionError):
    """Only root may mount disks."""


class MountError(TargetError, OSError):
    """A partition could not be mounted, or not be unmounted again."""


class SshError(TargetError, OSError):
    """ssh failed; the text is its own."""


class SshMissingError(SshError):
    """There is no ssh program here."""


class HostUnknownError(SshError):
    """Nobody knows a host of that name."""


class HostUnreachableError(SshError):
    """The host does not answer, or refuses the connection."""


class HostKeyError(SshError):
    """The host is not the one that ssh knows under that name."""


class KeyRefusedError(SshError):
    """The host does not let us in."""


class ConnectionBrokenError(SshError):
    """The connection ended in the middle; the same command goes on where it was."""


class NotAnInstrumentError(TargetError, ValueError):
    """The host is reached, but has no latentpad-card, or something else answers."""


class ProtocolError(TargetError, ValueError):
    """What the other side says makes no sense."""


class ProtocolMismatchError(ProtocolError):
    """The two sides speak different versions of the protocol."""


class RemoteError(TargetError, RuntimeError):
    """The instrument reported an error of its own; the text is its own."""
