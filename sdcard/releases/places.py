"""Where releases and the choice among them lie, on a running instrument or on a mounted card.

This module is imported when the instrument starts: it stays small.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sdcard.image import layout
from sdcard.releases.choice import BASE

ROOT_VARIABLE = "LATENTPAD_ROOT"
"""A folder that stands for / (for tests); sudo does not pass it on."""

DEVICE_PROGRAM = "bin/latentpad-device"
BASE_NOTE = "base.json"
"""Beside the releases: for which machine and Python the base is, see base_note."""


@dataclass(frozen=True)
class Places:
    """Paths of one instrument."""

    base: Path | None  # None: that partition is not mounted here
    releases: Path
    choice: Path

    def folder(self, version: str) -> Path:
        """Where the release with this version lies; ValueError for BASE where it is elsewhere."""
        if version != BASE:
            return self.releases / version
        if self.base is None:
            raise ValueError("the base is not mounted")
        return self.base

    def is_whole(self, version: str) -> bool:
        """Whether there is something to start. Its bytes were checked when it was put there."""
        try:
            mode = (self.folder(version) / DEVICE_PROGRAM).stat().st_mode
        except OSError:
            return False
        return stat.S_ISREG(mode) and mode & stat.S_IXUSR != 0  # also where nothing may be run


def of_instrument(environ: Mapping[str, str]) -> Places:
    """Those of the instrument that this runs on."""
    root = Path(environ.get(ROOT_VARIABLE) or "/")

    def below(path: str) -> Path:
        return root / path.lstrip("/")

    return Places(below(layout.BASE_RELEASE), below(layout.RELEASES), below(layout.RELEASE_CHOICE))


def of_state(state: Path) -> Places:
    """Those on a state partition that is mounted somewhere."""
    mount = layout.STATE.mount

    def below(path: str) -> Path:
        return state / path.removeprefix(f"{mount}/")

    choice = below(layout.HOME_ON_STATE) / Path(layout.RELEASE_CHOICE).name
    return Places(None, below(layout.RELEASES), choice)
