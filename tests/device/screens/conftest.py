"""Views to draw: a builder, the named variants that have golden pictures, and any view at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def views(load_module: Callable[[Path], ModuleType]) -> ModuleType:
    """The module of views (views.py): `make_view`, `VARIANTS`, `any_view`."""
    return load_module(Path(__file__).with_name("views.py"))


@pytest.fixture(scope="session")
def make_view(views: ModuleType) -> Callable[..., object]:
    """Builds a View of a playing instrument; keywords replace what they name."""
    function: Callable[..., object] = views.make_view
    return function
