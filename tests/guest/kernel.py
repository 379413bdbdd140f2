"""A small Linux kernel that runs as a program (User-Mode Linux), built once per machine.

It has a real sound card driver (snd-aloop), boots on the host's own files in half a second and
needs no privileges. `python tests/guest/kernel.py` builds it from Debian's kernel source, in four
to ten minutes, and keeps it in $XDG_CACHE_HOME/latentpad (default ~/.cache/latentpad).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CONFIG = Path(__file__).with_name("kernel.config")
SOURCE_PACKAGE = "linux-source-6.12"
PROGRAMS = ("apt-get", "dpkg", "gcc", "make", "flex", "bison", "bc", "xz")
PACKAGES = "build-essential flex bison bc libelf-dev xz-utils"
TICKS_HZ = 1000  # at the usual 100, snd-aloop's timer is too coarse for any buffer below 10 ms


class KernelBuildError(RuntimeError):
    """The test kernel could not be built here."""


def kernel_path() -> Path:
    """Where the kernel of this configuration is kept, whether it is there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    recipe = CONFIG.read_bytes() + f"{SOURCE_PACKAGE} {TICKS_HZ}".encode()
    return cache / "latentpad" / f"uml-{hashlib.sha256(recipe).hexdigest()[:12]}" / "linux"


def run(command: list[str], folder: Path) -> None:
    """Run one step; its output is shown only if it fails."""
    print("  ", *command[:4], "..." if len(command) > 4 else "", flush=True)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise KernelBuildError(f"{command[0]} failed in {folder}:\n{done.stderr[-3000:]}")


def unpack(folder: Path) -> Path:
    """Download and unpack the kernel's source; returns its folder."""
    run(["apt-get", "download", SOURCE_PACKAGE], folder)
    package = next(folder.glob(f"{SOURCE_PACKAGE}_*.deb"))
    run(["dpkg", "-x", str(package), "package"], folder)
    run(["tar", "-xJf", f"package/usr/src/{SOURCE_PACKAGE}.tar.xz"], folder)
    return folder / SOURCE_PACKAGE


def tick_faster(source: Path) -> None:
    """Let the kernel's clock tick TICKS_HZ times a second."""
    kconfig = source / "arch" / "um" / "Kconfig"
    text, count = re.subn(
        r"(config HZ\n(?:\s+\w.*\n)*?\s+default) 100\b", rf"\1 {TICKS_HZ}", kconfig.read_text()
    )
    if count != 1:
        raise KernelBuildError(f"{kconfig} has no HZ of 100 to change")
    kconfig.write_text(text)


def compile_kernel(source: Path, out: Path) -> Path:
    """Configure and compile; returns the program."""
    out.mkdir()
    make = ["make", "ARCH=um", f"O={out}"]
    run([*make, "tinyconfig"], source)
    merge = ["scripts/kconfig/merge_config.sh", "-m", "-O", str(out), str(out / ".config")]
    run([*merge, str(CONFIG)], source)
    run([*make, "olddefconfig"], source)
    check_config(out / ".config")
    run([*make, f"-j{os.cpu_count()}", "linux"], source)
    return out / "linux"


def check_config(config: Path) -> None:
    """Every option asked for must have survived Kconfig's dependencies."""
    wanted = set(re.findall(r"^CONFIG_\w+=.*$", CONFIG.read_text(), re.MULTILINE))
    missing = wanted - set(config.read_text().splitlines())
    if missing:
        raise KernelBuildError(f"the kernel's configuration refused {', '.join(sorted(missing))}")


def build() -> Path:
    """Build the kernel unless it is there; returns its path. Raises KernelBuildError."""
    target = kernel_path()
    if target.exists():
        return target
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        raise KernelBuildError(f"{', '.join(absent)} missing: apt-get install {PACKAGES}")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as name:
        folder = Path(name)
        source = unpack(folder)
        tick_faster(source)
        program = compile_kernel(source, folder / "out")
        run(["strip", "-o", "stripped", str(program)], folder)
        (folder / "stripped").replace(target)
    return target


if __name__ == "__main__":
    try:
        print(f"building {kernel_path()}" if not kernel_path().exists() else "built already")
        print(build())
    except KernelBuildError as error:
        sys.exit(str(error))
