"""Trying the batch: real figures, within what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from audio_pipeline.errors import ModelError
from audio_pipeline.nsynth.generation import devices
from audio_pipeline.nsynth.job.probe import ProbeRequest, probe


def test_it_measures_a_processor(model_file: Path) -> None:
    found = probe(ProbeRequest(model_file, "cpu", notes=10, processes=2))
    assert (found.kind, found.workers, found.batch) == ("cpu", 2, 5)
    assert found.samples_per_s > 0
    assert found.memory_bytes > 10_000_000


def test_a_batch_that_is_asked_for_is_tried(model_file: Path) -> None:
    assert probe(ProbeRequest(model_file, "cpu", 10, 2, batch=3)).batch == 3
    assert probe(ProbeRequest(model_file, "cpu", 2, 1, batch=3)).batch == 2


def test_there_are_no_more_processes_than_memory(
    model_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices, "free_memory_bytes", lambda: 1)
    assert probe(ProbeRequest(model_file, "cpu", 10, 64)).workers == 1


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"none\.safetensors"):
        probe(ProbeRequest(tmp_path / "none.safetensors", "cpu", 10, 2))
