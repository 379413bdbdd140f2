"""What a TARGET on the command line stands for."""

from __future__ import annotations

import re
import stat
from dataclasses import dataclass
from pathlib import Path

_REMOTE = re.compile(
    r"(?P<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)@"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.%a-z]+\])(:(?P<port>\d{1,5}))?"
)
HELP = "a mounted card's folder, a card's device or image file, or an instrument as pad@HOST[:PORT]"


@dataclass(frozen=True)
class FolderTarget:
    """A folder of a card that is mounted; it may be missing."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class DiskTarget:
    """A card's device, or an image file."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True)
class RemoteTarget:
    """An instrument that ssh reaches."""

    user: str
    host: str  # an IPv6 address without its brackets
    port: int | None = None  # None: as ssh is set up

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}" + (f":{self.port}" if self.port else "")


Target = FolderTarget | DiskTarget | RemoteTarget


def parse_target(text: str) -> Target:
    """What is there decides; USER@HOST is an instrument only if there is no such file."""
    path = Path(text)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return parse_remote(text) or FolderTarget(path)
    is_disk = stat.S_ISBLK(mode) or stat.S_ISREG(mode)
    return DiskTarget(path) if is_disk else FolderTarget(path)


def parse_remote(text: str) -> RemoteTarget | None:
    """USER@HOST[:PORT], or None."""
    found = _REMOTE.fullmatch(text)
    if found is None:
        return None
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port < 65_536:
        return None
    return RemoteTarget(found["user"], found["host"].strip("[]"), port)
