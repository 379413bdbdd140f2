"""Whether a release fits on a card, known before anything is written or deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from sdcard.releases.errors import NoRoomError
from sdcard.releases.model import Manifest

SPARE_BYTES = 8 << 20
"""What stays free for settings, patches and the file system itself."""


def check_room(manifest: Manifest, releases: Path, deletable: Sequence[Path]) -> None:
    """Raise NoRoomError unless it fits once `deletable` is gone. Raises OSError too."""
    card = os.statvfs(releases)
    unit = card.f_frsize
    folders = {parent for file in manifest.files for parent in Path(file.path).parents}
    needed = sum(-(-file.size // unit) for file in manifest.files) * unit + len(folders) * unit
    entries = [entry for path in deletable for entry in _entries(path)]
    free = card.f_bavail * unit + sum(entry.lstat().st_blocks * 512 for entry in entries)
    files, free_files = len(manifest.files) + len(folders), card.f_favail + len(entries)
    is_short_of_files = card.f_files > 0 and files > free_files  # 0: they are not limited
    if needed + SPARE_BYTES > free or is_short_of_files:
        raise NoRoomError(
            f"{releases}: release {manifest.version} needs {_mb(needed)} MB and {_mb(SPARE_BYTES)}"
            f" MB to spare in {files} files; there is room for {_mb(free)} MB in {free_files}"
        )


def _entries(path: Path) -> Iterator[Path]:
    if path.is_dir() and not path.is_symlink():
        yield path
        yield from path.rglob("*")


def _mb(count: int) -> str:
    return f"{count / 1e6:.1f}"
