"""Generation step by step gives what the original gave, and what the whole network gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth import mulaw, network
from audio_pipeline.nsynth.generation.reference import free_running, teacher_forced
from audio_pipeline.nsynth.generation.sampling import inverse_cdf
from audio_pipeline.nsynth.model import Model, Sizes

Golden = Mapping[str, NDArray[Any]]
TIE = 1e-6  # nearer than this to a border between classes, rounding decides


@pytest.fixture(scope="module")
def note_logits(golden: Golden, golden_model: Model) -> NDArray[np.float32]:
    """Of the golden note, given its samples: 2000 steps, more than the longest queue."""
    inputs = torch.from_numpy(golden["teacher_note_input_codes"].astype(np.int64))
    classes = torch.cat([inputs[1:], inputs[:1]])[None] + mulaw.HALF  # the last is never read
    encoding = torch.from_numpy(golden["teacher_note_encoding"])[None]
    with torch.inference_mode():
        return teacher_forced(golden_model, classes, encoding)[0].numpy()


def test_the_originals_incremental_logits(golden: Golden, note_logits: NDArray[np.float32]) -> None:
    expected = next(rows for name, rows in golden.items() if name.startswith("teacher_note_logits"))
    every = round(2000 / len(expected))
    assert np.abs(note_logits[::every] - expected).max() <= 3e-5


def test_the_whole_network(
    golden: Golden, golden_model: Model, note_logits: NDArray[np.float32]
) -> None:
    inputs = torch.from_numpy(golden["teacher_note_input_codes"].astype(np.int64))
    codes = torch.cat([inputs[1:], inputs[:1]])[None]
    encoding = torch.from_numpy(golden["teacher_note_encoding"])[None]
    with torch.inference_mode():
        whole = network.decode_logits(golden_model, codes, encoding)[0].numpy()
    assert np.abs(note_logits - whole).max() <= 3e-5


def test_the_originals_draws(golden: Golden, golden_model: Model) -> None:
    """Teacher-forced: after one tie a free run would be another."""
    drawn, margin = golden["sampled_codes"], golden["sampled_margin"]  # [1500, 2]
    classes = torch.from_numpy(drawn.T.astype(np.int64))
    with torch.inference_mode():
        logits = teacher_forced(golden_model, classes, torch.from_numpy(golden["sampled_encoding"]))
    pmf = torch.softmax(logits, dim=2).numpy()
    rows = zip(pmf.transpose(1, 0, 2), golden["sampled_uniforms"], strict=True)
    ours = np.array([inverse_cdf(row, uniforms) for row, uniforms in rows])
    assert (margin > TIE).sum() >= 2990
    assert np.array_equal(ours[margin > TIE], drawn[margin > TIE])


def test_a_run_of_the_originals_synthesize(golden: Golden, golden_model: Model) -> None:
    with torch.inference_mode():
        classes = free_running(
            golden_model,
            torch.from_numpy(golden["synthesize_encoding"]),
            golden["synthesize_uniforms"],
        )
    audio = mulaw.decode(mulaw.code_of(classes[0]))
    assert np.abs(audio - golden["synthesize_audio"]).max() < 1e-6


def test_float64_agrees(random_model: Callable[[Sizes], Model], small_sizes: Sizes) -> None:
    model = random_model(small_sizes)
    classes = torch.randint(0, 256, (3, 48), generator=torch.Generator().manual_seed(2))
    conditions = torch.randn(3, 3, 3, generator=torch.Generator().manual_seed(3))
    single = teacher_forced(model, classes, conditions)
    double = teacher_forced(model, classes, conditions, torch.float64)
    assert double.dtype == torch.float64
    assert 0 < (single - double).abs().max() < 1e-5
