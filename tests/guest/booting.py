"""Starts the test kernel on the host's files, for one Python program, and reads how it went."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[1]
TIMEOUT_S = 400
PRIORITY = -15  # nice: other work on the machine is not what these tests are about
FILES = ("rootfstype=hostfs", "rootflags=/", "root=none", "ro", f"init={HERE / 'init.sh'}")
CONSOLE = ("quiet", "con=null", "con0=fd:0,fd:1")


class GuestError(AssertionError):
    """The program in the test kernel failed, or the kernel did; tells what was printed."""


def be_preferred() -> None:
    """For a child process, before it starts."""
    with contextlib.suppress(PermissionError):  # then at normal priority
        os.nice(PRIORITY)


def start(
    kernel: Path,
    program: str,
    share: Path,
    machine: Sequence[str],
    given: Mapping[str, str],
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[str]:
    """A kernel with the options `machine`, which runs a Python program and goes off.

    The program gets `share`, a folder of the host for its results, and the environment `given`;
    `descriptors` are handed down.
    """
    paths = {"CHECKOUT": PROJECT, "SHARE": share, "KERNEL": kernel.parent}
    environment = {name: str(path) for name, path in paths.items()}
    environment |= {"PYTHON": sys.executable, "PROGRAM": program} | dict(given)
    for name in ("output", "status"):
        (share / name).unlink(missing_ok=True)
    return subprocess.Popen(
        [str(kernel), *FILES, *machine, *(f"{k}={v}" for k, v in environment.items()), *CONSOLE],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=descriptors,
        preexec_fn=be_preferred,
    )


def finish(booted: subprocess.Popen[str], share: Path) -> str:
    """Wait until it is off; returns what the program printed. Raises GuestError."""
    with booted:
        try:
            said, _ = booted.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            booted.kill()
            said = f"not done after {TIMEOUT_S} s: {booted.communicate()[0]}"
    output, status = share / "output", share / "status"
    printed = output.read_text(errors="replace") if output.exists() else said[-3000:]
    if not status.exists() or status.read_text() != "0\n":
        raise GuestError(printed)
    return printed
