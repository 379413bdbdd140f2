"""The computer keyboard of a terminal: single key presses, and the terminal put back afterwards."""

from __future__ import annotations

import os
import select
import sys
import termios
import tty
from collections.abc import Sequence
from typing import Self

from hardware.errors import TerminalUnavailableError

_ARROWS = {"A": "up", "B": "down", "C": "right", "D": "left"}


class KeyParser:
    """Terminal bytes to key names; an escape sequence may arrive in pieces."""

    def __init__(self) -> None:
        self._pending = ""

    def feed(self, text: str) -> list[str]:
        """Keys completed by this text: characters and up, down, left, right, escape."""
        keys = []
        for character in text:
            if (key := self._character(character)) is not None:
                keys.append(key)
        return keys

    def flush(self) -> list[str]:
        """What is left once nothing more has come: a lone escape byte is the escape key."""
        pending, self._pending = self._pending, ""
        return ["escape"] if pending == "\x1b" else []

    def _character(self, character: str) -> str | None:
        if character == "\x1b":
            self._pending = character
            return None
        if not self._pending:
            return character
        self._pending += character
        if self._pending in ("\x1b[", "\x1bO") or character in "0123456789;":
            return None
        pending, self._pending = self._pending, ""
        return (
            _ARROWS.get(character)
            if pending in (f"\x1b[{character}", f"\x1bO{character}")
            else None
        )


class TerminalKeys:
    """Standard input in single-key mode without echo; Ctrl-C still interrupts."""

    def __init__(self, descriptor: int | None = None) -> None:
        """Raises TerminalUnavailableError when the descriptor (default: stdin) is no terminal."""
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        if not os.isatty(self._descriptor):
            raise TerminalUnavailableError("standard input is not a terminal: no keys to play with")
        self._saved: list[object] | None = termios.tcgetattr(self._descriptor)
        self._parser = KeyParser()
        tty.setcbreak(self._descriptor)

    def read(self, timeout_s: float) -> Sequence[str]:
        """Keys pressed, waiting at most timeout_s for the first; raises EOFError on hang-up."""
        ready, _, _ = select.select([self._descriptor], [], [], timeout_s)
        if not ready:
            return self._parser.flush()
        data = os.read(self._descriptor, 256)
        if not data:
            raise EOFError("the terminal has gone")
        return self._parser.feed(data.decode("utf-8", errors="ignore"))

    def close(self) -> None:
        """Put the terminal back as it was; calling it again does nothing."""
        saved, self._saved = self._saved, None
        if saved is not None:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, saved)  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
