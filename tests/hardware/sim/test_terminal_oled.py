"""The OLED in a terminal: what is to be seen when the picture and other people's text mix."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hardware.instrument_board import Board, build
from hardware.interfaces import FRAME_BYTES
from hardware.sim.braille import braille
from hardware.sim.instrument import SimInstrument
from hardware.sim.terminal_oled import TerminalOled

Terminal = Any  # tests/hardware/sim/small_terminal.py
MakeTerminal = Callable[[int, int], Any]
EMPTY, FULL = bytes(FRAME_BYTES), b"\xff" * FRAME_BYTES
CHESS = bytes((0xAA, 0xAA) * 8 + (0x55, 0x55) * 8) * 32


class Scene:
    """An instrument with a picture, and a terminal that shows it."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.instrument = SimInstrument()
        self.board: Board = build(self.instrument.config, self.instrument)
        self.worker = TerminalOled(self.instrument, terminal, lambda: terminal.size)

    def show(self, frame: bytes) -> None:
        assert self.board.display is not None
        self.board.display.show(frame)
        assert self.instrument.picture() == frame
        self.worker.step(0)

    def assert_shows(self, frame: bytes) -> None:
        lines = self.terminal.lines
        assert lines[0] == "╭" + "─" * 64 + "╮"
        assert lines[1:17] == [f"│{line}│" for line in braille(frame)]
        assert lines[17] == "╰" + "─" * 64 + "╯"

    @property
    def text(self) -> list[str]:
        return [line for line in self.terminal.lines[18:] if line]


@pytest.fixture
def scene(make_terminal: MakeTerminal) -> Scene:
    return Scene(make_terminal(80, 24))


def test_the_picture_is_drawn_and_follows(scene: Scene) -> None:
    for frame in (EMPTY, CHESS, FULL, CHESS):
        scene.show(frame)
        scene.assert_shows(frame)


def test_what_others_print_stays_below_and_whole(scene: Scene) -> None:
    scene.terminal.write("web panel: here\n")
    for number in range(10):
        scene.show(CHESS if number % 2 else FULL)
        scene.terminal.write(f"report {number}\n")
    scene.assert_shows(CHESS)
    assert scene.text == [f"report {number}" for number in range(5, 10)]


def test_half_a_line_is_not_torn(scene: Scene) -> None:
    scene.show(FULL)
    scene.terminal.write("a rep")
    scene.show(CHESS)
    scene.terminal.write("ort\n")
    scene.assert_shows(CHESS)
    assert scene.text == ["a report"]


@pytest.mark.parametrize("count", [0, 1, 5, 6, 12, 23, 40])
def test_text_from_before_is_kept(scene: Scene, count: int) -> None:
    before = [f"before {number}" for number in range(count)]
    for line in before:
        scene.terminal.write(line + "\n")
    scene.show(CHESS)
    scene.assert_shows(CHESS)
    assert [line for line in scene.terminal.scrolled_off if line] + scene.text == before
    scene.terminal.write("next\n")
    assert scene.text[-1] == "next"


def test_nothing_is_sent_while_nothing_changes(scene: Scene) -> None:
    scene.show(CHESS)
    scene.terminal.write = lambda text: pytest.fail(repr(text))
    scene.worker.step(1)


def test_the_end_gives_the_terminal_back(scene: Scene) -> None:
    scene.show(CHESS)
    assert scene.terminal.is_cursor_hidden
    assert not scene.terminal.scrolls_all
    scene.terminal.write("last report\n")
    scene.worker.close()
    scene.worker.close()
    scene.assert_shows(CHESS)
    assert scene.terminal.scrolls_all
    assert not scene.terminal.is_cursor_hidden
    scene.terminal.write("$ ")
    assert scene.text == ["last report", "$ "]


def test_closing_what_never_drew_sends_nothing(scene: Scene) -> None:
    scene.worker.close()
    assert scene.terminal.lines == [""] * 24


def test_another_size_is_followed(scene: Scene) -> None:
    scene.show(CHESS)
    scene.terminal.resize(100, 40)
    scene.show(CHESS)
    for number in range(40):
        scene.terminal.write(f"report {number}\n")
    scene.assert_shows(CHESS)
    assert scene.text == [f"report {number}" for number in range(19, 40)]


@pytest.mark.parametrize(("columns", "lines"), [(65, 30), (80, 20)])
def test_too_small_a_terminal_is_told(
    make_terminal: MakeTerminal, columns: int, lines: int
) -> None:
    scene = Scene(make_terminal(columns, lines))
    scene.show(CHESS)
    scene.show(FULL)
    assert [line for line in scene.terminal.lines if line] == [
        "no picture: it wants 66 x 21 characters"
    ]
    scene.terminal.resize(66, 21)
    scene.show(CHESS)
    scene.assert_shows(CHESS)
    scene.terminal.resize(60, 21)
    scene.show(FULL)
    assert scene.terminal.scrolls_all
