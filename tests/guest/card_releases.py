"""Small releases for the cards in the test kernel: files of real shape, with little in them."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from sdcard.releases.describe import describe
from sdcard.releases.places import DEVICE_PROGRAM
from sdcard.releases.release_file import write_release

VERSIONS = ("1.1", "1.2", "1.3", "1.4")
ELF_HEADER_BYTES = 64
CONTENT_BYTES = 200_000


def make_environment(folder: Path, version: str) -> Path:
    """As `latentpad-card image` puts one on a card, for this machine's processor."""
    program = folder / DEVICE_PROGRAM
    package = folder / "lib/python3.11/site-packages/latentpad"
    for path in (program.parent, package):
        path.mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text(f"latentpad = {version}\nversion = 3.11.2\n")
    program.write_text(f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    (folder / "bin/python").symlink_to("/usr/bin/python3")
    elf = Path(sys.executable).read_bytes()[:ELF_HEADER_BYTES]
    (folder / "lib/libportaudio.so.2").write_bytes(elf)
    for number in range(5):
        data = random.Random(f"{version} {number}").randbytes(CONTENT_BYTES // 5)
        (package / f"module_{number}.py").write_bytes(data)
    return folder


def make_releases(folder: Path) -> None:
    """A release file of each version."""
    for version in VERSIONS:
        environment = make_environment(folder / version, version)
        write_release(environment, describe(environment), folder / f"{version}.release")
