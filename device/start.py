"""How the instrument starts: as the settings want it, or in safe mode, and what it has to tell.

Safe mode is for a start that would go wrong with the musician's own settings: it takes the usual
ones, but keeps how the board is built and where packs and patches lie, and remembers nothing of the
last time. Nothing is written by starting so. A release that was put on later gives way to the one
in the read-only part of the card.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from device.arguments import instrument_settings, with_options
from device.errors import SettingsError, SettingsNotFoundError
from device.events import Event, Fault, Noticed
from device.parts import SAFE_MODE, SAVING
from device.settings import FilesSettings, Settings
from device.settings_salvage import salvaged
from hardware.config import BoardConfig

BASE = Path("/opt/latentpad")  # the release that every card has
FIRST_SETTINGS = Path("/usr/share/latentpad/settings.toml")  # that a card begins with
NO_STATE = Path("/run/latentpad-no-state")  # there if the card's partition for them is damaged
FORGETS = (
    "settings and patches are forgotten at power off: the card's partition lp-state is damaged"
)
WHY_SAFE = "LATENTPAD_SAFE"  # from one release to the base one
NOTICE = "LATENTPAD_NOTICE"  # from whoever started this process
LONGEST_NOTICE = 300  # characters


@dataclass(frozen=True)
class Start:
    """The settings to start with."""

    settings: Settings
    why_safe: str = ""  # "" unless in safe mode

    @property
    def news(self) -> list[Event]:
        """What the musician should be told at once."""
        news: list[Event] = [Fault(SAFE_MODE, self.why_safe)] if self.why_safe else []
        if NO_STATE.exists():
            news.append(Fault(SAVING, FORGETS))
        notice = " ".join(os.environ.get(NOTICE, "").split())[:LONGEST_NOTICE]
        return [*news, Noticed(notice)] if notice else news


def usual_or_safe(options: argparse.Namespace) -> Start:
    """As the command line wants it. Raises SettingsError unless it wants safe mode then."""
    if vars(options).get("safe"):
        return safe(options, os.environ.get(WHY_SAFE) or "it was asked for")
    try:
        return Start(instrument_settings(options))
    except (SettingsError, SettingsNotFoundError) as error:
        if not options.or_safe:
            raise
        return safe(options, str(error))


def safe(options: argparse.Namespace, why: str) -> Start:
    """Safe mode; the command line still counts. Raises SettingsError for its values."""
    path = _readable(options.settings)
    board, files = salvaged(path, "board", BoardConfig), salvaged(path, "files", FilesSettings)
    settings = Settings(board=board, files=replace(files, memory=False))
    return Start(with_options(settings, options), why)


def _readable(path: Path | None) -> Path | None:
    """The musician's settings, or those that a card begins with where they cannot be read."""
    try:
        if path is not None:
            path.open("rb").close()
        return path
    except OSError:
        return FIRST_SETTINGS


def become_base(why: str, arguments: Sequence[str], base: Path = BASE) -> None:
    """Run the base release in the place of this one, in safe mode; returns if this is the base.

    It also returns where there is no other, or none that can be run.
    """
    program = base / "bin" / "latentpad-device"
    is_base = WHY_SAFE in os.environ or Path(sys.prefix).resolve() == base.resolve()
    if is_base or not program.exists():
        return
    given = [word for word in arguments if word != "--safe"]
    environment = os.environ | {WHY_SAFE: why, "LD_LIBRARY_PATH": str(base / "lib")}
    with contextlib.suppress(OSError):
        os.execve(program, [str(program), *given, "--safe"], environment)
