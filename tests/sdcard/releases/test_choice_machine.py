"""Any sequence of updates, starts, crashes, power cuts and faulty cards: something good starts.

Releases behave as they like; what the launcher does to them is counted. The base always works.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from sdcard.releases import choice as c
from sdcard.releases import choice_file
from sdcard.releases.choice import BASE, Choice
from sdcard.releases.confirm import Running, confirm
from sdcard.releases.errors import ChoiceDamagedError
from sdcard.releases.launcher import NOTICE_VARIABLE, RELEASE_VARIABLE, Environ, Launcher
from sdcard.releases.places import DEVICE_PROGRAM, Places, of_instrument


class PowerCut(BaseException):
    """Now."""


class Became(BaseException):
    """The launcher is the instrument now."""

    def __init__(self, environ: Environ) -> None:
        self.version, self.notice = environ[RELEASE_VARIABLE], environ.get(NOTICE_VARIABLE, "")


@dataclass
class Release:
    """How one behaves, and what was done to it since it was put on or chosen."""

    passes: bool = True
    starts: bool = True
    runs: bool = True  # the file can be executed
    tests: int = 0
    vain_starts: int = 0
    was_confirmed: bool = False


BEHAVIOURS = st.builds(Release, st.booleans(), st.booleans(), st.sampled_from([True, True, False]))
CUTS = st.none() | st.tuples(st.integers(0, 3), st.booleans())  # at which write, before or after it


class Instrument(RuleBasedStateMachine):
    """One card's life."""

    @initialize()
    def make(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.places: Places = of_instrument({"LATENTPAD_ROOT": str(self.folder)})
        self.places.choice.parent.mkdir(parents=True)
        self.releases = {BASE: Release(was_confirmed=True)}
        self.is_writable, self.cut = True, None
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(os, "fsync", lambda descriptor: None)
        write = choice_file.write_choice
        for module in ("launcher", "confirm"):
            self.patch.setattr(f"sdcard.releases.{module}.write_choice", self.faulty(write))
        self.put_folder(BASE)

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()
            shutil.rmtree(self.folder)

    def faulty(self, write: Callable[[Choice, Path], None]) -> Callable[[Choice, Path], None]:
        def wrapped(choice: Choice, path: Path) -> None:
            if not self.is_writable:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS))
            at, is_before = self.cut or (-1, False)
            self.cut = (at - 1, is_before)
            if at == 0 and is_before:
                raise PowerCut
            write(choice, path)
            if at == 0:
                raise PowerCut

        return wrapped

    def put_folder(self, version: str) -> None:
        program = self.places.folder(version) / DEVICE_PROGRAM
        program.parent.mkdir(parents=True)
        program.touch(0o755)

    def choice(self) -> Choice:
        return choice_file.read_choice(self.places.choice)

    @rule(release=BEHAVIOURS)
    def update(self, release: Release) -> None:
        """As sdcard.releases.update does it in the end; its own cuts are in its own tests."""
        if not self.is_writable:
            return
        try:
            before = self.choice()
        except ChoiceDamagedError:
            before = Choice()
        version = f"{len(self.releases)}.0"
        self.releases[version] = release
        self.put_folder(version)
        choice_file.write_choice(c.put_on(c.without_others(before), version), self.places.choice)

    @rule(data=st.data())
    def choose(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from(list(self.releases)))
        try:
            before = self.choice()
        except ChoiceDamagedError:
            return
        if self.is_writable and self.places.is_whole(version):
            release = self.releases[version]
            release.tests = release.vain_starts = 0
            choice_file.write_choice(c.chosen(before, version), self.places.choice)

    @rule(cut=CUTS, safe=st.sampled_from([False, False, False, True]))
    def start(self, cut: tuple[int, bool] | None, safe: bool) -> None:
        """The power comes on; it may go before all is done."""
        self.cut = cut
        try:
            became = self.launch()
            release = self.releases[became.version]
            assert self.places.is_whole(became.version)
            if became.version != BASE:
                assert release.runs
                assert self.is_writable
                assert release.tests or release.was_confirmed
                assert release.passes or release.was_confirmed
                if not safe:
                    release.vain_starts += 1
            if safe:
                current = self.choice().current
                confirm(self.places, Running(became.version, is_safe=True))
                assert self.choice().current == current
            elif release.starts:
                confirm(self.places, Running(became.version, is_safe=False))
                if self.is_writable:
                    release.was_confirmed, release.vain_starts = True, 0
        except (PowerCut, OSError, ChoiceDamagedError):
            pass
        self.cut = None

    def launch(self) -> Became:
        def execute(program: str, arguments: Sequence[str], environ: Environ) -> None:
            if not self.releases[environ[RELEASE_VARIABLE]].runs:
                raise OSError(errno.ENOEXEC, os.strerror(errno.ENOEXEC))
            raise Became(environ)

        def test(trial: Path, old: Path, environment: Callable[[Path], Environ]) -> str:
            assert old != trial
            assert (old / DEVICE_PROGRAM).exists()
            self.releases[trial.name].tests += 1
            return "" if self.releases[trial.name].passes else "it fails"

        with pytest.raises(Became) as caught:
            Launcher(self.places, {}, execute, test).launch(["run"])
        return caught.value

    @rule(is_writable=st.booleans())
    def change_card(self, is_writable: bool) -> None:
        self.is_writable = is_writable

    @rule(data=st.binary(max_size=3))
    def damage_choice(self, data: bytes) -> None:
        self.places.choice.write_bytes(data)

    @rule(data=st.data())
    def lose_folder(self, data: st.DataObject) -> None:
        version = data.draw(st.sampled_from(list(self.releases)))
        if version != BASE:
            shutil.rmtree(self.places.folder(version), ignore_errors=True)

    @invariant()
    def never_more_than_two_attempts(self) -> None:
        for version, release in getattr(self, "releases", {}).items():
            if version != BASE:
                assert release.vain_starts <= 2, version
                assert release.tests <= 2, version

    @precondition(lambda self: self.is_writable)
    @rule()
    def undisturbed_starts_settle(self) -> None:
        """After at most two starts per release that is known, the same one starts for good."""
        for _ in range(6):
            self.start(None, False)
        try:
            choice = self.choice()
        except ChoiceDamagedError:
            assert self.launch().version == BASE
            return
        assert choice.trial is None
        assert choice.attempt is None
        became = self.launch()
        assert became.version == choice.current
        assert self.releases[became.version].starts
        assert (choice.refusal is None) == (became.notice == "")
        confirm(self.places, Running(became.version, False))

    @precondition(lambda self: self.is_writable)
    @rule()
    def what_turns_bad_is_left_for_the_one_before(self) -> None:
        self.undisturbed_starts_settle()
        try:
            choice = self.choice()
        except ChoiceDamagedError:
            return
        before = choice.previous if self.places.is_whole(choice.previous) else BASE
        if choice.current != BASE and self.releases[before].starts and self.releases[before].runs:
            self.releases[choice.current].starts = False
            self.start(None, False)
            self.start(None, False)
            assert self.launch().version == before
            confirm(self.places, Running(before, is_safe=False))

    @precondition(lambda self: self.is_writable)
    @rule()
    def a_good_update_is_used(self) -> None:
        version = f"{len(self.releases)}.0"
        self.update(Release())
        self.start(None, False)
        assert self.choice().current == version
        assert self.launch().version == version
        confirm(self.places, Running(version, False))


Instrument.TestCase.settings = settings(max_examples=50, stateful_step_count=20)
TestInstrument = Instrument.TestCase
