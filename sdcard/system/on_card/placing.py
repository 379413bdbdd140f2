"""Puts files where only root may, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from sdcard.system.errors import BootFileError


def make_folder(path: Path, mode: int) -> None:
    """A folder with this mode, whether or not it is there. Raises BootFileError."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(mode)
    except OSError as error:
        raise BootFileError(f"{path}: cannot be made: {error.strerror}") from error


def put(path: Path, text: str, mode: int) -> None:
    """A file that never has another content or mode under its name. Raises BootFileError."""
    temporary = path.with_name(f".{secrets.token_hex(6)}~")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123 (a descriptor)
            os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise BootFileError(f"{path}: cannot be written: {error.strerror}") from error
