"""Compiles the C kernel for the card: one file for all its Pythons, by the limited API."""

from __future__ import annotations

import contextlib
import io
import platform as this_machine
import sysconfig
import tempfile
from pathlib import Path

from device.engine.kernel import build
from sdcard.system.environment import tools
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import KernelBuildError, ToolMissingError

NAME = "device/engine/_mixer.abi3.so"
"""Below site-packages; abi3 is any Python 3, so this machine's headers do for all."""


def compile_kernel(output: Path, platform: Platform) -> None:
    """Write the module for `platform`; equal sources give equal bytes.

    Raises ToolMissingError and KernelBuildError.
    """
    compiler = _compiler(platform)
    with tempfile.TemporaryDirectory(prefix="latentpad-kernel-") as folder:
        work = Path(folder)
        glue = work / "_mixer.c"
        with contextlib.redirect_stdout(io.StringIO()):  # cffi tells of each file
            build.ffibuilder.emit_c_code(str(glue))
        sources = [build.KERNEL_FOLDER / name for name in build.SOURCES]
        words = [compiler, *build.FLAGS, "-DNDEBUG", "-fPIC", "-shared", "-s"]
        words += [f"-ffile-prefix-map={folder}=.", "-Wl,--build-id=none"]
        words += [f"-I{path}" for path in (build.KERNEL_FOLDER, *_headers(work, platform))]
        output.parent.mkdir(parents=True, exist_ok=True)
        tools.run(
            [*words, str(glue), *map(str, sources), "-o", str(output), "-lm", "-lpthread"],
            KernelBuildError,
        )


def _compiler(platform: Platform) -> str:
    if platform.machine == this_machine.machine():
        return tools.find("gcc", "gcc libc6-dev")
    return tools.find(
        f"{platform.triplet}-gcc",
        f"gcc-{platform.triplet} libc6-dev-{platform.debian_machine}-cross",
    )


def _headers(work: Path, platform: Platform) -> list[Path]:
    """Python's, with pyconfig.h also where Debian's own looks for that of another machine.

    The limited API depends on nothing in it but sizes, and those are the same on both machines.
    """
    headers = Path(sysconfig.get_path("include"))
    if not (headers / "Python.h").is_file():
        raise ToolMissingError(f"{headers}/Python.h: not installed; apt-get install python3-dev")
    here = f"{this_machine.machine()}-linux-gnu/{headers.name}/pyconfig.h"
    there = work / platform.triplet / headers.name / "pyconfig.h"
    multiarch = headers.parent / here
    there.parent.mkdir(parents=True)
    there.write_bytes((multiarch if multiarch.is_file() else headers / "pyconfig.h").read_bytes())
    return [headers, work]
