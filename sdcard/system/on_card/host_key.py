"""The key by which an SSH server is known: made at the first start, and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from sdcard.system.errors import BootFileError

KIND, NAME = "ed25519", "ssh_host_ed25519_key"


def keep_host_key(folder: Path) -> list[str]:
    """Make one if there is none, or one that a power cut has spoilt. Raises BootFileError.

    Returns what was done.
    """
    program = shutil.which("ssh-keygen")
    if program is None:
        return []  # nobody logs in here
    key = folder / NAME
    if _is_usable(program, key):
        return []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as work:
            new = Path(work) / NAME
            words = [program, "-q", "-t", KIND, "-N", "", "-C", "", "-f", str(new)]
            subprocess.run(words, check=True, capture_output=True, stdin=subprocess.DEVNULL)
            for source in (new.with_suffix(".pub"), new):  # the key itself comes last
                _sync(source)
                source.replace(folder / source.name)
        _sync(folder)
    except (OSError, subprocess.CalledProcessError) as error:
        raise BootFileError(f"{key}: cannot be made: {error}") from error
    return ["a new host key"]


def _is_usable(program: str, key: Path) -> bool:
    """Whether it can be read, and without a password."""
    if not key.is_file():
        return False
    words = [program, "-y", "-P", "", "-f", str(key)]
    done = subprocess.run(words, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return done.returncode == 0 and done.stdout.startswith(b"ssh-")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
