"""Boards by name: what stands behind each, and how the ones that cannot be say so."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware import board as board_room
from hardware.board import open_board, open_simulator, open_web, open_window
from hardware.config import BoardConfig
from hardware.errors import BoardConfigError, HardwareError, ScriptError, WindowUnavailableError
from hardware.sim.script_player import ScriptPlayer
from hardware.sim.terminal_oled import TerminalOled

WINDOW = BoardConfig(board="window")


def nothing() -> None:
    pass


@pytest.mark.parametrize(("name", "first"), [("onss", "panel"), ("gpio", "touch")])
def test_boards_of_real_chips_open_without_any(name: str, first: str) -> None:
    board = open_board(BoardConfig(board=name, i2c_bus=255, touch_buses=(254, 255)))
    assert board.controls[0].name == first
    with pytest.raises(HardwareError, match=r"/dev/i2c-25[45]"):
        board.controls[0].read()
    board.close()


def test_the_web_board_has_usb_midi_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []
    monkeypatch.setattr(board_room, "open_any_midi", asked.append)
    for port in ("", "Keys"):
        board = open_board(BoardConfig(board="web", midi_port=port))
        assert (board.controls, board.display, board.checks) == ((), None, ())
        ((name, open_midi),) = board.midi
        assert name == "USB MIDI"
        open_midi()
    assert asked == [None, "Keys"]


@pytest.mark.parametrize("name", ["sim", "window", "toaster"])
def test_other_names_are_no_boards_to_open(name: str) -> None:
    message = re.escape(f"board is {name!r}, allowed is one of onss, gpio, sim, window, web")
    with pytest.raises(BoardConfigError, match=message):
        open_board(BoardConfig(board=name))


def test_the_simulator_plays_its_own_performance_or_a_script(tmp_path: Path) -> None:
    script = tmp_path / "tour.txt"
    script.write_text("0 unplug panel\n", "utf-8")
    board, performers = open_simulator(BoardConfig(board="sim"), script, nothing, None)
    (player,) = performers
    assert isinstance(player, ScriptPlayer)
    board.controls[0].read()
    player.step(0)
    with pytest.raises(HardwareError):
        board.controls[0].read()
    board, performers = open_simulator(BoardConfig(board="sim"), None, nothing, io.StringIO())
    assert [type(one) for one in performers] == [ScriptPlayer, TerminalOled]
    script.write_text("0 fly\n", "utf-8")
    with pytest.raises(ScriptError, match="line 1"):
        open_simulator(BoardConfig(board="sim"), script, nothing, None)


def test_a_button_can_be_down_from_the_start() -> None:
    boards = [
        open_simulator(BoardConfig(board="sim"), None, nothing, None, held=1),
        open_web(BoardConfig(board="web"), held=1),
    ]
    for board, performers in boards:
        buttons = next(one for one in board.controls if one.name == "buttons")
        assert buttons.read().buttons == (False, True, False, False)
        assert [one.name for one in performers][-1] == "thumb"
    board, performers = open_web(BoardConfig(board="web"))
    assert (board.controls, performers) == ((), [])


def test_without_pygame_the_window_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("hardware.sim.window")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygame", None)
    with pytest.raises(WindowUnavailableError, match=re.escape("'latentpad[window]'")):
        open_window(WINDOW, nothing)


class FakeDisplay:
    """pygame.display as far as a check goes."""

    def __init__(self, driver: str, error: Exception | None = None) -> None:
        self._driver, self._error = driver, error
        self.is_open = False

    def init(self) -> None:
        if self._error is not None:
            raise self._error
        self.is_open = True

    def get_driver(self) -> str:
        return self._driver

    def quit(self) -> None:
        self.is_open = False


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FakeDisplay]:
    """A Linux machine with this video driver, or with this error."""
    monkeypatch.setenv("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    pygame = pytest.importorskip("pygame")

    def make(driver: str, error: str = "", platform: str = "linux") -> FakeDisplay:
        display = FakeDisplay(driver, pygame.error(error) if error else None)
        monkeypatch.delenv("SDL_VIDEODRIVER", raising=False)
        monkeypatch.setattr(sys, "platform", platform)
        monkeypatch.setattr(pygame, "display", display)
        return display

    return make


@pytest.mark.parametrize(
    ("driver", "error", "platform", "cause"),
    [
        ("offscreen", "", "linux", "there is no screen here"),
        ("", "no available video device", "linux", "no available video device"),
        ("cocoa", "", "darwin", "macOS"),
    ],
)
def test_without_a_screen_the_window_points_to_the_browser(
    stage: Callable[..., FakeDisplay], driver: str, error: str, platform: str, cause: str
) -> None:
    display = stage(driver, error, platform)
    with pytest.raises(WindowUnavailableError, match=f"{cause}.*--board web"):
        open_window(WINDOW, nothing)
    assert not display.is_open


@pytest.mark.parametrize("driver", ["x11", "wayland", "KMSDRM", "windows"])
def test_with_a_screen_there_is_a_window_to_come(
    stage: Callable[..., FakeDisplay], driver: str
) -> None:
    display = stage(driver)
    board, (window,) = open_window(WINDOW, nothing)
    assert not display.is_open  # that is for the window's own thread to do
    assert window.name == "window"
    board.controls[0].read()
