"""Fixtures of the tests under a kernel of their own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
TIMEOUT_S = 400
VIRTIO_ID_I2C = 34
PRIORITY = -15  # nice: other work on the machine is not what these tests are about


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
        pytest.skip("boots a kernel, which wants a quiet machine: `make guest` asks for it")
    path: Path = _load(HERE / "kernel.py").kernel_path()
    if not path.exists():
        pytest.skip("needs the test kernel, which `make guest` builds once (some minutes)")
    return path


def _be_preferred() -> None:
    with contextlib.suppress(PermissionError):  # then at normal priority
        os.nice(PRIORITY)


@contextlib.contextmanager
def _i2c_adapter() -> Iterator[str]:
    """A program with the chips of one I2C bus; yields the kernel's option for it."""
    with tempfile.TemporaryDirectory(prefix="i2c-") as folder:  # a socket's path has 107 bytes
        path = f"{folder}/socket"
        command, pipe = [sys.executable, str(HERE / "i2c_adapter.py"), path], subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, text=True, preexec_fn=_be_preferred) as process:
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


def _boot(kernel: Path, given: Mapping[str, str]) -> str:
    """Run the kernel to its end; returns what it said."""
    files = ["rootfstype=hostfs", "rootflags=/", "root=none", "ro", f"init={HERE / 'init.sh'}"]
    with _i2c_adapter() as adapter, _serial_cable() as (lines, descriptors):
        machine = ["mem=512M", "dummy_hcd.num=2", "snd_aloop.index=0", adapter, *lines]
        environment = [f"{name}={value}" for name, value in given.items()]
        booted = subprocess.run(
            [str(kernel), *files, *machine, *environment, "quiet", "con=null", "con0=fd:0,fd:1"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            pass_fds=descriptors,
            preexec_fn=_be_preferred,
        )
    return booted.stdout


@pytest.fixture
def run_in_guest(kernel: Path) -> Callable[..., str]:
    """Boots the kernel, runs a Python program in it and returns what it printed.

    The program gets a folder of the host for its results, and the environment that is given.
    """

    def run(program: str, folder: Path, **environment: str) -> str:
        paths = {"CHECKOUT": PROJECT, "SHARE": folder, "KERNEL": kernel.parent}
        given = {name: str(path) for name, path in paths.items()}
        given |= {"PYTHON": sys.executable, "PROGRAM": program} | environment
        output = folder / "output"
        try:
            said = _boot(kernel, given)
        except subprocess.TimeoutExpired as error:
            said = f"not done after {TIMEOUT_S} s: {error.stdout!r}"
        printed = output.read_text() if output.exists() else said[-3000:]
        assert (folder / "status").exists(), printed
        assert (folder / "status").read_text() == "0\n", printed
        return printed

    return run
