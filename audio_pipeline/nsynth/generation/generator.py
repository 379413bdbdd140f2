"""Generates many notes in batches, frame by frame; a killed run goes on where it was saved."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth.generation.capacity import half
from audio_pipeline.nsynth.generation.decoder import fold
from audio_pipeline.nsynth.generation.devices import Device, choose_device
from audio_pipeline.nsynth.generation.engine import Engine, Job
from audio_pipeline.nsynth.generation.philox import checked_seeds
from audio_pipeline.nsynth.model import Model, receptive_field


class StateError(RenderError, ValueError):
    """A saved state is not that of these notes."""


class MemoryShortError(RenderError, MemoryError):
    """Not even one note fits in the device's memory."""


class Generator:
    """The notes and how far each of them is.

    The state is only the classes so far. Going on passes over the last receptive field again
    (12 frames of the published model) with these classes: after it everything is as if nothing
    had been interrupted.
    """

    def __init__(
        self, model: Model, encodings: NDArray[np.float32], *, seeds: Sequence[int],
        temperature: float = 1.0, device: str | Device = "auto",
        state: Mapping[str, NDArray[Any]] | None = None,
    ) -> None:  # fmt: skip
        self._decoder = fold(model)
        self._hop = model.sizes.hop
        self._encodings = np.ascontiguousarray(encodings, dtype=np.float32)
        self._seeds, self._temperature = checked_seeds(seeds), temperature
        self._require_shapes()
        self.device = choose_device(device) if isinstance(device, str) else device
        notes, frames = self._encodings.shape[:2]
        self.classes = np.zeros((notes, frames * self._hop), dtype=np.uint8)
        self.frames_done = np.zeros(notes, dtype=np.int32)
        if state is not None:
            self._restore(state)
        self._batch = self.device.batch(self._decoder, notes)
        self._engine: Engine | None = None
        self._engine_notes = range(0)
        self._engine_size = 0

    @property
    def total(self) -> int:
        """Frames of all notes."""
        return int(self.frames_done.size * self._encodings.shape[1])

    @property
    def done(self) -> int:
        """Frames made so far, of all notes."""
        return int(self.frames_done.sum())

    def advance(self) -> bool:
        """One frame of one batch; False where nothing is left to do.

        A batch that does not fit in memory is tried again with half of its notes.
        """
        while True:
            try:
                return self._advance()
            except self.device.out_of_memory as error:
                self.close()
                self._batch = half(min(self._batch, len(self._next_notes())))
                if self._batch == 0:
                    raise MemoryShortError(
                        f"not even one note fits in the memory of {self.device.name}: {error}"
                    ) from error

    def state(self) -> dict[str, NDArray[Any]]:
        """What to save, as for numpy.savez: the classes so far, and whose they are."""
        return {
            "classes": self.classes.copy(),
            "frames_done": self.frames_done.copy(),
            "seeds": self._seeds.copy(),
            "temperature": np.array(self._temperature),
        }

    def close(self) -> None:
        """Free the engine's memory; the next `advance` begins with a new one."""
        if self._engine is not None:
            self._engine.close()
        self._engine, self._engine_notes, self._engine_size = None, range(0), 0

    def _advance(self) -> bool:
        notes = self._next_notes()
        if not notes:
            self.close()
            return False
        if self._engine is None or notes != self._engine_notes:
            self._begin(notes)
        assert self._engine is not None
        frame = int(self.frames_done[notes.start])
        span = slice(frame * self._hop, (frame + 1) * self._hop)
        self.classes[notes.start : notes.stop, span] = self._engine.frame()
        self.frames_done[notes.start : notes.stop] += 1
        return True

    def _next_notes(self) -> range:
        """The first notes that are not finished, all equally far."""
        frames = self._encodings.shape[1]
        unfinished = np.flatnonzero(self.frames_done < frames)
        if not len(unfinished):
            return range(0)
        first = stop = int(unfinished[0])
        end = min(first + self._batch, len(self.frames_done))
        while stop < end and self.frames_done[stop] == self.frames_done[first]:
            stop += 1
        return range(first, stop)

    def _begin(self, notes: range) -> None:
        """Bring an engine to where the notes are."""
        if self._engine is None or len(notes) != self._engine_size:
            self.close()
            self._engine = self.device.engine(self._decoder, len(notes), self._batch)
            self._engine_size = len(notes)
        self._engine_notes = notes
        chosen = slice(notes.start, notes.stop)
        done = int(self.frames_done[notes.start])
        sizes = self._decoder.sizes
        past = math.ceil(receptive_field(sizes.decoder_depth, sizes.stages) / self._hop)
        first = max(0, done - past)
        job = Job(self._encodings[chosen], self._seeds[chosen], self._temperature)
        self._engine.begin(job, first)
        for frame in range(first, done):
            self._engine.force(self.classes[chosen, frame * self._hop : (frame + 1) * self._hop])

    def _require_shapes(self) -> None:
        shape, channels = self._encodings.shape, self._decoder.channels
        if len(shape) != 3 or shape[2] != channels or 0 in shape:
            raise ValueError(f"encodings of shape {shape}, not [notes, frames, {channels}]")
        if len(self._seeds) != shape[0]:
            raise ValueError(f"{len(self._seeds)} seeds for {shape[0]} notes")
        if not np.isfinite(self._encodings).all():
            raise ValueError("encodings that are infinite or not a number")
        if not self._temperature > 0:
            raise ValueError(f"temperature {self._temperature} is not above 0")

    def _restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        same = (
            state["classes"].shape == self.classes.shape
            and np.array_equal(state["seeds"], self._seeds)
            and float(state["temperature"]) == self._temperature
        )
        if not same:
            raise StateError("the saved state has other notes, seeds or temperature than this run")
        self.classes[:] = state["classes"]
        self.frames_done[:] = state["frames_done"]


def generate(
    model: Model, encodings: NDArray[np.float32], *, seeds: Sequence[int],
    temperature: float = 1.0, device: str = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.uint8]:  # fmt: skip
    """The classes [B, frames * hop] (mu-law code + 128) of notes with conditioning [B, frames, z].

    `seeds` has one 0..2**64 - 1 per note: a note's draws depend on it alone, not on the notes
    beside it. `device` is "auto", "cuda" or "cpu"; `progress` is told frames done and in all.
    Raises NotFiniteError, MemoryShortError, DeviceError.
    """
    run = Generator(model, encodings, seeds=seeds, temperature=temperature, device=device)
    try:
        while run.advance():
            if progress is not None:
                progress(run.done, run.total)
    finally:
        run.close()
    return run.classes
