"""The engine on a real kernel PCM device: every sample, 32 voices, while Python spins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

RATE_HZ, SECONDS, BLOCK = 48000, 2, 1024  # those of stream_guest.py
FRAMES, ATTEMPTS = RATE_HZ * SECONDS, 2


def play_in_guest(
    folder: Path, run_in_guest: Callable[[str, Path], str]
) -> tuple[dict[str, Any], NDArray[np.float32], int]:
    """The player's counters, what was heard [frames, 2], and how often the idle stream ran dry."""
    folder.mkdir()
    printed = run_in_guest("tests/guest/stream_guest.py", folder)
    heard = np.fromfile(folder / "capture.f32", np.float32).reshape(-1, 2)
    idle_underflows = int(json.loads((folder / "idle.json").read_text())["underflows"])
    return json.loads(printed.splitlines()[-1]), heard, idle_underflows


def test_every_sample_of_a_kernel_pcm_is_that_of_the_offline_render(
    tmp_path: Path, run_in_guest: Callable[[str, Path], str], stream_piece: ModuleType
) -> None:
    """A run in which the machine stalled for longer than the card's buffer does not count."""
    expected = stream_piece.expected(FRAMES, BLOCK)[:FRAMES]
    dry = []
    for attempt in range(ATTEMPTS):
        result, heard, idle = play_in_guest(tmp_path / str(attempt), run_in_guest)
        assert result["late_events"] == result["dropped_commands"] == result["nonfinite"] == 0
        assert result["active_voices"] == stream_piece.VOICES
        dry.append((result["underflows"], idle))
        print(f"ran dry: the piece {result['underflows']} times, the idle stream {idle} times")
        if result["underflows"] == 0:
            begin = int(np.flatnonzero(heard.any(1))[0] - np.flatnonzero(expected.any(1))[0])
            assert np.abs(expected).max() > 0.3
            np.testing.assert_array_equal(heard[begin : begin + FRAMES], expected)
            return
    assert any(piece <= idle for piece, idle in dry), "ran dry while the idle stream did not"
    pytest.skip(f"the machine stalled for longer than a buffer in each of {ATTEMPTS} runs")
