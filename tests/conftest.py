"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

from device.pack import Manifest

HERE = Path(__file__).parent

# No time limit per example: how long one takes on a busy machine says nothing.
settings.register_profile("latentpad", deadline=None)
settings.load_profile("latentpad")


def _load(name: str) -> ModuleType:
    """Import a helper module that lies beside this file (tests are not a package)."""
    full_name = f"latentpad_tests_{name}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module of synthetic source sounds (tests/synthetic.py)."""
    return _load("synthetic")


@pytest.fixture(scope="session")
def packs() -> ModuleType:
    """The module of small sound packs and their parts (tests/packs.py)."""
    return _load("packs")


@pytest.fixture(scope="session")
def pad_packs() -> ModuleType:
    """The module that renders packs from synthetic sounds (tests/pad_packs.py)."""
    return _load("pad_packs")


@pytest.fixture(scope="session")
def make_test_pack(packs: ModuleType) -> Callable[..., Manifest]:
    """Writes a small pack: see make_test_pack in tests/packs.py."""
    function: Callable[..., Manifest] = packs.make_test_pack
    return function


@pytest.fixture(scope="session")
def test_pack(packs: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pack in a directory; shared by all tests, so do not change it."""
    path: Path = tmp_path_factory.mktemp("packs") / "small"
    packs.make_test_pack(path)
    return path
