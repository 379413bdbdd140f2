"""Puts a release on an instrument: whole or not at all, and tried at the next start.

It is unpacked beside the others under a hidden name, made safe on the medium, and only then given
its own name and written down as the trial. Of the others the current one stays, and the base.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sdcard.folder_lock import folder_lock
from sdcard.releases import choice as choices
from sdcard.releases.base_note import read_base
from sdcard.releases.choice import Choice
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.errors import (
    ChoiceDamagedError,
    ReleaseInUseError,
    UpdateBusyError,
    WrongMachineError,
)
from sdcard.releases.folders import delete, leftovers, put, versions, writing
from sdcard.releases.places import Places
from sdcard.releases.release_reader import ReleaseReader
from sdcard.releases.room import check_room


@dataclass(frozen=True)
class Updated:
    """What was done."""

    version: str
    path: Path
    removed: tuple[str, ...]  # versions that were taken away


def _ignore(_: int) -> None:
    """For those who do not watch."""


def update(
    reader: ReleaseReader,
    places: Places,
    *,
    on_total: Callable[[int], None] = _ignore,
    on_bytes: Callable[[int], None] = _ignore,
) -> Updated:
    """Put a release there as the trial. Raises ReleaseError; until then the old one starts."""
    _check_machine(reader, places)
    busy = UpdateBusyError(f"{places.releases}: another process is updating it")
    with writing(places.releases), folder_lock(places.releases, busy):
        choice = _read(places)
        version = reader.manifest.version
        if version == choice.current:
            raise ReleaseInUseError(
                f"{reader.name}: the instrument runs a release {version} already; another one needs"
                " another version"
            )
        others = [name for name in versions(places) if name != choice.current]
        useless = [*leftovers(places), *(places.folder(name) for name in others)]
        check_room(reader.manifest, places.releases, useless)
        on_total(reader.manifest.total_bytes)
        # nothing may name what is about to be deleted
        write_choice(choices.without_others(choice), places.choice)
        for path in useless:
            delete(path)
        put(reader, places, on_bytes)
        write_choice(choices.put_on(choices.without_others(choice), version), places.choice)
    removed = tuple(name for name in others if name != version)
    return Updated(version, places.folder(version), removed)


def _check_machine(reader: ReleaseReader, places: Places) -> None:
    _, machine = read_base(places)
    if reader.manifest.machine != machine:
        raise WrongMachineError(
            f"{reader.name}: is for {reader.manifest.machine}; the instrument has {machine}"
        )


def _read(places: Places) -> Choice:
    """A damaged choice is over with an update: its base runs, and goes on until then."""
    try:
        return read_choice(places.choice)
    except ChoiceDamagedError:
        return Choice()
