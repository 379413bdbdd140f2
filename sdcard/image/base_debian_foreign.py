"""Makes sure that programs of the base's architecture run here: emulated, if it is another one.

The kernel hands programs that it does not know to an interpreter (binfmt_misc); that of Debian's
package qemu-user-static needs nothing of the root it runs in. Containers often come without it.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path

from sdcard.image.base_debian_errors import ForeignProgramsError
from sdcard.image.base_debian_recipe import MACHINES

KERNEL = Path("/proc/sys/fs/binfmt_misc")
RULES = Path("/usr/lib/binfmt.d")
WANTS = "apt-get install qemu-user-static"


def ensure_runs(
    architecture: str, report: Callable[[str], None], kernel: Path = KERNEL, rules: Path = RULES
) -> None:
    """Register the emulator with the kernel if that is needed and allowed.

    Raises ForeignProgramsError, which says what to do.
    """
    machine = MACHINES[architecture]
    if platform.machine() == machine:
        return
    name = f"qemu-{machine}"
    if _is_registered(kernel / name):
        return
    rule = rules / f"{name}.conf"
    if not rule.exists():
        raise ForeignProgramsError(
            f"programs of {architecture} do not run on this machine: {WANTS}"
        )
    if os.geteuid() != 0:
        raise ForeignProgramsError(
            f"the emulator of {architecture} is not registered with the kernel; as root:"
            f" mount -t binfmt_misc binfmt_misc {kernel}; cat {rule} > {kernel}/register"
        )
    report(f"registering the emulator of {architecture} with the kernel ({kernel / name})")
    _register(rule, kernel)
    if not _is_registered(kernel / name):
        raise ForeignProgramsError(f"the kernel did not take {rule}")


def _register(rule: Path, kernel: Path) -> None:
    if not (kernel / "register").exists():
        mount = ["mount", "-t", "binfmt_misc", "binfmt_misc", str(kernel)]
        done = subprocess.run(mount, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ForeignProgramsError(f"{' '.join(mount)}: {done.stderr.strip()}")
    try:
        (kernel / "register").write_text(_rule_of(rule))
    except OSError as error:
        raise ForeignProgramsError(f"the kernel refused {rule}: {error.strerror}") from error


def _rule_of(rule: Path) -> str:
    lines = rule.read_text().splitlines()
    return next(line for line in lines if line.startswith(":")) + "\n"


def _is_registered(entry: Path) -> bool:
    """And in a way that works in another root: with the flag F the interpreter is open already."""
    with contextlib.suppress(OSError):
        text = entry.read_text()
        flags = next((line for line in text.splitlines() if line.startswith("flags:")), "")
        return text.startswith("enabled") and "F" in flags
    return False
