"""Fixtures of the simulators' tests."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def make_terminal() -> Callable[[int, int], Any]:
    """Makes a terminal of so many columns and lines: tests/hardware/sim/small_terminal.py."""
    name, path = "latentpad_tests_terminal", Path(__file__).with_name("small_terminal.py")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    make: Callable[[int, int], Any] = module.SmallTerminal
    return make
