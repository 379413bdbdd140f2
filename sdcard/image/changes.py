"""What is to be changed on a base image, as plain data: files to put, make, link and delete.

Paths are absolute within their partition ("/etc/fstab" on the root, "/config.txt" on boot, whose
owners and modes are ignored: FAT has none). Missing directories above a path are made, 0755 and
root's. All times become that of the image.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class PutFile:
    """A file in the place of any old one; an old directory there is an error."""

    path: str
    data: bytes | Path  # Path: a file of this machine
    mode: int = 0o644
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class MakeDirectory:
    """A directory; one that is there keeps what is in it, and takes this mode and owner."""

    path: str
    mode: int = 0o755
    uid: int = 0
    gid: int = 0


@dataclass(frozen=True)
class Symlink:
    """A symbolic link in the place of any old file or link. Not on boot: FAT has none."""

    path: str
    target: str


@dataclass(frozen=True)
class Delete:
    """Take a file, a link, or a directory with all in it away; missing is fine."""

    path: str


Change = PutFile | MakeDirectory | Symlink | Delete


@dataclass(frozen=True)
class Changes:
    """All changes of an image, in order, by partition."""

    root: tuple[Change, ...] = field(default=())
    boot: tuple[Change, ...] = field(default=())
    state: tuple[Change, ...] = field(default=())


class BaseFiles(Protocol):
    """Files of a partition of the base, as they were before any change."""

    def read(self, path: str) -> bytes:
        """Content of a regular file; links are followed. Raises BaseFileMissingError."""

    def exists(self, path: str) -> bool:
        """Whether there is anything: a file, a directory, a link that leads somewhere."""
