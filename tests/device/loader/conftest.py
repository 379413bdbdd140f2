"""Fixtures of the loader's tests: a pack with several combinations, and worlds to play it in."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from device.pack import open_pack

HERE = Path(__file__).parent


def _load(name: str) -> ModuleType:
    full_name = f"latentpad_tests_loader_{name}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]


@pytest.fixture(scope="session")
def large_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four combinations of 5 x 5 cells at 16 pitches, which all sound at 300 Hz and in phase."""
    path = tmp_path_factory.mktemp("large") / "pack"
    _load("periodic_pack").write_pack(path, side=5, combinations=4)
    return path


@pytest.fixture
def world(large_pack: Path) -> Iterator[Callable[..., Any]]:
    """Makes a world with a card of so many MB/s and seconds per seek."""
    slow_world = _load("slow_world")
    cards = []

    def make(megabytes_per_s: float, seek_s: float = 0.005, **options: int) -> Any:  # noqa: ANN401
        cards.append(slow_world.SlowCard(megabytes_per_s, seek_s))
        return slow_world.World(open_pack(large_pack), cards[-1], **options)

    yield make
    for card in cards:  # or world and card keep each other, and all their files, for long
        card.pass_time = None
