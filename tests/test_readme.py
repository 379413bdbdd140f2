"""README's commands run as printed, one after the other, in an empty folder."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent / "README.md"
BANK = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
FULL_BUILD = ["latentpad-render", "build", "sounds/", "-o", "my-pack.onsp"]
ENDLESS = ["latentpad-device", "run"]
PATIENCE_S = 60
READY = "web panel: http://"
MISSING_HERE = {"play": (3,), "selftest": (1,)}  # no sound output: nothing to play with, a FAIL


def printed_commands() -> list[list[str]]:
    """The indented lines that start with one of our commands, continued lines joined."""
    text = README.read_text().replace("\\\n", " ")
    lines = (line.strip() for line in text.splitlines() if line.startswith("       "))
    return [shlex.split(line) for line in lines if line.startswith("latentpad-")]


def test_readme_names_all_three_commands() -> None:
    assert {command[0] for command in printed_commands()} == {
        "latentpad-render", "latentpad-card", "latentpad-device"
    }  # fmt: skip


def run_until_ready(words: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Start the instrument, wait for its web panel, interrupt it as Ctrl-C does."""
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL, text=True,
    ) as running:  # fmt: skip
        assert running.stdout is not None
        said = []
        watchdog = threading.Timer(PATIENCE_S, running.kill)
        watchdog.start()
        for line in running.stdout:
            said.append(line)
            if line.startswith(READY):
                running.send_signal(signal.SIGINT)
        watchdog.cancel()
        assert running.wait() in (0, 128 + signal.SIGINT), said
        assert any(line.startswith(READY) for line in said), said


@pytest.mark.skipif(
    not BANK.exists() or not shutil.which("fluidsynth"),
    reason="needs the packages fluidsynth and fluid-soundfont-gm, which `make test` installs",
)
def test_commands_run_as_printed(tmp_path: Path) -> None:
    """Two things differ: the full build is a preview, which takes seconds; any port is taken."""
    binaries = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command in printed_commands():
        words = [*command, "--preview"] if command == FULL_BUILD else command
        environment = os.environ | {"PATH": binaries}
        if command[:2] == ENDLESS:
            run_until_ready([*words, "--web-port", "0"], tmp_path, environment)
            continue
        ran = subprocess.run(
            words, cwd=tmp_path, env=environment, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        allowed = {0, *MISSING_HERE.get(command[1], ())}
        assert ran.returncode in allowed, (command, ran.stdout[-2000:], ran.stderr[-2000:])
    assert {path.name for path in tmp_path.iterdir()} >= {
        "sounds", "my-pack.onsp", "report.html", "song.wav"
    }  # fmt: skip
