"""A step of the decoder as a list of launches on named buffers: pure arithmetic, no device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from audio_pipeline.nsynth.generation.buffers import (
    padded_channels,
    state_buffers,
    weight_buffers,
)
from audio_pipeline.nsynth.generation.launch import Buffer, Launch
from audio_pipeline.nsynth.generation.launches import Launches
from audio_pipeline.nsynth.generation.tiles import Tiles
from audio_pipeline.nsynth.model import Sizes


@dataclass(frozen=True)
class Plan:
    """The launches of a step in order, and the buffers that they need."""

    batch: int
    weights: Mapping[str, Buffer]  # filled once
    state: Mapping[str, Buffer]
    trunk: tuple[Launch, ...]  # x of all layers from the last three classes
    head: tuple[Launch, ...]  # logits
    draw: tuple[Launch, ...]  # the class

    @property
    def buffers(self) -> dict[str, Buffer]:
        """All of them."""
        return {**self.weights, **self.state}

    @property
    def bytes(self) -> int:
        """Of all buffers."""
        return sum(buffer.bytes for buffer in self.buffers.values())


def make_plan(sizes: Sizes, channels: int, batch: int, tiles: Tiles, type_name: str) -> Plan:
    """The plan for a batch; `type_name` is that of weights and activations."""
    padded = padded_channels(channels)
    launches = Launches(sizes, padded, batch, tiles)
    return Plan(
        batch=batch,
        weights=weight_buffers(sizes, padded, type_name),
        state=state_buffers(sizes, padded, batch, tiles, type_name),
        trunk=tuple(launches.trunk()),
        head=tuple(launches.head()),
        draw=(launches.draw(),),
    )
