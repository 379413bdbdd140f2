"""The module of containers, which no test can import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def container(load_module: Callable[[Path], ModuleType]) -> ModuleType:
    """tests/systemd/container.py; skips where there can be no container."""
    module = load_module(Path(__file__).with_name("container.py"))
    if module.WANTING:
        pytest.skip(module.WANTING)
    return module
