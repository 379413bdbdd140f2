"""Safe mode of the instrument as a process: how it is asked for, and what is said of it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from device.__main__ import main

PATIENCE_S = 60
PLAYING = "playing "
BROKEN = "[playing]\nmax_voices = 0\n"


def said_until_playing(two_packs: Path, folder: Path, *words: str, **environment: str) -> list[str]:
    """What the process has said by the time it plays; it is ended then."""
    command = [sys.executable, "-m", "device", "run", "--web-port", "0", "--pack", str(two_packs)]
    command += ["--patches", str(folder / "patches.json"), *words]
    told = {"PYTHONPATH": str(Path(__file__).parents[2])} | environment
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | told, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        watchdog = threading.Timer(PATIENCE_S, process.kill)
        watchdog.start()
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith(PLAYING):
                process.terminate()
        watchdog.cancel()
    assert process.returncode == 0, said
    assert any(line.startswith(PLAYING) for line in said), said
    return said


@pytest.mark.parametrize("board", ["web", "sim"])
def test_a_patch_button_that_is_held_at_the_start(
    two_packs: Path, tmp_path: Path, board: str
) -> None:
    said = said_until_playing(two_packs, tmp_path, "--board", board, "--hold-button", "3")
    assert "safe mode: patch button 3 was held at the start" in said


def test_the_settings_may_forbid_that(two_packs: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text("[panel]\nsafe_button = false\n")
    words = ["--board", "web", "--hold-button", "3", "--settings", str(settings)]
    said = said_until_playing(two_packs, tmp_path, *words)
    assert not any(line.startswith("safe mode") for line in said)


def test_settings_that_cannot_be_used(two_packs: Path, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(BROKEN)
    words = ["--board", "web", "--settings", str(settings)]
    assert main(["run", *words]) == 1
    said = said_until_playing(two_packs, tmp_path, *words, "--or-safe")
    assert f"safe mode: {settings}: [playing] max_voices: 0 is outside 1..128" in said
    assert settings.read_text() == BROKEN


def test_it_can_be_asked_for(two_packs: Path, tmp_path: Path) -> None:
    said = said_until_playing(two_packs, tmp_path, "--board", "web", "--safe")
    assert "safe mode: it was asked for" in said
    assert not any("Traceback" in line for line in said)


def test_the_self_test_tells_of_settings_that_cannot_be_used(
    two_packs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text(BROKEN)
    words = ["selftest", "--board", "web", "--pack", str(two_packs), "--settings", str(settings)]
    assert main(words) == 1
    assert "PASS" not in capsys.readouterr().out
    assert main([*words, "--or-safe"]) == 1
    lines = capsys.readouterr().out.splitlines()
    wanted = f"FAIL  settings   {settings}: [playing] max_voices: 0 is outside 1..128"
    assert lines[0] == wanted
    assert "PASS  pack       Alpha and 1 more" in lines
