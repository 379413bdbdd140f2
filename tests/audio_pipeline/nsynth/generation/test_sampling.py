"""Classes are drawn as the original draws them, from the network's probabilities."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth.generation.philox import checked_seeds, draws
from audio_pipeline.nsynth.generation.sampling import choose, inverse_cdf


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    weights = np.exp(logits.astype(np.float64) - logits.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def chosen(
    logits: NDArray[np.float32], numbers: NDArray[np.int64], heat: float = 1
) -> NDArray[np.int64]:
    return choose(torch.from_numpy(logits), torch.from_numpy(numbers), 1 / heat).numpy()


def test_the_original_rule_at_its_borders() -> None:
    pmf = np.array([[0.25, 0.25, 0.5]] * 5, dtype=np.float32)
    uniforms = np.array([0.0, 0.25, 0.2500001, 0.5, 0.9999])
    assert inverse_cdf(pmf, uniforms).tolist() == [0, 0, 1, 1, 2]


def test_a_sum_that_rounding_left_below_the_uniform_gives_the_last_class() -> None:
    pmf = np.array([[0.5, 0.4999999]], dtype=np.float32)
    assert inverse_cdf(pmf, np.array([0.99999999])).tolist() == [1]


def test_integers_choose_what_the_original_rule_does() -> None:
    rng = np.random.default_rng(3)
    logits = (4 * rng.standard_normal((4000, 256))).astype(np.float32)
    numbers = rng.integers(0, 1 << 24, 4000)
    sums = softmax(logits).cumsum(axis=1)
    margin = np.abs(sums - (numbers / 2**24)[:, None]).min(axis=1)
    expected = inverse_cdf(softmax(logits).astype(np.float32), numbers / 2**24)
    clear = margin > 1e-6
    assert clear.mean() > 0.99
    assert np.array_equal(chosen(logits, numbers)[clear], expected[clear])


def test_a_class_without_probability_is_never_drawn_even_at_the_ends() -> None:
    logits = np.full((2, 256), -100, dtype=np.float32)
    logits[:, 100:102] = 0
    assert chosen(logits, np.array([0, (1 << 24) - 1])).tolist() == [100, 101]


def test_temperature_divides_the_logits() -> None:
    rng = np.random.default_rng(4)
    logits = rng.standard_normal((500, 256)).astype(np.float32)
    numbers = rng.integers(0, 1 << 24, 500)
    assert np.array_equal(chosen(logits, numbers, heat=0.5), chosen(logits * 2, numbers))
    assert (chosen(logits, numbers, heat=1e-4) == logits.argmax(axis=1)).all()


def test_frequencies_are_the_probabilities() -> None:
    """Chi-square of 200,000 draws of classes that are expected ten times or more."""
    logits = np.random.default_rng(5).standard_normal((1, 256)).astype(np.float32) * 2
    numbers = draws(checked_seeds([11]), 0, 200_000)[:, 0]
    drawn = chosen(np.repeat(logits, len(numbers), axis=0), numbers)
    expected = softmax(logits)[0] * len(numbers)
    often = expected >= 10
    found = np.bincount(drawn, minlength=256)
    statistic = ((found - expected)[often] ** 2 / expected[often]).sum()
    freedom = often.sum() - 1
    assert abs(statistic - freedom) < 4 * np.sqrt(2 * freedom)
