"""The launches of a step: which kernel on which buffers, over which grid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from audio_pipeline.nsynth.generation.buffers import codes_slots, ring_slots
from audio_pipeline.nsynth.generation.launch import Launch, Part
from audio_pipeline.nsynth.generation.tiles import Tile, Tiles
from audio_pipeline.nsynth.model import Sizes, dilation


@dataclass(frozen=True)
class Launches:
    """Makes them, for padded channels."""

    sizes: Sizes
    channels: int
    batch: int
    tiles: Tiles

    def trunk(self) -> list[Launch]:
        """From the last three classes to every layer's x and gated output."""
        launches = [self._start()]
        for layer in range(1, self.sizes.decoder_depth + 1):
            launches.append(self._gate(layer))
            if layer < self.sizes.decoder_depth:  # the last residual is never read
                launches.append(self._res(layer))
        return launches

    def head(self) -> list[Launch]:
        """From the gated outputs to the logits."""
        return [self._skip(), self._combine(), self._head(), self._output()]

    def draw(self) -> Launch:
        """From the logits to the class."""
        rows = 8
        buffers = ("logits", "seeds", "inverse_temperature", "codes", "clock")
        return Launch(
            "draw",
            (math.ceil(self.batch / rows),),
            _named(*buffers) | self._numbers(codes_slots=codes_slots(self.sizes)),
            {"CLASSES": self.sizes.classes, "BM": rows},
        )

    def _start(self) -> Launch:
        width = self.sizes.decoder_width
        rows, columns = 16, _power(width, 256)
        arguments = {"matrix": "start", "bias": "start_bias", "ring": "ring_1"}
        numbers = self._numbers(slots=self._slots(1), codes_slots=codes_slots(self.sizes))
        return Launch(
            "start",
            (math.ceil(self.batch / rows), width // columns),
            _named("codes", "clock") | arguments | numbers,
            {"WIDTH": width, "BM": rows, "BN": columns},
        )

    def _gate(self, layer: int) -> Launch:
        width, index = self.sizes.decoder_width, layer - 1
        arguments: dict[str, str | Part | int] = {
            "ring": f"ring_{layer}",
            "matrix": Part("taps", index),
            "bias": Part("gate_bias", index),
            "condition_matrix": Part("condition_map", index),
            "hidden": Part("hidden", index),
        }
        step = dilation(layer, self.sizes.stages)
        numbers = self._numbers(dilation=step, slots=self._slots(layer))
        return self._product(
            "gate", self.tiles.gate, 2 * width, _named("condition", "clock") | arguments | numbers,
            {"WIDTH": width, "CHANNELS": self.channels, "BZ": self._channel_step()},
        )  # fmt: skip

    def _res(self, layer: int) -> Launch:
        width, index = self.sizes.decoder_width, layer - 1
        arguments: dict[str, str | Part | int] = {
            "hidden": Part("hidden", index),
            "matrix": Part("res", index),
            "bias": Part("res_bias", index),
            "ring": f"ring_{layer}",
            "ring_out": f"ring_{layer + 1}",
        }
        numbers = self._numbers(slots=self._slots(layer), slots_out=self._slots(layer + 1))
        return self._product(
            "res", self.tiles.res, width, _named("clock") | arguments | numbers, {"WIDTH": width}
        )

    def _skip(self) -> Launch:
        sizes = self.sizes
        constants = {
            "WIDTH": sizes.decoder_width,
            "LAYERS": sizes.decoder_depth,
            "SKIP": sizes.skip_width,
            "SPLITS": self.tiles.splits,
        }
        arguments = _named("hidden", "parts") | {"matrix": "skip"} | self._numbers()
        return self._product(
            "skip", self.tiles.skip, sizes.skip_width, arguments, constants,
            parts=self.tiles.splits, timed=False,
        )  # fmt: skip

    def _combine(self) -> Launch:
        skip = self.sizes.skip_width
        rows, columns = 16, _power(skip, 256)
        arguments = _named("parts", "codes", "total", "clock")
        arguments |= {"matrix": "skip_start", "bias": "skip_bias"}
        return Launch(
            "combine",
            (math.ceil(self.batch / rows), skip // columns),
            arguments | self._numbers(codes_slots=codes_slots(self.sizes)),
            {"SKIP": skip, "SPLITS": self.tiles.splits, "BM": rows, "BN": columns},
        )

    def _head(self) -> Launch:
        skip = self.sizes.skip_width
        arguments = {
            "inputs": "total",
            "matrix": "head",
            "bias": "head_bias",
            "condition": "condition",
            "condition_matrix": "head_condition",
            "outputs": "head_hidden",
        }
        constants = {"SKIP": skip, "CHANNELS": self.channels, "BZ": self._channel_step()}
        return self._product(
            "head", self.tiles.head, skip, arguments | self._numbers(), constants, timed=False
        )

    def _output(self) -> Launch:
        arguments = {"inputs": "head_hidden", "matrix": "output", "bias": "output_bias"}
        constants = {"SKIP": self.sizes.skip_width, "CLASSES": self.sizes.classes}
        return self._product(
            "output", self.tiles.output, self.sizes.classes,
            _named("logits") | arguments | self._numbers(), constants, timed=False,
        )  # fmt: skip

    def _product(
        self, kernel: str, tile: Tile, columns: int, arguments: Mapping[str, str | Part | int],
        constants: Mapping[str, int], *, parts: int = 1, timed: bool = True,
    ) -> Launch:  # fmt: skip
        blocks = math.ceil(self.batch / tile.m) * (columns // tile.n)
        cut = {"BM": tile.m, "BN": tile.n, "BK": tile.k, "GROUP": self.tiles.group}
        grid = (blocks,) if parts == 1 and kernel != "skip" else (blocks, parts)
        return Launch(
            kernel, grid, arguments, dict(constants) | cut, tile.warps, tile.stages, timed
        )

    def _channel_step(self) -> int:
        return _power(self.channels, 32)

    def _slots(self, layer: int) -> int:
        return ring_slots(self.sizes, layer)

    def _numbers(self, **numbers: int) -> dict[str, str | Part | int]:
        return {"batch": self.batch, **numbers}


def _named(*buffers: str) -> dict[str, str | Part | int]:
    """Arguments that have their buffer's name."""
    return {name: name for name in buffers}


def _power(number: int, most: int) -> int:
    """The largest power of two that divides a number, up to `most`."""
    return min(number & -number, most)
