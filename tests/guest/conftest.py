"""Fixtures of the tests under a kernel of their own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
VIRTIO_ID_I2C = 34
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))  # helpers import each other as the programs beside them do

import booting  # noqa: E402 (these lie beside this file)
from card_making import make_card, write_fstab  # noqa: E402
from card_packs import make_sources  # noqa: E402
from card_rig import Rig  # noqa: E402


def _load(path: Path) -> ModuleType:
    full_name = f"latentpad_tests_guest_{path.stem}"
    if full_name not in sys.modules:
        spec = importlib.util.spec_from_file_location(full_name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full_name] = module
        spec.loader.exec_module(module)
    return sys.modules[full_name]


@pytest.fixture(scope="session")
def stream_piece() -> ModuleType:
    """The piece of 32 voices (tests/device/engine/stream_piece.py)."""
    return _load(PROJECT / "tests" / "device" / "engine" / "stream_piece.py")


@pytest.fixture(scope="session")
def kernel() -> Path:
    """The test kernel, if it is asked for and has been built on this machine."""
    if not os.environ.get("LATENTPAD_GUEST"):
        pytest.skip("boots a kernel, which wants a quiet machine: `make test-guest` asks for it")
    path: Path = _load(HERE / "kernel.py").kernel_path()
    if not path.exists():
        pytest.skip("needs the test kernel, which `make test-guest` builds once (some minutes)")
    return path


@contextlib.contextmanager
def _i2c_adapter() -> Iterator[str]:
    """A program with the chips of one I2C bus; yields the kernel's option for it."""
    with tempfile.TemporaryDirectory(prefix="i2c-") as folder:  # a socket's path has 107 bytes
        path = f"{folder}/socket"
        command, pipe = [sys.executable, str(HERE / "i2c_adapter.py"), path], subprocess.PIPE
        be_preferred = booting.be_preferred
        with subprocess.Popen(command, stdout=pipe, text=True, preexec_fn=be_preferred) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            try:
                yield f"virtio_uml.device={path}:{VIRTIO_ID_I2C}"
            finally:
                process.kill()


@contextlib.contextmanager
def _serial_cable() -> Iterator[tuple[list[str], list[int]]]:
    """The kernel's options that connect its two serial lines, and descriptors to hand down."""
    there, back = os.pipe(), os.pipe()
    try:
        options = [
            "ssl=null",
            f"ssl0=fd:{there[0]},fd:{back[1]}",
            f"ssl1=fd:{back[0]},fd:{there[1]}",
        ]
        yield options, [*there, *back]
    finally:
        for descriptor in (*there, *back):
            os.close(descriptor)


@pytest.fixture
def run_in_guest(kernel: Path) -> Callable[..., str]:
    """Boots the kernel, runs a Python program in it and returns what it printed.

    The program gets a folder of the host for its results, and the environment that is given.
    """

    def run(program: str, folder: Path, **environment: str) -> str:
        with _i2c_adapter() as adapter, _serial_cable() as (lines, descriptors):
            machine = ["mem=512M", "dummy_hcd.num=2", "snd_aloop.index=0", adapter, *lines]
            booted = booting.start(kernel, program, folder, machine, environment, descriptors)
            return booting.finish(booted, folder)

    return run


@pytest.fixture
def rig(kernel: Path, packs: ModuleType, tmp_path: Path) -> Rig:
    """Works on cards in the kernel; its folder has some sound packs."""
    make_sources(packs, tmp_path / "sources")
    write_fstab(tmp_path)
    return Rig(kernel, tmp_path)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """An empty card."""
    path = tmp_path / "base.card"
    make_card(path)
    return path
