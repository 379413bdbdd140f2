"""One process at a time changes the packs of a folder."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from device.pack.members import MANIFEST_NAME
from sdcard.folder_lock import folder_lock
from sdcard.packs.durable import writing
from sdcard.packs.errors import CardBusyError, NotAShelfError


def check_shelf(shelf: Path) -> None:
    """Raise NotAShelfError unless this is a folder that may hold packs."""
    if not shelf.is_dir():
        raise NotAShelfError(shelf, "is not a folder; name the folder of packs on a mounted card")
    if (shelf / MANIFEST_NAME).exists():
        raise NotAShelfError(shelf, "is itself a pack; name the folder of packs around it")


@contextlib.contextmanager
def locked(shelf: Path) -> Iterator[None]:
    """Keep other processes out; the lock ends with the process and leaves no file.

    Raises NotAShelfError, CardBusyError.
    """
    check_shelf(shelf)
    busy = CardBusyError(shelf, "another process is changing its packs")
    with contextlib.ExitStack() as stack:
        with writing(shelf):
            stack.enter_context(folder_lock(shelf, busy))
        yield
