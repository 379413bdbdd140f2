"""Hard gates: each fault is seen by its own metric."""

from __future__ import annotations

import numpy as np
import pytest

from audio_pipeline.quality.hygiene import hygiene_metrics, loop_metrics
from device.pack import Loop, NoteInfo, PlayMode

RATE_HZ = 16_000
LOOP = Loop(8000, 8000)


def info(frames: int, mode: PlayMode = PlayMode.LOOP) -> NoteInfo:
    return NoteInfo(60, frames, 1.0, mode, 0.0, -23.0)


def sine() -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * 250 * np.arange(16_000) / RATE_HZ)).astype(np.float32)


def values(samples: np.ndarray, note: NoteInfo | None = None) -> dict[str, float]:
    metrics = hygiene_metrics(samples, note or info(16_000), LOOP, RATE_HZ)
    return {name: measured.value for name, measured in metrics.items()}


def test_a_clean_note() -> None:
    found = values(sine())
    assert (found["not_finite"], found["length_off"]) == (0, 0)
    assert found["peak"] == pytest.approx(-6.02, abs=0.01)
    assert found["dc"] < 1e-6
    assert found["late_start"] < 0.2


def test_each_fault() -> None:
    assert values(3 * sine())["peak"] > 0
    assert values(sine() + 0.002)["dc"] == pytest.approx(0.002, rel=1e-3)
    late = np.concatenate([np.zeros(160, np.float32), sine()[:-160]])
    assert values(late)["late_start"] == pytest.approx(10, abs=0.2)
    assert values(sine()[:-5], info(15_995))["length_off"] == 5
    broken = sine()
    broken[7] = np.inf
    assert values(broken)["not_finite"] == 1


def test_one_shots_may_have_any_length() -> None:
    assert values(sine()[:99], info(99, PlayMode.ONE_SHOT))["length_off"] == 0


def test_silence_never_starts_late() -> None:
    assert np.isnan(values(np.zeros(16_000, np.float32))["late_start"])


def test_loop_length_in_seconds() -> None:
    assert loop_metrics(LOOP, RATE_HZ)["loop_length"].value == 0.5
