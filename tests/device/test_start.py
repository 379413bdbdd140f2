"""How the instrument starts: usual or safe, what it tells, and which release goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from device.arguments import parse_arguments
from device.errors import SettingsError, SettingsNotFoundError
from device.events import ChannelSelected, Fault, Noticed
from device.parts import SAVING
from device.settings import FilesSettings, Settings
from device.start import FORGETS, NOTICE, WHY_SAFE, Start, safe, usual_or_safe
from device.view import Screen

MakeWorld = Callable[..., Any]
BROKEN = '[audio]\nrate_hz = 12\n[board]\nboard = "gpio"\n[files]\npacks = "/packs"\n'


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(BROKEN)
    return path


def start(*words: str | Path) -> Start:
    return usual_or_safe(parse_arguments(["run", *map(str, words)]))


def test_usually_the_settings_count(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[audio]\nrate_hz = 44100\n")
    usual = start("--settings", path, "--or-safe")
    assert (usual.settings.audio.rate_hz, usual.why_safe, usual.news) == (44100, "", [])


def test_at_a_terminal_bad_settings_are_an_error(broken: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="rate_hz"):
        start("--settings", broken)
    with pytest.raises(SettingsNotFoundError):
        start("--settings", tmp_path / "nothing.toml")


def test_settings_that_cannot_be_used_mean_safe_mode(broken: Path) -> None:
    found = start("--settings", broken, "--or-safe")
    assert found.settings.board.board == "gpio"
    assert found.settings.files == FilesSettings(packs="/packs", memory=False).absolute()
    usual = replace(Settings(), board=found.settings.board, files=found.settings.files)
    assert found.settings == usual
    assert found.why_safe == f"{broken}: [audio] rate_hz: 12 is outside 8000..192000"
    assert found.news == [Fault("safe mode", found.why_safe)]


def test_a_file_that_is_not_there_means_safe_mode(tmp_path: Path) -> None:
    found = start("--settings", tmp_path / "nothing.toml", "--or-safe")
    assert "nothing.toml: No such file" in found.why_safe


def test_a_card_has_settings_to_begin_with_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = tmp_path / "first.toml"
    first.write_text('[audio]\nrate_hz = 44100\n[files]\npacks = "/packs"\n')
    monkeypatch.setattr("device.start.FIRST_SETTINGS", first)
    found = start("--settings", tmp_path / "nothing.toml", "--or-safe")
    assert found.settings.files.packs == "/packs"
    assert found.settings.audio == Settings().audio


def test_safe_mode_can_be_asked_for_and_the_command_line_counts(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text("[playing]\nmax_voices = 5\n[remote]\nweb_port = 1\n")
    found = start("--settings", path, "--safe", "--board", "web", "--web-port", "7", "--pack", "/p")
    assert found.why_safe == "it was asked for"
    assert found.settings.playing.max_voices == Settings().playing.max_voices
    assert found.settings.board.board == "web"
    assert found.settings.remote.web_port == 7
    assert found.settings.files.packs == "/p"
    with pytest.raises(SettingsError, match="rate_hz"):
        start("--safe", "--rate", "3")


def test_a_notice_of_whoever_started_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOTICE, " release 0.2.0 refused:\n panel FAIL ")
    assert start().news == [Noticed("release 0.2.0 refused: panel FAIL")]
    monkeypatch.setenv(NOTICE, "x" * 10_000)
    (notice,) = start().news
    assert isinstance(notice, Noticed)
    assert len(notice.text) == 300


def test_a_card_that_forgets_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert start().news == []
    (tmp_path / "no-state").touch()
    monkeypatch.setattr("device.start.NO_STATE", tmp_path / "no-state")
    assert start().news == [Fault(SAVING, FORGETS)]


# --- the release in the read-only part of the card ---

BECOME = """
import sys
from pathlib import Path
from device.start import become_base
become_base("a button", ["run", "--or-safe"], Path(sys.argv[1]))
print("still here")
"""
PROGRAM = "#!/bin/sh\necho $0 $@\necho $LATENTPAD_SAFE, $LD_LIBRARY_PATH, $LATENTPAD_NOTICE\n"


def become(base: Path, **more: str) -> list[str]:
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])} | more
    ran = subprocess.run(
        [sys.executable, "-c", BECOME, base], env=environment, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return ran.stdout.splitlines()


@pytest.fixture
def base(tmp_path: Path) -> Path:
    program = tmp_path / "base/bin/latentpad-device"
    program.parent.mkdir(parents=True)
    program.write_text(PROGRAM)
    program.chmod(0o755)
    return tmp_path / "base"


def test_another_release_gives_way_to_the_base(base: Path) -> None:
    assert become(base, LATENTPAD_NOTICE="refused") == [
        f"{base}/bin/latentpad-device run --or-safe --safe",
        f"a button, {base}/lib, refused",
    ]


def test_the_base_stays(base: Path, tmp_path: Path) -> None:
    assert become(Path(sys.prefix)) == ["still here"]
    assert become(base, **{WHY_SAFE: "a button"}) == ["still here"]  # it came from another one
    assert become(tmp_path / "nothing") == ["still here"]


def test_a_base_that_cannot_be_run_is_let_be(base: Path) -> None:
    (base / "bin/latentpad-device").chmod(0o644)
    assert become(base) == ["still here"]


def test_the_base_knows_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WHY_SAFE, "patch button 2 was held at the start")
    assert start("--safe").why_safe == "patch button 2 was held at the start"


# --- the whole instrument ---


def test_safe_mode_is_shown_and_loses_nothing(make_world: MakeWorld, tmp_path: Path) -> None:
    before = make_world()
    before.run(0.5)
    before.app.post(ChannelSelected(5))
    before.hands.press(2)
    before.run(1.5)
    before.hands.release(2)
    before.run(13)
    kept = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {"patches.json", "memory.json"} <= set(kept)
    assert json.loads(kept["memory.json"])["channel"] == 5
    options = parse_arguments(["run", "--pack", "x", "--patches", "y"])
    found = safe(options, "patch button 1 was held at the start")
    world = make_world(settings=found.settings)
    for event in found.news:
        world.app.post(event)
    world.run(0.5)
    view = world.view
    assert view.screen is Screen.STATUS
    assert view.faults == (("safe mode", "patch button 1 was held at the start"),)
    assert view.buttons == ("", "", "", "")
    assert "safe mode: patch button 1 was held at the start" in world.reports
    assert (view.channel, view.patch_slots) == (0, (2,))
    world.run(15)
    assert world.view.screen is Screen.HOME
    assert world.view.faults == view.faults
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == kept


def test_a_card_that_forgets_is_shown_until_it_is_mended(make_world: MakeWorld) -> None:
    world = make_world()
    world.app.post(Fault(SAVING, FORGETS))
    world.run(0.5)
    assert world.view.screen is Screen.STATUS
    world.run(15)
    assert world.view.screen is Screen.HOME
    assert world.view.faults == ((SAVING, FORGETS),)


def test_a_notice_comes_up_and_stays_on_the_status_page(make_world: MakeWorld) -> None:
    world = make_world()
    world.app.post(Noticed("release 0.2.0 refused: panel FAIL"))
    world.run(0.5)
    assert world.view.screen is Screen.STATUS
    assert world.view.notices == ("release 0.2.0 refused: panel FAIL",)
    assert world.view.faults == ()
    world.run(15)
    assert world.view.screen is Screen.HOME
    assert world.view.notices
