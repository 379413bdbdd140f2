"""Mu-law codes: all that 16-bit audio can hold, edges, a fine grid, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_pipeline.nsynth import mulaw

Golden = Mapping[str, NDArray[Any]]
PCM = np.arange(-32768, 32768) / 32768


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_16_bit_sample_has_the_originals_code(golden: Golden, dtype: str) -> None:
    codes = mulaw.encode(PCM.astype(dtype))
    assert codes.dtype == np.int16
    np.testing.assert_array_equal(codes, golden["mulaw_pcm16_codes"])


def test_edges_have_the_originals_codes_unclamped(golden: Golden) -> None:
    codes = mulaw.encode(golden["mulaw_edge"])
    np.testing.assert_array_equal(codes, golden["mulaw_edge_codes"])
    assert mulaw.encode([1.0, 1.5, -1.5]).tolist() == [128, 137, -138]


def test_a_fine_grid_differs_from_exact_arithmetic_at_few_borders() -> None:
    grid = np.linspace(-1, 1, 400_001)
    exact = np.floor(128 * np.sign(grid) * np.log1p(255 * np.abs(grid)) / np.log(256))
    misses = np.flatnonzero(mulaw.encode(grid) != exact)
    inside = np.abs(grid[misses]) < 1  # at full scale itself, float32 and float64 may differ
    assert inside.sum() <= 5
    assert np.abs(mulaw.encode(grid)[misses] - exact[misses]).max(initial=0) <= 1


def test_decoding_is_the_originals(golden: Golden) -> None:
    audio = mulaw.decode(golden["mulaw_q"])
    assert audio.dtype == np.float32
    np.testing.assert_allclose(audio, golden["mulaw_q_inv_numpy"], rtol=2e-6, atol=0)
    assert mulaw.decode(0) == 0
    np.testing.assert_array_equal(mulaw.encode(audio), golden["mulaw_q"])


def test_the_networks_input_is_the_code_not_the_audio() -> None:
    assert mulaw.network_input([-128, 0, 64, 127]).tolist() == [-1, 0, 0.5, 127 / 128]


def test_classes_are_codes_from_0() -> None:
    codes = np.arange(-128, 128)
    assert mulaw.class_of(codes).tolist() == list(range(256))
    np.testing.assert_array_equal(mulaw.code_of(np.arange(256, dtype=np.uint8)), codes)
