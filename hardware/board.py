"""The one place that picks which implementation stands behind each hardware interface."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol, TextIO

from hardware.buttons import Buttons
from hardware.clock import SystemClock
from hardware.config import BOARDS, BoardConfig
from hardware.errors import BoardConfigError, TerminalUnavailableError, WindowUnavailableError
from hardware.instrument_board import USB, Board, build
from hardware.interfaces import Clock, KeyInput, MidiInput
from hardware.linux_wires import LinuxWires
from hardware.midi_systems import open_any_midi
from hardware.sim.instrument import SimInstrument
from hardware.sim.performance import PERFORMANCE
from hardware.sim.script import parse_script, read_script
from hardware.sim.script_player import ScriptPlayer
from hardware.sim.terminal_oled import TerminalOled
from hardware.sim.thumb import Thumb

__all__ = [
    "Board",
    "Performer",
    "open_board",
    "open_clock",
    "open_keys",
    "open_midi",
    "open_simulator",
    "open_web",
    "open_window",
]


class Performer(Protocol):
    """Whoever plays a simulated instrument: called again and again, as other workers are."""

    name: str

    def step(self, now_s: float) -> float:
        """Do what is due; returns the time on the clock at which to be called again."""
        ...

    def close(self) -> None:
        """Let go; called after the last step."""
        ...


def open_board(config: BoardConfig) -> Board:
    """The parts of one instrument, by config.board; nothing is opened before its first use.

    onss, gpio: real chips. web: none but USB MIDI, the page has the controls. For sim and window
    see open_simulator. Raises BoardConfigError for a board that does not exist.
    """
    if config.board in ("onss", "gpio"):
        return build(config, LinuxWires())
    if config.board == "web":
        return Board(midi=((USB, lambda: open_midi(config.midi_port or None)),))
    allowed = ", ".join(BOARDS)
    raise BoardConfigError(f"board is {config.board!r}, allowed is one of {allowed}")


def open_simulator(
    config: BoardConfig,
    script: Path | None,
    finished: Callable[[], None],
    screen: TextIO | None,
    held: int | None = None,
) -> tuple[Board, list[Performer]]:
    """The Open NSynth Super's board on simulated chips, and workers that play it.

    script: what hands do, see hardware.sim.script; without one the built-in performance. finished
    is called at its end. screen: a terminal that shows the OLED. held: a patch button 0..3 that is
    down at first. Raises ScriptError.
    """
    simulator = SimInstrument(config)
    actions = parse_script(PERFORMANCE) if script is None else read_script(script)
    performers: list[Performer] = [ScriptPlayer(actions, simulator, finished)]
    if screen is not None:
        performers.append(TerminalOled(simulator, screen))
    return build(config, simulator), performers + _thumb(simulator, held)


def _thumb(simulator: SimInstrument, held: int | None) -> list[Performer]:
    if held is None:
        return []
    return [Thumb(lambda: simulator.press(held), lambda: simulator.release(held))]


def open_web(config: BoardConfig, held: int | None = None) -> tuple[Board, list[Performer]]:
    """No hardware but USB MIDI: a page in a browser has the controls.

    held: a patch button 0..3 that is down at first, as if there were some.
    """
    board = open_board(config)
    if held is None:
        return board, []
    buttons = SimInstrument(config)
    controls = (Buttons(buttons.gpio, config.button_lines, buttons.clock),)
    return replace(board, controls=controls), _thumb(buttons, held)


def open_window(
    config: BoardConfig, finished: Callable[[], None], held: int | None = None
) -> tuple[Board, list[Performer]]:
    """The same board played in a window; `finished` is called when it is closed.

    held: a patch button 0..3 that is down at first.

    Raises WindowUnavailableError without pygame or a screen.
    """
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        from hardware.sim.window import Window, check_screen  # only this board wants pygame
    except ImportError as error:
        raise WindowUnavailableError(
            f"no window: the package pygame-ce cannot be loaded ({error}); "
            "try `pip install 'latentpad[window]'`, or `--board web`"
        ) from error
    check_screen()
    simulator = SimInstrument(config)
    return build(config, simulator), [Window(simulator, finished), *_thumb(simulator, held)]


def open_clock() -> Clock:
    """The steady clock that stamps every arrival."""
    return SystemClock()


def open_midi(name: str | None = None) -> MidiInput:
    """All hardware MIDI ports, or those whose name contains `name`.

    Raises MidiUnavailableError or MidiPortNotFoundError, saying what is missing.
    """
    return open_any_midi(name)


def open_keys() -> KeyInput:
    """The computer keyboard of this terminal; raises TerminalUnavailableError without one."""
    try:
        from hardware.terminal import TerminalKeys
    except ImportError as error:  # Windows has no termios
        raise TerminalUnavailableError("only Unix terminals give single keys") from error
    return TerminalKeys()
