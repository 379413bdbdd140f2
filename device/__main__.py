"""latentpad-device: puts settings, pack, inputs and engine together, and ends with a clear word.

Exit codes: 0 done, 1 something given cannot be used, 2 bad command line, 3 a part of this machine
that is needed (sound output, MIDI, terminal) is missing.
"""

from __future__ import annotations

import argparse
import faulthandler
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType

from device import daemon
from device.arguments import parse_arguments, settings_from
from device.bounce import bounce
from device.demo_song import write_demo
from device.engine.errors import EngineError, StreamError
from device.errors import DeviceError, NothingToPlayError
from device.grid import find_combination
from device.keyboard import KEYS_HELP
from device.pack.errors import PackError
from device.pack.reader import open_pack
from device.performance import read_performance
from device.play import Inputs, play
from device.safe_button import held_button
from device.selftest_cli import run_self_test
from device.settings import Settings, load_settings
from device.settings_template import settings_template
from device.start import become_base, safe, usual_or_safe
from hardware import board as board_room
from hardware.errors import HardwareError, MidiUnavailableError, TerminalUnavailableError
from hardware.interfaces import KeyInput, MidiInput

EXIT_UNUSABLE, EXIT_MISSING = 1, 3


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parse_arguments(arguments)
    command = COMMANDS[options.command]
    try:
        return command(options) or 0
    except StreamError as error:
        return _fail(f"{error}; `latentpad-device bounce` plays into a file", EXIT_MISSING)
    except (HardwareError, NothingToPlayError) as error:
        return _fail(str(error), EXIT_MISSING)
    except (DeviceError, PackError, EngineError) as error:
        return _fail(str(error), EXIT_UNUSABLE)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _fail(error: str, code: int) -> int:
    print(f"latentpad-device: error: {error}", file=sys.stderr)
    return code


def _bounce(options: argparse.Namespace) -> None:
    settings = settings_from(options)
    performance = read_performance(
        options.midi, options.gesture, settings.midi.channel, settings.audio.rate_hz
    )
    with open_pack(options.pack) as pack:
        combination = find_combination(pack.manifest, options.combination)
        report = bounce(pack, combination, performance, settings, options.output, options.tail_s)
    print(f"{options.output}: {report}")


def _play(options: argparse.Namespace) -> None:
    settings = settings_from(options)
    performance = read_performance(
        options.midi_file, options.gesture, settings.midi.channel, settings.audio.rate_hz
    )
    with ExitStack() as stack:
        stack.callback(signal.signal, signal.SIGTERM, signal.signal(signal.SIGTERM, _interrupt))
        pack = stack.enter_context(open_pack(options.pack))
        combination = find_combination(pack.manifest, options.combination)
        midi, keys = _open_midi(options.midi), _open_keys()
        if keys is not None:
            stack.callback(keys.close)
        inputs = Inputs(midi, keys, performance, song=options.midi_file is not None)
        play(pack, combination, settings, inputs, board_room.open_clock(), _say)


def _run(options: argparse.Namespace) -> None:
    faulthandler.enable()  # who is stopped by a watchdog says where each of its threads was
    start = usual_or_safe(options)
    stopping, clock = threading.Event(), board_room.open_clock()
    with ExitStack() as stack:
        for number in (signal.SIGINT, signal.SIGTERM):
            stack.callback(signal.signal, number, signal.signal(number, _stopper(stopping)))
        board, extra = _open_board(start.settings, options, stopping)
        stack.callback(board.close)
        if start.settings.panel.safe_button and not start.why_safe:
            button = held_button(board.controls, clock.now_s, time.sleep)
            if button is not None:
                start = safe(options, f"patch button {button + 1} was held at the start")
        if start.why_safe:
            become_base(start.why_safe, options.words)
        daemon.run(start.settings, board, clock, _say, stopping, extra, start.news)


def _open_board(
    settings: Settings, options: argparse.Namespace, stopping: threading.Event
) -> tuple[board_room.Board, list[board_room.Performer]]:
    """The board, and whoever plays it when it is simulated."""
    config, number = settings.board, vars(options).get("hold_button")
    held = None if number is None else number - 1
    if config.board == "window":
        return board_room.open_window(config, stopping.set, held)
    if config.board == "sim":
        script = vars(options).get("script")
        screen = sys.stdout if sys.stdout.isatty() else None
        return board_room.open_simulator(config, script, stopping.set, screen, held)
    if config.board == "web":
        return board_room.open_web(config, held)
    return board_room.open_board(config), []


def _selftest(options: argparse.Namespace) -> int:
    start = usual_or_safe(options)
    with ExitStack() as stack:
        board, _ = _open_board(start.settings, options, threading.Event())
        stack.callback(board.close)
        return run_self_test(
            start.settings,
            board,
            board_room.open_clock(),
            _say,
            tone=options.tone,
            trouble=start.why_safe,
        )


def _settings(options: argparse.Namespace) -> None:
    print(settings_template(load_settings(options.settings)), end="")


def _demo_song(options: argparse.Namespace) -> None:
    for path in write_demo(options.folder):
        print(path)


def _open_midi(name: str | None) -> Callable[[], MidiInput] | None:
    """The MIDI input; without a sequencer that is said, and other inputs may still do."""
    if name == "none":
        return None
    try:
        opened = [board_room.open_midi(name)]
    except MidiUnavailableError as error:
        if name is not None:
            raise
        _say(str(error))
        return None
    return lambda: opened.pop() if opened else board_room.open_midi(name)


def _open_keys() -> KeyInput | None:
    try:
        keys = board_room.open_keys()
    except TerminalUnavailableError:
        return None
    _say(KEYS_HELP)
    return keys


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stopper(stopping: threading.Event) -> Callable[[int, FrameType | None], None]:
    """A signal ends the instrument in order, not in the middle of what it does; a second at once.

    An exception out of the sound library, say, would leave that in an unknown state. This thread
    must never wait for `stopping` itself: then it could hold the lock that set() needs.
    """

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()

    return stop


def _say(text: str) -> None:
    print(text, flush=True)


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "bounce": _bounce,
    "play": _play,
    "run": _run,
    "selftest": _selftest,
    "settings": _settings,
    "demo-song": _demo_song,
}

if __name__ == "__main__":
    sys.exit(main())
