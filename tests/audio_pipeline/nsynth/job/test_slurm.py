"""The Slurm script: a shell can read it, and it starts a worker on the workspace."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from audio_pipeline.__main__ import main
from audio_pipeline.errors import SettingsError
from audio_pipeline.nsynth.job.slurm import array_script


def test_the_script_is_sound_and_names_everything(tmp_path: Path) -> None:
    place = tmp_path / "it's a place"
    script = array_script(place, 8, "auto")
    assert script.startswith("#!/bin/bash\n#SBATCH ")
    assert "#SBATCH --array=1-8\n" in script
    assert "#SBATCH --gpus-per-task=1\n" in script
    assert "--gpus" not in array_script(place, 8, "cpu")
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    words = script.replace("exec ", "printf '%s\\n' ")
    said = subprocess.run(["bash"], input=words, text=True, check=True, capture_output=True)
    assert said.stdout.splitlines() == [
        sys.executable, "-m", "audio_pipeline", "work", str(place), "--device", "auto",
        "--wait", "3600",
    ]  # fmt: skip


def test_the_command_prints_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["work", str(tmp_path), "--slurm", "3"]) == 0
    assert capsys.readouterr().out == array_script(tmp_path, 3, "auto")
    assert main(["work", str(tmp_path), "--slurm", "0"]) == 2
    with pytest.raises(SettingsError):
        array_script(tmp_path, 0, "auto")
