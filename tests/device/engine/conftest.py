"""Fixtures of the engine's tests: the oracle, random rows and random playing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
LoadModule = Callable[[Path], ModuleType]


@pytest.fixture(scope="session")
def oracle(load_module: LoadModule) -> ModuleType:
    """The slow mixer that the kernel must equal (oracle.py)."""
    return load_module(HERE / "oracle.py")


@pytest.fixture(scope="session")
def playing(load_module: LoadModule) -> ModuleType:
    """Random rows and random playing (playing.py)."""
    return load_module(HERE / "playing.py")


@pytest.fixture(scope="session")
def stream_child(load_module: LoadModule) -> ModuleType:
    """The program that plays in a process of its own (stream_child.py)."""
    return load_module(HERE / "stream_child.py")


@pytest.fixture(scope="session")
def stream_piece(load_module: LoadModule) -> ModuleType:
    """The piece of 32 voices and the program that plays it (stream_piece.py)."""
    return load_module(HERE / "stream_piece.py")


@pytest.fixture(scope="session")
def soak(load_module: LoadModule) -> ModuleType:
    """Random playing without mercy (soak.py)."""
    return load_module(HERE / "soak.py")
