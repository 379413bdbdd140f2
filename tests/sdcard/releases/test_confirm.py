"""What the service's second command makes of the process that was started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sdcard.releases.choice import START, Attempt, Choice
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.confirm import Running, confirm, confirm_start, read_running
from sdcard.releases.places import Places

ATTEMPT = Attempt("2", START, 1)


def process(proc: Path, environ: bytes, arguments: bytes) -> Running:
    (proc / "7").mkdir()
    (proc / "7/environ").write_bytes(environ)
    (proc / "7/cmdline").write_bytes(arguments)
    return read_running("7", proc)


def test_what_runs_is_read_from_its_process(tmp_path: Path) -> None:
    found = process(tmp_path, b"A=B\0LATENTPAD_RELEASE=0.2.0\0C=D\0", b"python\0run\0--safe\0")
    assert found == Running("0.2.0", is_safe=True)


def test_one_that_nobody_launched_is_the_base(tmp_path: Path) -> None:
    assert process(tmp_path, b"A=B\0", b"python\0run\0") == Running("base", is_safe=False)


@pytest.mark.parametrize(
    ("running", "after"),
    [
        (Running("2", is_safe=False), Choice("2", "1")),
        (Running("2", is_safe=True), Choice("1", trial="2", attempt=Attempt("2", START, 0))),
        (Running("base", is_safe=False), Choice("1", trial="2", attempt=ATTEMPT)),
    ],
)
def test_confirming(places: Places, running: Running, after: Choice) -> None:
    write_choice(Choice("1", trial="2", attempt=ATTEMPT), places.choice)
    confirm(places, running)
    assert read_choice(places.choice) == after


def test_nothing_new_is_not_written(places: Places) -> None:
    confirm(places, Running("base", is_safe=False))
    assert not places.choice.exists()


@pytest.mark.parametrize("pid", ["", "x", "0", "99999999"])
def test_an_instrument_that_plays_is_not_stopped_for_this(
    places: Places, pid: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert confirm_start(places, {"MAINPID": pid}) == 0
    assert capsys.readouterr().err.startswith("latentpad-card: the start is not confirmed: ")


def test_a_damaged_choice_does_not_stop_it_either(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    places.choice.write_text("{")
    assert confirm_start(places, {"MAINPID": str(os.getpid())}) == 0
    assert "release.json" in capsys.readouterr().err
