"""Where notes can be generated, how many at a time, and with which engine."""

from __future__ import annotations

import os
from typing import Protocol

import torch

from audio_pipeline.errors import RenderError
from audio_pipeline.nsynth.generation import capacity
from audio_pipeline.nsynth.generation.cpu import CpuEngine, matrix_type
from audio_pipeline.nsynth.generation.cuda import ELEMENT, CudaEngine, gpu, kernels_for
from audio_pipeline.nsynth.generation.decoder import Decoder
from audio_pipeline.nsynth.generation.engine import Engine
from audio_pipeline.nsynth.generation.plan import make_plan
from audio_pipeline.nsynth.generation.tiles import UNTILED, Gpu, Tiles, choose_tiles, suits_tiles
from audio_pipeline.nsynth.model import Sizes
from audio_pipeline.nsynth.shapes import TAPS


class DeviceError(RenderError, ValueError):
    """A device that is unknown, or not in this machine."""

    exit_code = 2


class Device(Protocol):
    """A place to generate at."""

    name: str
    out_of_memory: type[BaseException]  # what its engines raise where memory is short

    def batch(self, decoder: Decoder, notes: int) -> int:
        """How many of the notes to generate at a time."""

    def engine(self, decoder: Decoder, notes: int, batch: int) -> Engine:
        """An engine for so many notes, which may be the rest of the batches of a run."""


class Cpu:
    """The processor."""

    name = "the CPU"
    out_of_memory: type[BaseException] = MemoryError

    def batch(self, decoder: Decoder, notes: int) -> int:
        """See Device."""
        fit = capacity.notes_that_fit(free_memory_bytes(), 0, cpu_note_bytes(decoder))
        return capacity.batch_size(notes, fit, capacity.CPU_MOST)

    def engine(self, decoder: Decoder, notes: int, batch: int) -> Engine:
        """See Device; the type is that of a whole batch."""
        dtype = matrix_type(decoder.sizes.decoder_width, batch)
        try:
            return CpuEngine(decoder, notes, dtype)
        except RuntimeError as error:  # what PyTorch raises where memory is short
            raise MemoryError(str(error)) from error


class Cuda:
    """The current NVIDIA GPU."""

    out_of_memory: type[BaseException] = torch.cuda.OutOfMemoryError

    def __init__(self) -> None:
        self._device = torch.device("cuda", torch.cuda.current_device())
        self.name = torch.cuda.get_device_name(self._device)

    def batch(self, decoder: Decoder, notes: int) -> int:
        """See Device."""
        free, _ = torch.cuda.mem_get_info(self._device)
        chosen = gpu(self._device)
        fit = capacity.notes_that_fit(free, *plan_bytes(decoder, chosen))
        return capacity.batch_size(notes, fit, capacity.GPU_MOST, chosen.processors // 2 * 128)

    def engine(self, decoder: Decoder, notes: int, batch: int) -> Engine:
        """See Device; the tiles are those of a whole batch, so sums have one order in all."""
        kernels = kernels_for(self._device, decoder.sizes)
        tiles = tiles_for(decoder.sizes, batch, gpu(self._device))
        return CudaEngine(decoder, notes, tiles, device=self._device, kernels=kernels)


def cpu_note_bytes(decoder: Decoder) -> int:
    """Bytes of memory that a note needs: in float32, and half of it in bfloat16."""
    windows = TAPS * sum(layer.dilation for layer in decoder.layers)
    conditions_and_outputs = 3 * len(decoder.layers)
    return (windows + conditions_and_outputs) * decoder.sizes.decoder_width * 4


def tiles_for(sizes: Sizes, batch: int, chosen: Gpu) -> Tiles:
    """The tiles, or none for models that go without."""
    return choose_tiles(sizes, batch, chosen) if suits_tiles(sizes) else UNTILED


def plan_bytes(decoder: Decoder, chosen: Gpu) -> tuple[int, int]:
    """Bytes of device memory that a run needs once, and per note."""
    sizes, channels = decoder.sizes, decoder.channels
    tiles = tiles_for(sizes, 1, chosen)  # of one: the most parts of the sum, so the most memory
    one, two = (make_plan(sizes, channels, batch, tiles, ELEMENT).bytes for batch in (1, 2))
    return 2 * one - two, two - one


def choose_device(name: str) -> Device:
    """The device by name; "auto" is a GPU if there is one. Raises DeviceError."""
    if name not in ("auto", "cpu", "cuda"):
        raise DeviceError(f"unknown device {name!r}; known: auto, cpu, cuda")
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return Cpu()
    if not torch.cuda.is_available():
        raise DeviceError("no CUDA GPU that this PyTorch can use; --device cpu works without one")
    return Cuda()


def free_memory_bytes() -> int:
    """Memory that can be had without swapping, as Linux tells it; elsewhere half of all."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:  # noqa: PTH123 - not a real file
            found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
        return int(found[0]) * 1024
    except (OSError, IndexError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
