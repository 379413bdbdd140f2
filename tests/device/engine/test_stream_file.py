"""32 voices, moving morph, switching pads, spinning Python on ALSA's file plugin: exact output."""

from __future__ import annotations

import ctypes.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import soundfile

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
ALSA_BASE = Path("/usr/share/alsa/alsa.conf")
BLOCK, FRAMES = 128, 3 * 48000
ALL_AHEAD_S = 10  # the file takes sound much faster than Python sends commands

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("portaudio") is None or not ALSA_BASE.exists(),
    reason="needs libportaudio2 and ALSA's configuration (libasound2-data)",
)


def alsa_environment(folder: Path) -> dict[str, str]:
    """The default output writes capture.wav into the folder and plays nothing."""
    config = folder / "asound.conf"
    config.write_text(
        f"<{ALSA_BASE}>\n"
        'pcm.!default { type plug; slave { pcm "cap"; format S16_LE; rate 48000; channels 2 } }\n'
        f'pcm.cap {{ type file; slave.pcm "nul"; file "{folder}/capture.wav"; format "wav" }}\n'
        "pcm.nul { type null }\n"
    )
    return {**os.environ, "ALSA_CONFIG_PATH": str(config), "PYTHONPATH": str(PROJECT)}


def test_every_sample_is_that_of_the_offline_render(
    tmp_path: Path, stream_piece: ModuleType
) -> None:
    player = [sys.executable, str(HERE / "stream_piece.py"), "--frames", str(FRAMES)]
    done = subprocess.run(
        [*player, "--block", str(BLOCK), "--lead-s", str(ALL_AHEAD_S)],
        env=alsa_environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.splitlines()[-1])
    assert result["late_events"] == result["dropped_commands"] == result["nonfinite"] == 0
    assert result["active_voices"] == stream_piece.VOICES

    expected = stream_piece.expected(FRAMES, BLOCK) * 32768.0
    heard, _ = soundfile.read(tmp_path / "capture.wav", dtype="int16")
    lead_in = int(np.flatnonzero(heard.any(1))[0] - np.flatnonzero(abs(expected).max(1) > 3)[0])
    begins = list(range(max(0, lead_in - 8), lead_in + 9))
    misses = [np.abs(heard[s : s + 4800] - expected[:4800]).max() for s in begins]
    start = begins[int(np.argmin(misses))]
    assert np.abs(expected).max() > 8000
    np.testing.assert_allclose(heard[start : start + FRAMES], expected, rtol=0, atol=1.01)
