"""Inside the test kernel: what is found on a card, as the instrument sees it and beyond that."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import card_update
from card_disk import Disk

from device import shelf
from device.pack import open_pack, verify_pack
from device.pack.members import CELLS_DIRECTORY, cell_names, shared_cell_member
from device.patches import Patch, PatchStore
from sdcard.__main__ import main as card_command

Facts = dict[str, Any]
PATCHES = "latentpad/patches.json"
HALF_PATCHES = "latentpad/.patches*"


def look(data: Path, packs: Path) -> Facts:
    """Packs by name with their number of combinations, every byte checked; patches by slot; the
    release that is chosen and the one on trial.
    """
    looked = shelf.look(packs)
    troubles = [line for line in looked.troubles if not line.startswith("no sound pack")]
    found = []
    for one in looked.packs:
        troubles += [f"{one.name}: {problem}" for problem in verify_pack(one.path).problems]
        with open_pack(one.path) as pack:
            found.append([one.name, len(pack.manifest.combinations)])
    store = PatchStore(data / PATCHES)
    patches = {str(slot): patch.name for slot, patch in store.patches().items()}
    releases = card_update.releases(data)
    troubles += [f"release {one}" for one in (*releases["damaged"], *releases["missing"])]
    chosen = [releases["current"], releases["trial"]]
    return {"packs": sorted(found), "troubles": troubles, "patches": patches, "releases": chosen}


def untidy(packs: Path) -> list[str]:
    """What is on the card and belongs to no pack; an empty folder awaits its pack."""
    own = {packs / CELLS_DIRECTORY, *(path for path in packs.iterdir() if _is_empty(path))}
    for path in packs.glob("*/manifest.json"):
        with open_pack(path.parent) as pack:
            cells = [packs / shared_cell_member(name) for name in cell_names(pack.manifest)]
            others = [path, *(path.parent / name for name in filter(None, [pack.manifest.preview]))]
        for file in [*cells, *others]:
            own |= {file, *file.parents}
    names = {str(path).casefold() for path in own}  # FAT does not tell d from D
    return sorted(str(path) for path in packs.rglob("*") if str(path).casefold() not in names)


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def save(data: Path, slot: int, name: str) -> None:
    """Store one patch as the instrument does."""
    place = data / PATCHES
    names = ("brass", "flute", "marimba", "voice")
    PatchStore(place).save(slot, Patch(name, "a-pack", names, (0.5,) * 6, 0.25, 0.75))


def do(operation: list[Any], sources: Path, data: Path, packs: Path) -> None:
    """One thing that people do to their card; installs and removals by `latentpad-card`."""
    verb, *arguments = operation
    if verb == "save":
        save(data, *arguments)
    elif verb == "install":
        _command("install", str(sources / arguments[0]), str(packs))
    elif verb == "remove":
        _command("remove", arguments[0], str(packs))
    elif verb == "update":
        card_update.update(data, sources / f"{arguments[0]}.release")
    elif verb == "start":
        card_update.start(data)
    elif verb == "discard":  # if it is still there
        if arguments[0] in [one.name for one in shelf.look(packs).packs]:
            _command("remove", arguments[0], str(packs))
    else:
        raise ValueError(operation)


def _command(*arguments: str) -> None:
    status = card_command(arguments)
    assert status == 0, f"latentpad-card {' '.join(arguments)}: status {status}"


def after_a_cut(disk: Disk, again: list[list[Any]], sources: Path) -> Facts:
    """Start as the instrument would, then do these operations."""
    repairs = disk.repair()
    disk.assert_clean()
    with disk.mounted() as (data, packs):
        found = look(data, packs)
        begin_s = time.monotonic()
        for operation in again:
            do(operation, sources, data, packs)
        seconds = time.monotonic() - begin_s
        left = [*untidy(packs), *card_update.untidy(data), *map(str, data.glob(HALF_PATCHES))]
        facts = {"found": found, "after": look(data, packs), "untidy": left}
    disk.assert_clean()
    return facts | {"repairs": repairs, "seconds": seconds}
