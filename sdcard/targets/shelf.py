"""The packs of a card, wherever it is: what can be done with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from device.pack import VerifyReport, verify_pack
from sdcard.packs.facts import Facts, shelf_facts
from sdcard.packs.install import Installed, install
from sdcard.packs.layout import candidates
from sdcard.packs.remove import Removed, remove
from sdcard.packs.shelf_lock import check_shelf


class Shelf(Protocol):
    """Everything may raise the errors of packs, and of targets."""

    def install(
        self, source: Path, on_total: Callable[[int], None], on_bytes: Callable[[int], None]
    ) -> Installed:
        """As sdcard.packs.install."""

    def facts(self) -> list[Facts]:
        """Of each pack."""

    def remove(self, wanted: str) -> Removed:
        """As sdcard.packs.remove."""

    def verify(self, decode: bool) -> Iterator[VerifyReport]:
        """Of each pack, as device.pack.verify_pack."""


class LocalShelf:
    """A folder of packs on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def install(
        self, source: Path, on_total: Callable[[int], None], on_bytes: Callable[[int], None]
    ) -> Installed:
        """As sdcard.packs.install."""
        return install(source, self.path, on_total=on_total, on_bytes=on_bytes)

    def facts(self) -> list[Facts]:
        """Of each pack."""
        return shelf_facts(self.path)

    def remove(self, wanted: str) -> Removed:
        """As sdcard.packs.remove."""
        return remove(wanted, self.path)

    def verify(self, decode: bool) -> Iterator[VerifyReport]:
        """Of each pack."""
        check_shelf(self.path)
        for path in candidates(self.path):
            yield verify_pack(path, decode=decode)
