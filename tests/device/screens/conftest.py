"""Views to draw: a builder, the named variants that have golden pictures, and any view at all."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent


def load(name: str) -> ModuleType:
    """Import a helper module that lies beside this file (tests are not a package)."""
    full_name = f"latentpad_tests_screens_{name}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]


@pytest.fixture(scope="session")
def views() -> ModuleType:
    """The module of views (views.py): `make_view`, `VARIANTS`, `any_view`."""
    return load("views")


@pytest.fixture(scope="session")
def make_view(views: ModuleType) -> Callable[..., object]:
    """Builds a View of a playing instrument; keywords replace what they name."""
    function: Callable[..., object] = views.make_view
    return function
