"""Terminal keys: escape sequences in pieces, and the terminal's mode put back."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest

from hardware.errors import TerminalUnavailableError
from hardware.terminal import KeyParser, TerminalKeys


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """(keyboard side, program side) of a pseudo-terminal."""
    keyboard, program = pty.openpty()
    yield keyboard, program
    os.close(keyboard)
    os.close(program)


def test_keys_and_arrows_in_both_modes_and_in_pieces() -> None:
    parser = KeyParser()
    assert parser.feed("a\x1b[A\x1bOB\x1b") == ["a", "up", "down"]
    assert parser.feed("[") == []
    assert parser.feed("Cq") == ["right", "q"]


def test_other_escape_sequences_are_swallowed_whole() -> None:
    assert KeyParser().feed("\x1b[3~\x1b[1;5Dx") == ["x"]


def test_a_lone_escape_is_the_escape_key_once_nothing_follows() -> None:
    parser = KeyParser()
    assert parser.feed("\x1b") == []
    assert parser.flush() == ["escape"]
    assert parser.flush() == []


def test_reads_without_waiting_for_a_line_and_puts_the_mode_back(
    terminal: tuple[int, int],
) -> None:
    keyboard, program = terminal
    before = termios.tcgetattr(program)
    with TerminalKeys(program) as keys:
        assert not termios.tcgetattr(program)[3] & termios.ICANON
        os.write(keyboard, b"a\x1b[D")
        assert list(keys.read(5)) == ["a", "left"]
        assert list(keys.read(0)) == []
    assert termios.tcgetattr(program) == before
    keys.close()


def test_not_a_terminal() -> None:
    reader, writer = os.pipe()
    with pytest.raises(TerminalUnavailableError, match="not a terminal"):
        TerminalKeys(reader)
    os.close(reader)
    os.close(writer)
