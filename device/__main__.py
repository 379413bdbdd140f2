"""latentpad-device: puts settings, pack, inputs and engine together, and ends with a clear word.

Exit codes: 0 done, 1 something given cannot be used, 2 bad command line, 3 a part of this machine
that is needed (sound output, MIDI, terminal) is missing.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
from contextlib import ExitStack
from types import FrameType

from device.arguments import parse_arguments, settings_from
from device.bounce import BounceReport, bounce
from device.demo_song import write_demo
from device.engine.errors import EngineError, StreamError
from device.errors import DeviceError, NothingToPlayError
from device.grid import find_combination
from device.keyboard import KEYS_HELP
from device.pack.errors import PackError
from device.pack.reader import open_pack
from device.performance import read_performance
from device.play import Inputs, play
from hardware import board
from hardware.errors import HardwareError, MidiUnavailableError, TerminalUnavailableError
from hardware.interfaces import KeyInput, MidiInput

EXIT_UNUSABLE, EXIT_MISSING = 1, 3


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parse_arguments(arguments)
    command = {"bounce": _bounce, "play": _play, "demo-song": _demo_song}[options.command]
    try:
        command(options)
    except StreamError as error:
        return _fail(f"{error}; `latentpad-device bounce` plays into a file", EXIT_MISSING)
    except (HardwareError, NothingToPlayError) as error:
        return _fail(str(error), EXIT_MISSING)
    except (DeviceError, PackError, EngineError) as error:
        return _fail(str(error), EXIT_UNUSABLE)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


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
    print(f"{options.output}: {_describe(report)}")


def _describe(report: BounceReport) -> str:
    counters = report.counters
    return (
        f"{report.seconds:.1f} s in {report.wall_s:.1f} s "
        f"({report.seconds / report.wall_s:.0f} x real time), "
        f"peak {_decibels(report.peak)}, limiter {_decibels(counters.limiter_gain)}, "
        f"{report.stolen} voices stolen, {counters.late_events} late events, "
        f"{counters.starved_rows} late rows"
    )


def _decibels(gain: float) -> str:
    return f"{20 * math.log10(gain):.1f} dB" if gain > 0 else "silent"


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
        for opened in (midi, keys):
            if opened is not None:
                stack.callback(opened.close)
        inputs = Inputs(midi, keys, performance, song=options.midi_file is not None)
        play(pack, combination, settings, inputs, board.open_clock(), _say)


def _demo_song(options: argparse.Namespace) -> None:
    for path in write_demo(options.folder):
        print(path)


def _open_midi(name: str | None) -> MidiInput | None:
    """The MIDI input; without a sequencer that is said, and other inputs may still do."""
    if name == "none":
        return None
    try:
        return board.open_midi(name)
    except MidiUnavailableError as error:
        if name is not None:
            raise
        _say(str(error))
        return None


def _open_keys() -> KeyInput | None:
    try:
        keys = board.open_keys()
    except TerminalUnavailableError:
        return None
    _say(KEYS_HELP)
    return keys


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
