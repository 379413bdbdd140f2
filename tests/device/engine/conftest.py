"""Fixtures of the engine's tests: the oracle, random rows and random playing."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def _load(name: str) -> ModuleType:
    full_name = f"latentpad_tests_engine_{name}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]


@pytest.fixture(scope="session")
def oracle() -> ModuleType:
    """The slow mixer that the kernel must equal (oracle.py)."""
    return _load("oracle")


@pytest.fixture(scope="session")
def playing() -> ModuleType:
    """Random rows and random playing (playing.py)."""
    return _load("playing")


@pytest.fixture(scope="session")
def stream_child() -> ModuleType:
    """The program that plays in a process of its own (stream_child.py)."""
    return _load("stream_child")


@pytest.fixture(scope="session")
def stream_piece() -> ModuleType:
    """The piece of 32 voices and the program that plays it (stream_piece.py)."""
    return _load("stream_piece")


@pytest.fixture(scope="session")
def soak() -> ModuleType:
    """Random playing without mercy (soak.py)."""
    return _load("soak")
