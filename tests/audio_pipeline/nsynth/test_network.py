"""The exact network: against what the original gave, and by its own rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth import mulaw, network
from audio_pipeline.nsynth.convert import read_checkpoint
from audio_pipeline.nsynth.model import Model, Sizes, receptive_field
from audio_pipeline.nsynth.shapes import expected_shapes

Golden = Mapping[str, NDArray[Any]]
MakeModel = Callable[[Sizes], Model]
WAVES = ("sine", "burst", "silence", "clip", "note")
ENCODING_ATOL, LOGITS_ATOL = 3e-5, 1e-4  # 2 to 3 times what float64 differs from the original


@pytest.fixture(autouse=True)
def _without_gradients() -> Any:  # noqa: ANN401
    with torch.inference_mode():
        yield


def batch(array: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(array)[None]


@pytest.mark.parametrize("wave", WAVES)
def test_encoding_is_the_originals(golden_model: Model, golden: Golden, wave: str) -> None:
    np.testing.assert_array_equal(
        mulaw.encode(golden[f"full_{wave}_wav"]), golden[f"full_{wave}_codes"]
    )
    found = network.encode(golden_model, batch(golden[f"full_{wave}_wav"]))[0]
    np.testing.assert_allclose(found, golden[f"full_{wave}_encoding"], rtol=0, atol=ENCODING_ATOL)


@pytest.mark.parametrize("wave", WAVES)
def test_logits_are_the_originals(golden_model: Model, golden: Golden, wave: str) -> None:
    codes, encoding = golden[f"full_{wave}_codes"], golden[f"full_{wave}_encoding"]
    found = network.decode_logits(golden_model, batch(codes), batch(encoding))[0]
    expected = golden[f"full_{wave}_logits_every111"]
    np.testing.assert_allclose(found[::111], expected, rtol=0, atol=LOGITS_ATOL)


@pytest.mark.parametrize("wave", ["note", "clip"])
def test_logits_are_those_of_the_originals_generation(
    golden_model: Model, golden: Golden, wave: str
) -> None:
    """Its step-by-step graph was given codes, the first of which is the 0 before the sound."""
    inputs, encoding = golden[f"teacher_{wave}_input_codes"], golden[f"teacher_{wave}_encoding"]
    assert inputs[0] == 0
    codes = np.append(inputs[1:], np.int16(0))
    found = network.decode_logits(golden_model, batch(codes), batch(encoding))[0]
    expected = golden[f"teacher_{wave}_logits_every20"]
    np.testing.assert_allclose(found[::20], expected, rtol=0, atol=LOGITS_ATOL)


def test_draws_are_the_originals(golden_model: Model, golden: Golden) -> None:
    """Its free-running samples, drawn again; near the border of two classes either is right."""
    classes, encoding = golden["sampled_codes"].T, golden["sampled_encoding"]
    codes = torch.from_numpy(mulaw.code_of(classes))
    logits = network.decode_logits(golden_model, codes, torch.from_numpy(encoding))
    sums = np.cumsum(torch.softmax(logits, dim=2).numpy(), axis=2, dtype=np.float32)
    uniforms = golden["sampled_uniforms"].T
    drawn = (sums < uniforms[:, :, None]).sum(axis=2)  # the first class whose sum is >= u
    clear = golden["sampled_margin"].T >= 1e-6
    assert clear.sum() >= 2990
    np.testing.assert_array_equal(drawn[clear], classes[clear])


def test_the_switch_takes_the_running_means(checkpoint_folder: Path, golden: Golden) -> None:
    model = read_checkpoint(checkpoint_folder, ema=True)
    found = network.encode(model, batch(golden["ema_wav"]))[0]
    np.testing.assert_allclose(found, golden["ema_encoding"], rtol=0, atol=ENCODING_ATOL)
    raw = network.encode(read_checkpoint(checkpoint_folder), batch(golden["ema_wav"]))[0].numpy()
    assert np.abs(raw - golden["ema_encoding"]).max() > 0.1


@pytest.mark.parametrize("chunk", [1, 7, 64, 100])
def test_chunks_change_nothing(random_model: MakeModel, small_sizes: Sizes, chunk: int) -> None:
    model = random_model(small_sizes)
    codes = torch.randint(-128, 128, (2, 100), generator=torch.Generator().manual_seed(2))
    condition = torch.randn(2, 7, 3, generator=torch.Generator().manual_seed(3))
    whole = network.decode_logits(model, codes, condition, chunk=100)
    parts = network.decode_logits(model, codes, condition, chunk=chunk)
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-5)
    assert whole.shape == (2, 100, 256)


def test_a_row_sees_only_what_came_before(random_model: MakeModel, small_sizes: Sizes) -> None:
    model = random_model(small_sizes)
    field = receptive_field(small_sizes.decoder_depth, small_sizes.stages)
    codes = torch.randint(-128, 128, (1, 64), generator=torch.Generator().manual_seed(2))
    condition = torch.zeros(1, 4, 3)
    before = network.decode_logits(model, codes, condition)
    other = codes.clone()
    other[0, 20] = 127 if codes[0, 20] < 0 else -128
    moved = (network.decode_logits(model, other, condition) != before).any(dim=2)[0]
    assert moved.nonzero()[:, 0].tolist()[0] == 21
    assert moved.nonzero()[:, 0].tolist()[-1] == 20 + field


def test_the_published_decoder_sees_6141_samples() -> None:
    assert receptive_field(30, 10) == 6141


def test_a_frame_conditions_its_own_samples_first(
    random_model: MakeModel, small_sizes: Sizes
) -> None:
    model = random_model(small_sizes)
    codes, condition = torch.zeros(1, 48, dtype=torch.int16), torch.zeros(1, 3, 3)
    before = network.decode_logits(model, codes, condition)
    condition[0, 1] = 1
    moved = (network.decode_logits(model, codes, condition) != before).any(dim=2)[0]
    assert int(moved.nonzero()[0]) == small_sizes.hop


def test_a_batch_is_its_items(random_model: MakeModel, small_sizes: Sizes) -> None:
    model = random_model(small_sizes)
    wav = torch.rand(3, 64, generator=torch.Generator().manual_seed(2)) * 2 - 1
    together = network.encode(model, wav)
    for item in range(3):
        torch.testing.assert_close(network.encode(model, wav[item : item + 1])[0], together[item])


def test_pitch_enters_beside_the_embedding(random_model: MakeModel, small_sizes: Sizes) -> None:
    model = random_model(replace(small_sizes, pitches=5))
    embedding = torch.randn(2, 2, 3, generator=torch.Generator().manual_seed(2))
    condition = network.conditioning(model, embedding, torch.tensor([0, 4]))
    assert condition.shape == (2, 2, 8)
    torch.testing.assert_close(condition[:, :, :3], embedding)
    assert condition[1, :, 3:].tolist() == [[0, 0, 0, 0, 1]] * 2
    codes = torch.zeros(2, 32, dtype=torch.int16)
    other = network.conditioning(model, embedding, torch.tensor([1, 4]))
    moved = network.decode_logits(model, codes, other) != network.decode_logits(
        model, codes, condition
    )
    assert moved[0].any()
    assert not moved[1].any()


def test_gradients_reach_all_but_the_last_residual(
    random_model: MakeModel, small_sizes: Sizes
) -> None:
    """Whose output nothing reads, in the published network too."""
    with torch.inference_mode(False):
        model = random_model(small_sizes)
        for tensor in model.tensors.values():
            tensor.requires_grad_()
        codes = torch.randint(-128, 128, (2, 64), generator=torch.Generator().manual_seed(2))
        logits = network.decode_logits(model, codes, network.encode_codes(model, codes), chunk=16)
        logits.logsumexp(dim=2).sum().backward()
        without = [name for name, tensor in model.tensors.items() if tensor.grad is None]
    assert without == ["res_4/W", "res_4/biases"]


def test_what_does_not_fit_is_refused(random_model: MakeModel, small_sizes: Sizes) -> None:
    model, codes = random_model(small_sizes), torch.zeros(1, 33, dtype=torch.int16)
    with pytest.raises(ValueError, match="33 samples are not a whole number of frames of 16"):
        network.encode_codes(model, codes)
    with pytest.raises(ValueError, match="33 samples need more than 2 frames"):
        network.decode_logits(model, codes, torch.zeros(1, 2, 3))
    with pytest.raises(ValueError, match="conditioning of 4 channels"):
        network.decode_logits(model, codes, torch.zeros(1, 3, 4))
    with pytest.raises(ValueError, match="knows 0 pitches"):
        network.conditioning(model, torch.zeros(1, 3, 3), torch.tensor([1]))


def test_the_published_size_runs(random_model: MakeModel) -> None:
    sizes = Sizes(512, 256, 128, 16, 256, 30, 30)
    shapes = expected_shapes(sizes)
    assert len(shapes) == 374
    model = random_model(sizes)
    assert sum(tensor.numel() for tensor in model.tensors.values()) == 61_804_048
    wav = 0.5 * torch.sin(torch.arange(512) / 10)[None]
    encoding = network.encode(model, wav)
    logits = network.decode_logits(model, torch.from_numpy(mulaw.encode(wav)), encoding)
    assert encoding.shape == (1, 1, 16)
    assert logits.shape == (1, 512, 256)
    assert torch.isfinite(logits).all()
    assert logits.std() > 0.1
