"""Files that go onto every card as they are: the folder `files`, whose tree is that of the card."""

from __future__ import annotations

from pathlib import Path

from sdcard.image.changes import BaseFiles, Change, MakeDirectory, PutFile, Symlink
from sdcard.system.units import KINDS, UNITS, enabled

FILES = Path(__file__).with_name("files")
MODES = {"/etc/sudoers.d/latentpad": 0o440}
ONLY_WITH = ("/etc/rpi", "/etc/cloud", "/etc/sudoers.d")
"""Folders whose files are of no use unless the base has them."""
EXECUTABLE = 0o111


def root_files(root: BaseFiles) -> list[Change]:
    """Those of the root, with the links that start the units among them."""
    changes: list[Change] = []
    for path, data in _tree(FILES / "root"):
        lacking = [folder for folder in ONLY_WITH if path.startswith(f"{folder}/")]
        if all(root.exists(folder) for folder in lacking):
            changes.append(PutFile(path, data, MODES.get(path, 0o644)))
            if path.startswith(f"{UNITS}/") and path.endswith(KINDS):
                changes += enabled(path.rpartition("/")[2], data.decode())
    return changes


def boot_files() -> list[Change]:
    """Those of the boot partition, in lines as Windows wants them."""
    found = _tree(FILES / "boot")
    return [PutFile(path, data.replace(b"\n", b"\r\n")) for path, data in found]


def tree(folder: Path, at: str) -> list[Change]:
    """A folder of this machine as it is to lie below `at`: files, links and empty folders."""
    changes: list[Change] = []
    for path in sorted(folder.rglob("*")):
        there = f"{at}/{path.relative_to(folder).as_posix()}"
        if path.is_symlink():
            changes.append(Symlink(there, str(path.readlink())))
        elif path.is_dir():
            changes.append(MakeDirectory(there))
        else:
            mode = 0o755 if path.stat().st_mode & EXECUTABLE else 0o644
            changes.append(PutFile(there, path, mode))
    return changes


def _tree(folder: Path) -> list[tuple[str, bytes]]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(f"/{path.relative_to(folder).as_posix()}", path.read_bytes()) for path in paths]
