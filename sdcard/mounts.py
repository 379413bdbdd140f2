"""Reads which block devices are mounted where, and which are swapped to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SYSTEM_MOUNTS = ("/", "/boot", "/efi", "/usr", "/var", "/etc", "/home")


@dataclass(frozen=True)
class Uses:
    """By kernel name of the device ("sda2")."""

    mounts: dict[str, tuple[str, ...]]
    swaps: frozenset[str]

    def has_system(self, mounts: Iterable[str]) -> bool:
        """Whether one of these is a place that the running system lives in."""
        return any(
            place in SYSTEM_MOUNTS or place.startswith(("/boot/", "/usr/", "/var/"))
            for place in mounts
        )


def read_uses(root: Path) -> Uses:
    """From /proc/self/mountinfo, /proc/swaps and the device numbers under /sys (proc(5))."""
    names = _names_by_number(root)
    mounts: dict[str, tuple[str, ...]] = {}
    for line in _lines(root / "proc/self/mountinfo"):
        number, place, source = _parse(line)
        name = names.get(number) or _base(source, root)
        mounts[name] = (*mounts.get(name, ()), place)
    swaps = (line.split()[0] for line in _lines(root / "proc/swaps")[1:] if line.split())
    return Uses(mounts, frozenset(_base(_plain(swap), root) for swap in swaps))


def _names_by_number(root: Path) -> dict[str, str]:
    """Like 8:2 -> sda2."""
    blocks = root / "sys/block"
    files = [*blocks.glob("*/dev"), *blocks.glob("*/*/dev")]
    return {file.read_text().strip(): file.parent.name for file in files}


def _parse(line: str) -> tuple[str, str, str]:
    """(device number, mount point, source); the source follows " - " and the file system."""
    head, _, tail = line.partition(" - ")
    fields, rest = head.split(" "), tail.split(" ")
    return fields[2], _plain(fields[4]), _plain(rest[1])


def _base(source: str, root: Path) -> str:
    """Some file systems (btrfs) have numbers of their own: then the path of the device tells."""
    if not source.startswith("/dev/"):
        return ""
    return (root / source[1:]).resolve().name


def _plain(text: str) -> str:
    """Spaces and the like are written as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []
