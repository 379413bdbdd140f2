"""Fixtures of the cards' tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def power_cut() -> ModuleType:
    """The module of a card that remembers its changes (tests/sdcard/power_cut.py)."""
    full_name, path = "latentpad_tests_power_cut", Path(__file__).with_name("power_cut.py")
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]
