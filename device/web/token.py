"""The token of the web panel: made once and kept in a file, so that a phone's bookmark stays good.

Its letters are those of base32 (RFC 4648, section 6): a QR code holds them in little room, none of
them is easily taken for another, and it does not matter whether they are typed as capitals.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from pathlib import Path
from typing import BinaryIO

from device.errors import TokenWriteError
from device.pack.atomic import write_atomic
from device.pack.errors import PackWriteError

TOKEN_NAME = "web-token"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LENGTH = 13  # 5 bits each: 65
MODE = 0o600
_WHOLE = re.compile(f"[{LETTERS}]{{{LENGTH}}}\n?")
_MOST_BYTES = 64


def new_token() -> str:
    """A token that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


class TokenFile:
    """Keeps the token on the card; one thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> str | None:
        """The token, None if there is none or the file is damaged; others lose sight of it."""
        try:
            with self._path.open("rb") as file:
                text = file.read(_MOST_BYTES).decode("ascii", "replace")
        except OSError:
            return None
        if not _WHOLE.fullmatch(text):
            return None
        with contextlib.suppress(OSError):
            self._path.chmod(MODE)
        return text.strip()

    def write(self, token: str) -> None:
        """Put a token in the place of the old one. Raises TokenWriteError naming file and cause."""

        def write(file: BinaryIO) -> None:
            os.fchmod(file.fileno(), MODE)  # before there is anything to be read
            file.write(f"{token}\n".encode())

        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_atomic(self._path, write)
        except (PackWriteError, OSError) as error:
            raise TokenWriteError(
                f"{error}; the token counts until the instrument is off"
            ) from None
