"""The packs that are there: finds them in a folder, and tells why one of them cannot be played."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from device.pack.errors import PackError
from device.pack.reader import open_pack

SUFFIX = ".onsp"
MANIFEST = "manifest.json"

Signature = tuple[tuple[str, int, int], ...]
"""Of each pack its name, and when and as what its file or manifest was made."""


@dataclass(frozen=True)
class Found:
    """One pack of the shelf."""

    path: Path
    name: str
    pack_id: str


@dataclass(frozen=True)
class Shelf:
    """What a look at the folder gave."""

    packs: tuple[Found, ...] = ()  # in order of their names
    troubles: tuple[str, ...] = ()  # one line per pack that cannot be played, or for the folder

    @property
    def listed(self) -> tuple[tuple[str, str], ...]:
        """(name, pack id) of each pack."""
        return tuple((found.name, found.pack_id) for found in self.packs)


def look(place: Path) -> Shelf:
    """The packs in a folder, or the one pack that `place` is."""
    try:
        paths = candidates(place)
    except OSError as error:
        return Shelf((), (f"{place}: {error.strerror}",))
    found, troubles = [], []
    for path in paths:
        try:
            with open_pack(path) as pack:
                found.append(Found(path, pack.manifest.name, pack.manifest.pack_id))
        except PackError as error:
            troubles.append(str(error))
    if not paths:
        troubles.append(f"no sound pack in {place}")
    return Shelf(tuple(sorted(found, key=lambda one: one.name.casefold())), tuple(troubles))


def signature(place: Path) -> Signature:
    """Changes when packs come, go or are replaced; costs one look at the folder."""
    try:
        stats = [(path, _first_of(path).stat()) for path in candidates(place)]
    except OSError:
        return ()
    return tuple((path.name, stat.st_mtime_ns, stat.st_ino) for path, stat in stats)


def _first_of(path: Path) -> Path:
    """What changes with a pack: its file, or the manifest of a directory."""
    return path / MANIFEST if (path / MANIFEST).exists() else path


def candidates(place: Path) -> list[Path]:
    """What looks like a pack, in a folder or as `place` itself. Raises OSError."""
    if not place.is_dir() or (place / MANIFEST).exists():
        place.stat()  # raises when it is not there
        return [place]
    return [path for path in sorted(place.iterdir()) if _may_be_a_pack(path)]


def _may_be_a_pack(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    return path.suffix == SUFFIX or (path.is_dir() and _has_manifest(path))


def _has_manifest(directory: Path) -> bool:
    """One of 0 bytes is none: so FAT shows it if the power is cut while it gets its name."""
    try:
        return (directory / MANIFEST).stat().st_size > 0
    except OSError:
        return False
