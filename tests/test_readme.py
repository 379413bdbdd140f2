"""README's commands run as printed, one after the other, in an empty folder."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"
BANK = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
FULL_BUILD = ["latentpad-render", "build", "sounds/", "-o", "my-pack.onsp"]
NOTHING_TO_PLAY_WITH = 3


def printed_commands() -> list[list[str]]:
    """The indented lines that start with one of our commands, continued lines joined."""
    text = README.read_text().replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines() if line.startswith("       "))
    return [shlex.split(line) for line in lines if line.startswith("latentpad-")]


def test_readme_names_all_three_commands() -> None:
    assert {command[0] for command in printed_commands()} == {
        "latentpad-render", "latentpad-card", "latentpad-device"
    }  # fmt: skip


@pytest.mark.skipif(
    not BANK.exists() or not shutil.which("fluidsynth"),
    reason="needs the packages fluidsynth and fluid-soundfont-gm, which `make test` installs",
)
def test_commands_run_as_printed(tmp_path: Path) -> None:
    """Only the full build is shortened here: as a preview, it takes seconds."""
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in printed_commands():
        words = [*command, "--preview"] if command == FULL_BUILD else command
        ran = subprocess.run(
            words, cwd=tmp_path, env=os.environ | {"PATH": binaries}, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        allowed = {0, NOTHING_TO_PLAY_WITH} if command[1] == "play" else {0}
        assert ran.returncode in allowed, (command, ran.stdout[-2000:], ran.stderr[-2000:])
    assert {path.name for path in tmp_path.iterdir()} >= {
        "sounds", "my-pack.onsp", "report.html", "song.wav"
    }  # fmt: skip
