"""A plan's arithmetic: memory, slots, and arguments that are the kernels'."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

from audio_pipeline.nsynth.generation import plain
from audio_pipeline.nsynth.generation import plan as plan_module
from audio_pipeline.nsynth.generation.buffers import padded_channels, ring_slots
from audio_pipeline.nsynth.generation.launch import Part
from audio_pipeline.nsynth.generation.plan import Plan, make_plan
from audio_pipeline.nsynth.generation.tiles import Gpu, choose_tiles
from audio_pipeline.nsynth.model import Sizes, dilation

PUBLISHED = Sizes(512, 256, 128, 16, 256, decoder_depth=30, encoder_depth=30)
KERNELS = Path(plan_module.__file__).with_name("kernels.py")  # read, not imported: needs Triton


def published(batch: int) -> Plan:
    tiles = choose_tiles(PUBLISHED, batch, Gpu(132, 232_448))
    return make_plan(PUBLISHED, 16, batch, tiles, "float16")


def kernel_arguments() -> dict[str, list[str]]:
    tree = ast.parse(KERNELS.read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {node.name: [argument.arg for argument in node.args.args] for node in functions}


def test_a_note_needs_little_more_than_its_rings() -> None:
    one, two = published(1), published(2)
    rings = sum(b.bytes for name, b in one.state.items() if name.startswith("ring_"))
    assert rings == 2 * (2 * 3069 + 30) * 512
    assert 6.31e6 < two.bytes - one.bytes < 6.42e6
    assert 110e6 < 2 * one.bytes - two.bytes < 125e6  # the weights


def test_the_launches_of_a_step() -> None:
    plan = published(64)
    assert [launch.kernel for launch in plan.trunk] == ["start", *["gate", "res"] * 29, "gate"]
    assert [launch.kernel for launch in plan.head] == ["skip", "combine", "head", "output"]
    assert [launch.kernel for launch in plan.draw] == ["draw"]


def test_every_kernel_gets_the_arguments_that_it_names() -> None:
    known, plan = kernel_arguments(), published(64)
    for launch in (*plan.trunk, *plan.head, *plan.draw):
        given = {*launch.arguments, *launch.constants} | ({"ahead"} if launch.timed else set())
        assert given == set(known[launch.kernel]), launch.kernel
        parameters = set(inspect.signature(getattr(plain, launch.kernel)).parameters)
        assert parameters == given - set(launch.constants), launch.kernel


def test_every_buffer_is_used_and_every_part_is_there() -> None:
    plan, used = published(64), set()
    for launch in (*plan.trunk, *plan.head, *plan.draw):
        for value in launch.arguments.values():
            if isinstance(value, Part):
                assert 0 <= value.index < plan.buffers[value.buffer].shape[0]
            used |= {value.buffer} if isinstance(value, Part) else {value}
    assert {value for value in used if isinstance(value, str)} == set(plan.buffers)


def test_grids_cover_every_row_and_column() -> None:
    for batch in (1, 63, 64, 8448, 8449):
        plan = published(batch)
        for launch in plan.trunk:
            if launch.kernel == "gate":
                tiles = launch.grid[0]
                cut = launch.constants
                assert tiles * cut["BM"] * cut["BN"] >= batch * 1024
                assert (tiles - 1024 // cut["BN"]) * cut["BM"] * cut["BN"] < batch * 1024


@pytest.mark.parametrize("layer", range(1, 11))
def test_ring_slots_hold_what_the_filter_reads(layer: int) -> None:
    """A ring of integers in place of vectors: after two rounds, slots hold t, t - d and t - 2 d."""
    slots, step = ring_slots(PUBLISHED, layer), dilation(layer, 10)
    ring = [0] * slots
    for t in range(3 * slots):
        ring[t % slots] = t
        if t >= 2 * step:
            assert ring[(t + slots - step) % slots] == t - step
            assert ring[(t + 1) % slots] == t - 2 * step


def test_conditioning_is_padded_to_whole_products() -> None:
    assert [padded_channels(n) for n in (3, 16, 17, 144)] == [32, 32, 64, 288]
