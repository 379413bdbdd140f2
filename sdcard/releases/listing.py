"""What releases an instrument has, and which one it is to start."""

from __future__ import annotations

from dataclasses import dataclass

from sdcard.releases.base_note import read_base
from sdcard.releases.choice import BASE, Choice, chosen
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.errors import ChoiceDamagedError, ReleaseNotFoundError, ReleaseWriteError
from sdcard.releases.folders import versions
from sdcard.releases.places import Places


@dataclass(frozen=True)
class Listed:
    """One release."""

    name: str  # a version, or BASE
    state: str  # in words; may be empty
    is_wanted: bool  # it starts next


def list_releases(places: Places) -> list[Listed]:
    """The base first, then the others by name. Raises ReleaseError."""
    base_version, machine = read_base(places)
    trouble = ""
    try:
        choice = read_choice(places.choice)
    except ChoiceDamagedError as error:
        choice, trouble = Choice(), f"; {error}"
    base = f"{base_version}, for {machine}, always there{trouble}"
    names = [BASE, *versions(places)]
    refused = choice.refusal.version if choice.refusal else None
    if refused and refused not in names:
        names.append(refused)
    return [
        Listed(name, base if name == BASE else _state(name, choice, places), name == choice.wanted)
        for name in names
    ]


def _state(name: str, choice: Choice, places: Places) -> str:
    words = []
    if name == choice.trial:
        words.append("new, is tried at the next start")
    elif name == choice.current:
        words.append("current")
    elif name == choice.previous:
        words.append("the one before")
    if choice.refusal is not None and name == choice.refusal.version:
        words.append(f"refused: {choice.refusal.reason}")
    if not places.is_whole(name):
        words.append("is not there, or not whole")
    return ", ".join(words)


def choose(version: str, places: Places) -> None:
    """Have a release started next. Raises ReleaseNotFoundError and ReleaseWriteError."""
    there = [BASE, *versions(places)]
    if version not in there:
        raise ReleaseNotFoundError(f"no release {version}; there is {', '.join(there)}")
    try:
        choice = read_choice(places.choice)
    except ChoiceDamagedError:
        choice = Choice()
    try:
        write_choice(chosen(choice, version), places.choice)
    except OSError as error:
        raise ReleaseWriteError(
            f"{places.choice}: cannot be written: {error.strerror or error}"
        ) from error
