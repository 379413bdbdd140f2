"""Inside the test kernel: updates of the instrument, its starts, and what is there of releases."""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path
from typing import Any

from sdcard.releases.choice_file import read_choice
from sdcard.releases.confirm import Running, confirm
from sdcard.releases.launcher import Launcher
from sdcard.releases.manifest import NAME, parse_manifest
from sdcard.releases.places import DEVICE_PROGRAM, Places, of_state
from sdcard.releases.release_reader import ReleaseReader
from sdcard.releases.update import update as put_on
from sdcard.releases.update import versions

BASE = Path("/run/base")  # in place of the one on the root partition
VERSION = "LATENTPAD_RELEASE"


class Became(Exception):  # noqa: N818 (the launcher never comes back)
    """The launcher has become this version."""


def _places(data: Path) -> Places:
    program = BASE / DEVICE_PROGRAM
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    on_state = of_state(data)
    return Places(BASE, on_state.releases, on_state.choice)


def update(data: Path, release: Path) -> None:
    """Put a release on."""
    with release.open("rb") as file:
        put_on(ReleaseReader(file, release.name), _places(data))


def start(data: Path) -> str:
    """A start of the instrument that goes well; returns the version that runs then."""
    places = _places(data)

    def become(program: str, arguments: object, environ: dict[str, str]) -> None:
        assert Path(program).is_file(), f"{program} was to be started"
        raise Became(environ[VERSION])

    try:
        Launcher(places, {}, become, lambda new, old, environ: "").launch(["run"])
    except Became as became:
        version = str(became)
        confirm(places, Running(version, is_safe=False))
        return version
    raise AssertionError("the launcher came back")


def releases(data: Path) -> dict[str, Any]:
    """Which is chosen, which is on trial, and what is wrong with those that are there."""
    places = _places(data)
    choice = read_choice(places.choice)
    there = versions(places)
    damaged = [version for version in there if not _is_whole(places.folder(version))]
    named = {choice.current, choice.previous, choice.trial} - {None, "base"}
    return {"current": choice.current, "trial": choice.trial,
            "damaged": damaged, "missing": sorted(named - set(there))}  # fmt: skip


def untidy(data: Path) -> list[str]:
    """What the next update has to take away, if none of it was cut."""
    return [str(path) for path in _places(data).releases.glob(".*")]


def _is_whole(folder: Path) -> bool:
    """Every file has the bytes of its manifest."""
    with contextlib.suppress(OSError, ValueError):
        manifest = parse_manifest((folder / NAME).read_bytes(), str(folder))
        for file in manifest.files:
            path = folder / file.path
            if file.link is not None:
                if str(path.readlink()) != file.link:
                    return False
            elif hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
                return False
        return True
    return False
