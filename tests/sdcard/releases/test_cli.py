"""The commands release, update and releases, on folders and on the image of a card."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.__main__ import main
from sdcard.image.layout import STATE
from sdcard.releases.base_note import base_note
from sdcard.releases.choice import Choice
from sdcard.releases.choice_file import read_choice, write_choice
from sdcard.releases.places import Places, of_state
from sdcard.targets.card_disk import find_partition
from sdcard.targets.errors import MountError
from sdcard.targets.mounting import mounted

MakeEnvironment = Callable[..., Path]
MakeRelease = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def here(based: Places, monkeypatch: pytest.MonkeyPatch) -> Places:
    """An instrument that this machine is."""
    monkeypatch.setenv("LATENTPAD_ROOT", str(based.choice.parents[3]))
    return based


def fill_state(state: Path, environment: Path) -> None:
    """As the image of a card has it."""
    (state / "latentpad").mkdir()
    (state / "releases").mkdir()
    (state / "releases/base.json").write_bytes(base_note(environment))


def test_a_release_of_an_environment(
    make_environment: MakeEnvironment,
    make_release: MakeRelease,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = make_environment()
    assert main(["release", "--environment", str(environment)]) == 0
    name = "latentpad-0.2.0-aarch64-py311.release"
    said = capsys.readouterr().out
    assert said.startswith(f"{name}: release 0.2.0 for aarch64 with Python 3.11, 8 files, ")
    made = (tmp_path / name).read_bytes()
    assert main(["release", "--environment", str(environment), "-o", "x.release"]) == 0
    assert (tmp_path / "x.release").read_bytes() == made == make_release().read_bytes()


def test_what_cannot_be_released(tmp_path: Path, capsys: Capture) -> None:
    assert main(["release", "--environment", str(tmp_path)]) == 1
    assert capsys.readouterr().err.endswith("[EnvironmentUnfitError]\n")
    assert main(["release", "--base", str(tmp_path / "none.img")]) == 1
    assert "none.img" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["release"])


def test_an_output_without_a_folder(
    make_environment: MakeEnvironment, tmp_path: Path, capsys: Capture
) -> None:
    command = ["release", "--environment", str(make_environment()), "-o", f"{tmp_path}/no/x"]
    assert main(command) == 1
    assert capsys.readouterr().err.endswith("[ReleaseWriteError]\n")


def test_an_update_here(here: Places, make_release: MakeRelease, capsys: Capture) -> None:
    assert main(["update", "--here", str(make_release())]) == 0
    assert capsys.readouterr().out == "release 0.2.0 is put on\n"
    assert read_choice(here.choice) == Choice(trial="0.2.0")
    assert main(["releases"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "  base   0.1.0, for aarch64 with Python 3.11, always there",
        "* 0.2.0  new, is tried at the next start",
    ]
    assert main(["releases", "--use", "base", "--json"]) == 0
    base, other = json.loads(capsys.readouterr().out)
    assert base["is_wanted"]
    assert other == {"name": "0.2.0", "state": "", "is_wanted": False}
    assert main(["releases", "--use", "0.9"]) == 1
    assert capsys.readouterr().err.endswith("[ReleaseNotFoundError]\n")


def test_an_update_through_a_pipe(
    here: Places, make_release: MakeRelease, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    data = io.BytesIO(make_release().read_bytes())
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(data))
    assert main(["update", "--here", "--progress", "json", "-"]) == 0
    first, *_, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert first["total"] > 30_000
    assert last == {"installed": "0.2.0", "path": str(here.releases / "0.2.0"), "removed": []}


@pytest.mark.parametrize("words", [[], ["x", "--here"], ["x", "--restart"]])
def test_a_wrong_call_explains_itself(words: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["update", "x.release", *words])
    assert caught.value.code == 2
    assert "usage: latentpad-card update" in capsys.readouterr().err


def test_the_mounted_state_of_a_card(
    make_environment: MakeEnvironment, make_release: MakeRelease, tmp_path: Path, capsys: Capture
) -> None:
    release, state = make_release(), tmp_path / "lp-state"
    state.mkdir()
    assert main(["update", str(release), str(state)]) == 1
    assert capsys.readouterr().err.endswith("[NotAnInstrumentError]\n")
    fill_state(state, make_environment())
    assert main(["update", str(release), str(state)]) == 0
    assert read_choice(state / "latentpad/release.json") == Choice(trial="0.2.0")
    assert (state / "releases/0.2.0/bin/latentpad-device").is_file()
    assert main(["releases", "--on", str(state)]) == 0
    assert "* 0.2.0  new" in capsys.readouterr().out


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_the_image_of_a_card(
    make_environment: MakeEnvironment, make_release: MakeRelease, card_images: ModuleType,
    tmp_path: Path, capsys: Capture,
) -> None:  # fmt: skip
    card, release = tmp_path / "card.img", make_release()
    card_images.make_card(card)
    try:
        with mounted(find_partition(card, STATE)) as state:
            fill_state(state, make_environment())
            os.chown(state / "latentpad", 1234, 5678)
            write_choice(Choice("0.1.5"), of_state(state).choice)
    except MountError as error:
        pytest.skip(f"no loop devices here: {error}")
    assert main(["update", str(release), str(card)]) == 0
    with mounted(find_partition(card, STATE)) as state:
        places = of_state(state)
        assert read_choice(places.choice) == Choice("0.1.5", trial="0.2.0")
        assert places.choice.stat().st_uid == 1234
        assert places.is_whole("0.2.0")
    assert main(["releases", "--on", str(card)]) == 0
    assert "* 0.2.0  new" in capsys.readouterr().out


def test_an_instrument_lists_its_own(capsys: Capture) -> None:
    assert main(["releases", "--on", "pad@latentpad.local"]) == 1
    assert "ssh pad@latentpad.local" in capsys.readouterr().err
