"""A small Linux kernel that runs as a program (User-Mode Linux), built once per machine.

It has real drivers of sound cards, I2C, GPIO, serial lines and USB MIDI, boots on the host's own
files in half a second and needs no privileges. `python tests/guest/kernel.py` builds it from
Debian's kernel source, in four to ten minutes, and keeps it with its one module in
$XDG_CACHE_HOME/latentpad (default ~/.cache/latentpad).
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
MODULE = Path("drivers", "i2c", "i2c-stub.ko")  # never built in: it is told its chips when loaded
CHANGES = {  # file of the source: what is replaced (a regular expression) and by what
    # At the usual 100 ticks, snd-aloop's timer is too coarse for any buffer below 10 ms.
    "arch/um/Kconfig": (r"(config HZ\n(?:\s+\w.*\n)*?\s+default) 100\b", r"\1 1000"),
    # An I2C transfer that fails is an error, as on a Raspberry Pi, and i2c_adapter.py says which.
    "drivers/i2c/busses/i2c-virtio.c": (
        r"return j;",
        "return j < num && reqs[j].in_hdr.status ? -reqs[j].in_hdr.status : j;",
    ),
}


class KernelBuildError(RuntimeError):
    """The test kernel could not be built here."""


def kernel_path() -> Path:
    """Where the kernel of this configuration is kept, whether it is there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    recipe = CONFIG.read_bytes() + f"{SOURCE_PACKAGE} {CHANGES}".encode()
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


def change(source: Path) -> None:
    """Make the changes to the source; each pattern must be there exactly once."""
    for name, (pattern, replacement) in CHANGES.items():
        file = source / name
        text, count = re.subn(pattern, replacement, file.read_text())
        if count != 1:
            raise KernelBuildError(f"{file} has {count} places, not one, of {pattern}")
        file.write_text(text)


def compile_kernel(source: Path, out: Path) -> None:
    """Configure and compile into a new folder."""
    out.mkdir()
    make = ["make", "ARCH=um", f"O={out}"]
    run([*make, "tinyconfig"], source)
    merge = ["scripts/kconfig/merge_config.sh", "-m", "-O", str(out), str(out / ".config")]
    run([*merge, str(CONFIG)], source)
    run([*make, "olddefconfig"], source)
    check_config(out / ".config")
    run([*make, f"-j{os.cpu_count()}", "linux", "modules"], source)


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
        change(source)
        compile_kernel(source, folder / "out")
        run(["strip", "-o", "stripped", "out/linux"], folder)
        (folder / "out" / MODULE).replace(target.with_name(MODULE.name))
        (folder / "stripped").replace(target)  # the last: where it is, all is
    return target


if __name__ == "__main__":
    try:
        print(f"building {kernel_path()}" if not kernel_path().exists() else "built already")
        print(build())
    except KernelBuildError as error:
        sys.exit(str(error))
