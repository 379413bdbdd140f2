"""What all tests share: small sound packs."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device.pack import Manifest


def _load_packs() -> ModuleType:
    """tests/packs.py as the module `tests.packs`; tests are not a package on the import path."""
    name = "tests.packs"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("packs.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


packs = _load_packs()


@pytest.fixture(scope="session")
def make_test_pack() -> Callable[..., Manifest]:
    """Writes a small pack: see make_test_pack in tests/packs.py."""
    function: Callable[..., Manifest] = packs.make_test_pack
    return function


@pytest.fixture(scope="session")
def test_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small pack in a directory; shared by all tests, so do not change it."""
    path: Path = tmp_path_factory.mktemp("packs") / "small"
    packs.make_test_pack(path)
    return path
