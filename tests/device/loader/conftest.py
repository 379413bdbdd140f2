"""Fixtures of the loader's tests: a pack with several combinations, and worlds to play it in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from device.pack import open_pack

HERE = Path(__file__).parent
LoadModule = Callable[[Path], ModuleType]


@pytest.fixture(scope="session")
def large_pack(load_module: LoadModule, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four combinations of 5 x 5 cells at 16 pitches, which all sound at 300 Hz and in phase."""
    path = tmp_path_factory.mktemp("large") / "pack"
    load_module(HERE / "periodic_pack.py").write_pack(path, side=5, combinations=4)
    return path


@pytest.fixture
def world(load_module: LoadModule, large_pack: Path) -> Iterator[Callable[..., Any]]:
    """Makes a world with a card of so many MB/s and seconds per seek."""
    slow_world = load_module(HERE / "slow_world.py")
    cards = []

    def make(megabytes_per_s: float, seek_s: float = 0.005, **options: int) -> Any:  # noqa: ANN401
        cards.append(slow_world.SlowCard(megabytes_per_s, seek_s))
        return slow_world.World(open_pack(large_pack), cards[-1], **options)

    yield make
    for card in cards:  # or world and card keep each other, and all their files, for long
        card.pass_time = None
