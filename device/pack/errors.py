"""What can be wrong with a sound pack: one root, one leaf per way out for the caller."""

from __future__ import annotations


class PackError(Exception):
    """A sound pack that cannot be read or written.

    `path` says where (a file, or a file inside an archive), `detail` what is wrong there, in words
    short enough for a screen. Survives pickling, so that worker processes can raise it.
    """

    def __init__(self, path: object, detail: str) -> None:
        super().__init__(f"{path}: {detail}")
        self.path = str(path)
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path}: {self.detail}"

    def __reduce__(self) -> tuple[type[PackError], tuple[str, str]]:
        return type(self), (self.path, self.detail)


class PackNotFoundError(PackError, FileNotFoundError):
    """The pack, or a file that its manifest names, is not there."""


class PackDamagedError(PackError, ValueError):
    """Bytes are missing or changed: a hash, a length or a FLAC stream does not fit."""


class PackTooNewError(PackError, ValueError):
    """The pack is of a later format, or asks for a later player, than this one."""


class PackInvalidError(PackError, ValueError):
    """A value in the manifest or in a cell's header has the wrong type or is out of range."""


class PackUnsafeError(PackError, ValueError):
    """No honest writer makes this: a path that leaves the pack, a zip bomb, an absurd size."""


class PackWriteError(PackError, OSError):
    """The pack could not be written (disk full, no permission, card removed)."""
