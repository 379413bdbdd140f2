"""Reaches what a TARGET stands for, for as long as it is needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from sdcard.image.layout import BASE_RELEASE, PACKS, Place
from sdcard.targets.caller import Caller
from sdcard.targets.card_disk import find_partition
from sdcard.targets.mounting import mounted
from sdcard.targets.remote_shelf import RemoteShelf
from sdcard.targets.shelf import LocalShelf, Shelf
from sdcard.targets.target import DiskTarget, FolderTarget, RemoteTarget, Target

CARD_PROGRAM = f"{BASE_RELEASE}/bin/latentpad-card"
"""On an instrument; that of the base, which is always there."""


@contextlib.contextmanager
def shelf_of(target: Target) -> Iterator[Shelf]:
    """The packs of a card or an instrument. Raises TargetError."""
    if isinstance(target, RemoteTarget):
        with Caller(target, [CARD_PROGRAM, "serve", PACKS.mount]) as caller:
            yield RemoteShelf(caller)
    else:
        with folder_of(target, PACKS) as folder:
            yield LocalShelf(folder)


@contextlib.contextmanager
def folder_of(target: FolderTarget | DiskTarget, place: Place) -> Iterator[Path]:
    """The folder of a mounted card, or a partition that is mounted here. Raises TargetError."""
    if isinstance(target, FolderTarget):
        yield target.path
        return
    with mounted(find_partition(target.path, place)) as folder:
        yield folder
