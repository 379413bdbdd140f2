"""The random numbers are Philox 4x32-10, and depend on seed and step alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from audio_pipeline.nsynth.generation import plain
from audio_pipeline.nsynth.generation.philox import checked_seeds, draws, note_seed, philox

# Random123 1.14, tests/kat_vectors: philox4x32 10; counter, key, result
KNOWN = [
    (["00000000"] * 4, ["00000000"] * 2, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    (["ffffffff"] * 4, ["ffffffff"] * 2, "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    (["243f6a88", "85a308d3", "13198a2e", "03707344"], ["a4093822", "299f31d0"],
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]  # fmt: skip


def words(texts: list[str]) -> list[np.ndarray]:
    return [np.array([int(text, 16)], dtype=np.uint64) for text in texts]


@pytest.mark.parametrize(("counter", "key", "result"), KNOWN)
def test_known_answers(counter: list[str], key: list[str], result: str) -> None:
    block = philox(words(counter), words(key))
    assert " ".join(f"{int(word[0]):08x}" for word in block) == result


def test_a_draw_is_the_first_words_highest_bits() -> None:
    seed = note_seed(0xA4093822, 0x299F31D0)
    (block,) = philox([np.array([5], dtype=np.uint64), *words(["0"] * 3)],
                      words(["a4093822", "299f31d0"]))[:1]  # fmt: skip
    assert draws(checked_seeds([seed]), 5, 1)[0, 0] == int(block[0]) >> 8


def test_draws_do_not_depend_on_the_batch_or_where_a_run_began() -> None:
    seeds = checked_seeds([3, 2**64 - 1, note_seed(7, 9)])
    whole = draws(seeds, 0, 100)
    assert np.array_equal(draws(seeds[1:2], 60, 40), whole[60:, 1:2])
    assert len(np.unique(whole)) > 290  # of 300 in 2**24


def test_the_pytorch_form_gives_the_same_bits() -> None:
    seeds = checked_seeds([0, 1, 2**31, 2**32 + 5, 2**63, 2**64 - 1, 0x299F31D0A4093822])
    for step in (0, 1, 511, 63_999, 2**31 - 1):
        found = plain._philox(torch.from_numpy(seeds.view(np.int64)), torch.tensor([step]))
        assert np.array_equal(found.numpy() >> 8, draws(seeds, step, 1)[0])


def test_seeds_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="seed -1"):
        checked_seeds([4, -1])
    with pytest.raises(ValueError, match="note 4294967296"):
        note_seed(0, 2**32)
