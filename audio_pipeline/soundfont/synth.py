"""Calls the fluidsynth program to render a MIDI file with a SoundFont, dry and fast."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from audio_pipeline.errors import BankError, ProgramMissingError

GAIN = 1.0  # fluidsynth's own default of 0.2 leaves room for 16 parts; here plays one note

_ERROR = "fluidsynth: error: "  # it ends with exit code 0 even when it could not load the bank


def fluidsynth_program() -> str:
    """Path of the program; ProgramMissingError says how to install it."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise ProgramMissingError(
            "the program fluidsynth is not installed; on Debian, Ubuntu and Raspberry Pi OS: "
            "sudo apt-get install fluidsynth"
        )
    return program


def render_song(bank: Path, song: Path, wav: Path, rate_hz: int) -> None:
    """Render `song` into a float WAV file, without reverb and chorus. Raises BankError."""
    command = [
        fluidsynth_program(), "--no-midi-in", "--no-shell", "--quiet",
        "--reverb", "no", "--chorus", "no", "--gain", str(GAIN), "--sample-rate", str(rate_hz),
        "-o", "synth.midi-bank-select=mma",  # CC0 and CC32 as one number, as in the bank's list
        "-o", "synth.default-soundfont=",  # else it silently plays another bank if ours is bad
        "--audio-file-type", "wav", "--audio-file-format", "float",
        "--fast-render", str(wav), str(bank.absolute()), str(song),
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    errors = [line for line in ended.stderr.splitlines() if line.startswith(_ERROR)]
    if ended.returncode != 0 or errors or not wav.is_file():
        reason = errors[0].removeprefix(_ERROR) if errors else f"exit code {ended.returncode}"
        raise BankError(f"fluidsynth cannot play {bank}: {reason}")
