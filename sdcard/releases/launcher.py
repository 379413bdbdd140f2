"""Starts the instrument: chooses a release, tests it if it is new, and becomes it.

Whatever is damaged, missing or not writable, something is started: in the end the base. An attempt
that cannot be written down is not made, as nobody could count it; the base is started instead.

The process that is started learns from its environment what it is (RELEASE_VARIABLE: a version, or
"base") and what the musician should be told (NOTICE_VARIABLE, absent if there is nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sdcard.releases.choice import (
    BASE,
    TEST,
    Attempt,
    Choice,
    given_up,
    next_attempt,
    passed,
)
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.errors import ChoiceDamagedError, ReleaseNotFoundError
from sdcard.releases.places import DEVICE_PROGRAM, Places

RELEASE_VARIABLE, NOTICE_VARIABLE = "LATENTPAD_RELEASE", "LATENTPAD_NOTICE"
_OF_THIS_PYTHON = ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH")

Environ = Mapping[str, str]
Execute = Callable[[str, Sequence[str], Environ], object]
"""As os.execve: becomes a program, or raises OSError."""
Test = Callable[[Path, Path, Callable[[Path], Environ]], str]
"""Why a release must not be started, or "": told its folder, the old one's, and environments."""


def environment(folder: Path, environ: Environ) -> dict[str, str]:
    """That of a program in a release: what belongs to the Python of this process is left out."""
    kept = {key: value for key, value in environ.items() if key not in _OF_THIS_PYTHON}
    return kept | {"LD_LIBRARY_PATH": str(folder / "lib")}


class Launcher:
    """One start of the instrument."""

    def __init__(self, places: Places, environ: Environ, execute: Execute, test: Test) -> None:
        self._places, self._environ = places, environ
        self._execute, self._test = execute, test
        self._notices: list[str] = []
        self._stored: Choice | None = None

    def launch(self, arguments: Sequence[str]) -> None:
        """Become `latentpad-device ARGUMENTS`; raises ReleaseNotFoundError if nothing can run."""
        choice = self._read()
        while True:
            choice, attempt = next_attempt(choice, self._places.is_whole)
            trouble = self._store(choice)
            if attempt.version == BASE:
                break
            if trouble:
                self._notices.append(f"release {attempt.version} not started: {trouble}")
                break
            choice = self._attempt(choice, attempt, arguments)
        try:
            self._become(BASE, choice, arguments)
        except OSError as error:
            raise ReleaseNotFoundError(f"the base cannot be run: {error}") from error

    def _read(self) -> Choice:
        try:
            self._stored = read_choice(self._places.choice)
        except ChoiceDamagedError as error:
            self._notices.append(f"the base runs: {error}")
        return self._stored or Choice()

    def _store(self, choice: Choice) -> str:
        """Why it could not be stored, or ""; one that was damaged stays for who looks into it."""
        if choice == (self._stored or Choice()):
            return ""
        try:
            write_choice(choice, self._places.choice)
        except OSError as error:
            return f"{self._places.choice}: cannot be written: {error.strerror or error}"
        self._stored = choice
        return ""

    def _attempt(self, choice: Choice, attempt: Attempt, arguments: Sequence[str]) -> Choice:
        """Test or become a release; what is known when it was only a test, or in vain."""
        if attempt.stage == TEST:
            old = choice.current if self._places.is_whole(choice.current) else BASE
            reason = self._test(
                self._places.folder(attempt.version),
                self._places.folder(old),
                lambda folder: environment(folder, self._environ),
            )
            return given_up(choice, reason) if reason else passed(choice)
        try:
            self._become(attempt.version, choice, arguments)
        except OSError as error:
            return given_up(choice, f"cannot be run: {error.strerror or error}")
        return choice

    def _become(self, version: str, choice: Choice, arguments: Sequence[str]) -> None:
        """Returns only by OSError."""
        folder = self._places.folder(version)
        program = str(folder / DEVICE_PROGRAM)
        told = [*([str(choice.refusal)] if choice.refusal else []), *self._notices]
        environ = environment(folder, self._environ) | {RELEASE_VARIABLE: version}
        if told:
            environ[NOTICE_VARIABLE] = "; ".join(told)
        self._execute(program, [program, *arguments], environ)
