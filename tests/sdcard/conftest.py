"""Fixtures of the cards' tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
LoadModule = Callable[[Path], ModuleType]


@pytest.fixture(scope="session")
def power_cut(load_module: LoadModule) -> ModuleType:
    """The module of a card that remembers its changes (tests/sdcard/power_cut.py)."""
    return load_module(HERE / "power_cut.py")


@pytest.fixture(scope="session")
def card_images(load_module: LoadModule) -> ModuleType:
    """The module that makes images of small cards (tests/sdcard/card_image.py)."""
    return load_module(HERE / "card_image.py")


@pytest.fixture(scope="session")
def sshd(load_module: LoadModule, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An sshd that runs all the time; see tests/sdcard/ssh_instrument.py."""
    folder, root = tmp_path_factory.mktemp("ssh"), tmp_path_factory.mktemp("instrument")
    with load_module(HERE / "ssh_instrument.py").serving(folder, root) as found:
        yield found


@pytest.fixture
def instrument(sshd: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # noqa: ANN401
    """The instrument behind it, without any pack."""
    monkeypatch.setenv("LATENTPAD_SSH", f"ssh -F {sshd.folder}/ssh_config")
    sshd.shelf.mkdir()
    yield sshd
    sshd.cut()
    shutil.rmtree(sshd.root)
    sshd.root.mkdir()
