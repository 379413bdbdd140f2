"""Fixtures of the simulators' tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def make_terminal(load_module: Callable[[Path], ModuleType]) -> Callable[[int, int], Any]:
    """Makes a terminal of so many columns and lines: tests/hardware/sim/small_terminal.py."""
    module = load_module(Path(__file__).with_name("small_terminal.py"))
    make: Callable[[int, int], Any] = module.SmallTerminal
    return make
