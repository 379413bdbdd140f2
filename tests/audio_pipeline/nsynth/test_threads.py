"""Narrow networks get one processor, others what stands idle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from audio_pipeline.nsynth import threads


@pytest.fixture(autouse=True)
def _threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("load", "idle"), [(0.0, 8), (0.4, 8), (2.6, 5), (7.9, 1), (40.0, 1)]
)  # fmt: skip
def test_what_others_use_is_left_to_them(
    monkeypatch: pytest.MonkeyPatch, load: float, idle: int
) -> None:
    monkeypatch.setattr(threads, "default_jobs", lambda: 8)
    monkeypatch.setattr(threads.os, "getloadavg", lambda: (load, 0.0, 0.0))
    assert threads.idle_processors() == idle


def test_a_system_that_does_not_tell_its_load_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "default_jobs", lambda: 8)
    monkeypatch.delattr(threads.os, "getloadavg")
    assert threads.idle_processors() == 8


@pytest.mark.parametrize(
    ("width", "least", "expected"),
    [(32, threads.WHOLE_SOUNDS, 1), (128, threads.WHOLE_SOUNDS, 3),
     (128, threads.ONE_NOTE, 1), (512, threads.ONE_NOTE, 3)],
)  # fmt: skip
def test_only_wide_networks_get_several(
    monkeypatch: pytest.MonkeyPatch, width: int, least: int, expected: int
) -> None:
    monkeypatch.setattr(threads, "idle_processors", lambda: 3)
    threads.use_processors(width, least)
    assert torch.get_num_threads() == expected
