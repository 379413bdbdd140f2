"""Fixtures that several rooms' tests share."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

from device.pack import Manifest

HERE = Path(__file__).parent
LoadModule = Callable[[Path], ModuleType]

# No time limit per example: how long one takes on a busy machine says nothing. The suite tries the
# same examples each time; LATENTPAD_EXAMPLES=2000 looks for new ones, so many in each test.
examples = int(os.environ.get("LATENTPAD_EXAMPLES", "0"))
settings.register_profile("latentpad", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=examples or 100)
settings.load_profile("search" if examples else "latentpad")


def _load(path: Path) -> ModuleType:
    """Import a helper module, once (tests are not a package)."""
    parts = path.resolve().relative_to(HERE).with_suffix("").parts
    name = "_".join(("latentpad_tests", *parts))
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def load_module() -> LoadModule:
    """Imports a helper module of the tests from its file."""
    return _load


@pytest.fixture(scope="session")
def synthetic() -> ModuleType:
    """The module of synthetic source sounds (tests/synthetic.py)."""
    return _load(HERE / "synthetic.py")


@pytest.fixture(scope="session")
def packs() -> ModuleType:
    """The module of small sound packs and their parts (tests/packs.py)."""
    return _load(HERE / "packs.py")


@pytest.fixture(scope="session")
def pad_packs() -> ModuleType:
    """The module that renders packs from synthetic sounds (tests/pad_packs.py)."""
    return _load(HERE / "pad_packs.py")


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
