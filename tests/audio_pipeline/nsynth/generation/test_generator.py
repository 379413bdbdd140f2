"""Many notes: in batches, through short memory, killed and gone on."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from audio_pipeline.nsynth.generation import Generator, generate
from audio_pipeline.nsynth.generation.cpu import CpuEngine
from audio_pipeline.nsynth.generation.decoder import Decoder
from audio_pipeline.nsynth.generation.devices import Cpu, DeviceError, choose_device, plan_bytes
from audio_pipeline.nsynth.generation.engine import Engine
from audio_pipeline.nsynth.generation.generator import MemoryShortError, StateError
from audio_pipeline.nsynth.generation.tiles import Gpu
from audio_pipeline.nsynth.model import Model, Sizes


class Device:
    """A device for `size` notes at a time, whose memory holds `most`."""

    name = "a test's device"
    out_of_memory: type[BaseException] = MemoryError

    def __init__(self, size: int, most: int = 1000) -> None:
        self.size, self.most, self.made = size, most, []  # type: ignore[var-annotated]

    def batch(self, decoder: Decoder, notes: int) -> int:
        return min(self.size, notes)

    def engine(self, decoder: Decoder, notes: int, batch: int) -> Engine:
        self.made.append(notes)
        if notes > self.most:
            raise MemoryError(f"{notes} notes")
        return CpuEngine(decoder, notes, torch.float32)


@pytest.fixture(scope="module")
def model(random_model: Callable[[Sizes], Model], small_sizes: Sizes) -> Model:
    return random_model(small_sizes)


@pytest.fixture(scope="module")
def encodings() -> NDArray[np.float32]:
    return np.random.default_rng(1).standard_normal((7, 5, 3)).astype(np.float32)


SEEDS = [5, 6, 7, 2**63, 9, 10, 11]


def finish(run: Generator) -> NDArray[np.uint8]:
    while run.advance():
        pass
    return run.classes


def test_all_notes_are_generated_and_progress_told(
    model: Model, encodings: NDArray[np.float32]
) -> None:
    told: list[tuple[int, int]] = []
    classes = generate(model, encodings, seeds=SEEDS, device="cpu",
                       progress=lambda done, total: told.append((done, total)))  # fmt: skip
    assert classes.shape == (7, 80)
    assert classes.dtype == np.uint8
    assert told == [(done, 35) for done in (7, 14, 21, 28, 35)]
    assert len(np.unique(classes)) > 100


def test_a_note_does_not_depend_on_those_beside_it(
    model: Model, encodings: NDArray[np.float32]
) -> None:
    whole = generate(model, encodings, seeds=SEEDS, device="cpu")
    alone = generate(model, encodings[3:4], seeds=SEEDS[3:4], device="cpu")
    assert np.array_equal(alone, whole[3:4])
    device = Device(3)
    assert np.array_equal(finish(Generator(model, encodings, seeds=SEEDS, device=device)), whole)
    assert device.made == [3, 1]  # the second batch of three used the first one's engine


@pytest.mark.parametrize("frames", [0, 1, 3, 6, 10])
def test_a_killed_run_goes_on_where_it_was_saved(
    model: Model, encodings: NDArray[np.float32], frames: int
) -> None:
    whole = finish(Generator(model, encodings, seeds=SEEDS, device=Device(3)))
    run = Generator(model, encodings, seeds=SEEDS, device=Device(3))
    for _ in range(frames):
        run.advance()
    file = io.BytesIO()
    np.savez(file, **run.state())
    file.seek(0)
    with np.load(file) as state:
        again = Generator(model, encodings, seeds=SEEDS, device=Device(2), state=dict(state))
    assert again.done == min(frames, 5) * 3 + max(0, min(frames - 5, 5)) * 3
    assert np.array_equal(finish(again), whole)
    assert again.done == again.total == 35


def test_only_the_receptive_field_is_passed_over_again(
    model: Model, encodings: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    """4 layers of dilations 1, 2, 4, 1 reach 19 samples back: two frames of 16."""
    run = Generator(model, encodings, seeds=SEEDS, device=Device(7))
    for _ in range(4):
        run.advance()
    forced = []
    monkeypatch.setattr(CpuEngine, "force", lambda self, classes: forced.append(classes.shape))
    Generator(model, encodings, seeds=SEEDS, device=Device(7), state=run.state()).advance()
    assert forced == [(7, 16)] * 2


def test_short_memory_halves_the_batch_and_goes_on(
    model: Model, encodings: NDArray[np.float32]
) -> None:
    whole = generate(model, encodings, seeds=SEEDS, device="cpu")
    device = Device(7, most=2)
    assert np.array_equal(finish(Generator(model, encodings, seeds=SEEDS, device=device)), whole)
    assert device.made == [7, 3, 1]
    with pytest.raises(MemoryShortError, match="not even one note"):
        Generator(model, encodings, seeds=SEEDS, device=Device(7, most=0)).advance()


def test_another_runs_state_is_refused(model: Model, encodings: NDArray[np.float32]) -> None:
    state = Generator(model, encodings, seeds=SEEDS, device="cpu").state()
    for changed in (
        {"seeds": [1, *SEEDS[1:]]},
        {"temperature": 0.9},
    ):
        with pytest.raises(StateError, match="other notes"):
            Generator(model, encodings, **{"seeds": SEEDS} | changed, state=state)  # type: ignore[arg-type]
    with pytest.raises(StateError):
        Generator(model, encodings[:, :4], seeds=SEEDS, state=state)


def test_what_does_not_fit_the_model_is_refused(
    model: Model, encodings: NDArray[np.float32]
) -> None:
    with pytest.raises(ValueError, match="6 seeds for 7 notes"):
        generate(model, encodings, seeds=SEEDS[:6])
    with pytest.raises(ValueError, match=r"\[notes, frames, 3\]"):
        generate(model, encodings[:, :, :2], seeds=SEEDS)
    with pytest.raises(ValueError, match="infinite"):
        generate(model, encodings * np.float32(np.inf), seeds=SEEDS)
    with pytest.raises(ValueError, match="temperature"):
        generate(model, encodings, seeds=SEEDS, temperature=0)


def test_devices_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert isinstance(choose_device("auto"), Cpu)
    with pytest.raises(DeviceError, match="no CUDA GPU"):
        choose_device("cuda")
    with pytest.raises(DeviceError, match="tpu"):
        choose_device("tpu")


def test_the_cpus_batch_is_bounded(model: Model) -> None:
    from audio_pipeline.nsynth.generation.decoder import fold

    assert Cpu().batch(fold(model), 10_000) == 250
    assert Cpu().batch(fold(model), 3) == 3


def test_what_a_gpu_needs_for_a_note(model: Model) -> None:
    from audio_pipeline.nsynth.generation.decoder import fold

    fixed, note = plan_bytes(fold(model), Gpu(132, 232_448))
    assert fixed > 0
    assert note > 2 * (3 + 5 + 9 + 3) * 6  # the rings
