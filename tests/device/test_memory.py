"""What is remembered over a power cut, in simulated time and as a file."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device.events import ChannelSelected, EncoderTurned, PackSelected
from device.memory import WRITE_S, Memory, MemoryFile

MakeWorld = Callable[..., Any]


def test_pack_instruments_and_channel_come_back(make_world: MakeWorld) -> None:
    first = make_world()
    first.run(0.5)
    for event in (PackSelected(1), ChannelSelected(5)):
        first.app.post(event)
        first.run(0.5)
    first.run(3)
    second = make_world()
    second.run(0.5)
    assert (second.view.pack, second.view.channel) == ("Beta", 5)
    second.app.post(PackSelected(0))
    second.run(0.5)
    second.app.post(EncoderTurned(0, 1))
    second.run(WRITE_S + 5)
    third = make_world()
    third.run(0.5)
    assert third.view.pack == "Alpha"
    assert third.view.corners[0].index == 1
    assert third.app.conductor.deck.player.combination.instruments == (1, 1, 1, 1)


@given(st.binary(max_size=200))
def test_any_file_is_read_or_forgotten(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.json"
        path.write_bytes(data)
        read = MemoryFile(path).read()
    assert read is None or 0 <= read.channel <= 16


@pytest.mark.parametrize(
    "text",
    [
        '{"pack": "x", "instruments": ["a", "b"], "channel": 1}',
        '{"pack": "x", "instruments": [1, 2, 3, 4], "channel": 1}',
        '{"pack": "x", "instruments": [], "channel": 17}',
        '{"pack": 3, "instruments": [], "channel": 1}',
        "[]",
        "",
    ],
)
def test_nonsense_is_forgotten(tmp_path: Path, text: str) -> None:
    path = tmp_path / "memory.json"
    path.write_text(text)
    assert MemoryFile(path).read() is None


def test_writes_are_spread_out(tmp_path: Path) -> None:
    path = tmp_path / "memory.json"
    file = MemoryFile(path)
    file.keep(Memory("pack", ("a", "b", "c", "d"), 1), 100.0)
    file.keep(Memory("pack", ("a", "b", "c", "e"), 1), 100.0 + WRITE_S / 2)
    read = MemoryFile(path).read()
    assert read == Memory("pack", ("a", "b", "c", "d"), 1)
    file.keep(dataclasses.replace(read, channel=2), 100.0 + WRITE_S)
    assert MemoryFile(path).read() == dataclasses.replace(read, channel=2)


def test_nothing_is_kept_without_a_name_and_a_card_that_is_read_only_is_let_be(
    tmp_path: Path,
) -> None:
    MemoryFile(None).keep(Memory("pack"), 0.0)
    MemoryFile(tmp_path / "no folder" / "memory.json").keep(Memory("pack"), 0.0)
    assert list(tmp_path.iterdir()) == []
