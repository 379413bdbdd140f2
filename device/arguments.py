"""The command line of latentpad-device, and how its options override the settings file."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import Any

from device.engine.quality import INTERPOLATIONS
from device.events import BUTTONS
from device.settings import Settings, load_settings
from hardware.config import BOARDS

LONGEST_TAIL_S = 600.0

_ENVELOPE = {
    "attack": ("attack_s", "seconds from silence to full level"),
    "decay": ("decay_s", "seconds from full level to the sustain level"),
    "sustain": ("sustain", "level of a held note, 0..1"),
    "release": ("release_s", "seconds from key up to silence"),
    "start": ("start_position", "where in the sound a note begins, 0..1"),
}


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """Parse the command line, and keep it as `words`.

    Exits with code 2 and a usage line when it makes no sense.
    """
    parser = argparse.ArgumentParser(
        prog="latentpad-device", description="Play a sound pack: into a file, or live."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_bounce(commands.add_parser("bounce", help="render a MIDI file into a sound file"))
    _add_play(commands.add_parser("play", help="play live: MIDI keyboard, terminal or a file"))
    _add_run(commands.add_parser("run", help="be the instrument: panel, screens, MIDI, remotes"))
    _add_selftest(commands.add_parser("selftest", help="test every part: PASS, FAIL or NONE"))
    shown = commands.add_parser("settings", help="print all settings as TOML, to start from")
    shown.add_argument("--settings", type=Path, metavar="FILE", help="those of this file")
    demo = commands.add_parser("demo-song", help="write a short performance to try packs with")
    demo.add_argument("folder", metavar="FOLDER", type=Path, help="for song.mid and gesture.csv")
    words = sys.argv[1:] if arguments is None else arguments
    return parser.parse_args(words, argparse.Namespace(words=words))


def instrument_settings(options: argparse.Namespace) -> Settings:
    """The settings file with the options of `run` and `selftest` over it; raises SettingsError."""
    return with_options(load_settings(options.settings), options)


def with_options(settings: Settings, options: argparse.Namespace) -> Settings:
    """Settings with the options of `run` and `selftest` over them, and absolute names of files.

    Raises SettingsError.
    """
    given = vars(options).get
    audio = {"device": given("device"), "rate_hz": given("rate")}
    remote = {"web_port": given("web_port"), "web_host": given("web_host")}
    files = {"packs": given("pack"), "patches": given("patches")}
    return dataclasses.replace(
        settings,
        audio=dataclasses.replace(settings.audio, **_given(audio)),
        midi=dataclasses.replace(settings.midi, **_given({"channel": given("channel")})),
        remote=dataclasses.replace(settings.remote, **_given(remote)),
        files=dataclasses.replace(settings.files, **_given(files)).absolute(),
        board=dataclasses.replace(settings.board, **_given({"board": options.board})),
    )


def settings_from(options: argparse.Namespace) -> Settings:
    """The settings file with the command line's options over it; raises SettingsError."""
    settings = load_settings(options.settings)
    audio: dict[str, Any] = {"rate_hz": options.rate, "interpolation": options.interpolation}
    if options.command == "play":
        audio["device"] = options.device
    envelope = {field: getattr(options, name) for name, (field, _) in _ENVELOPE.items()}
    return dataclasses.replace(
        settings,
        audio=dataclasses.replace(settings.audio, **_given(audio)),
        envelope=dataclasses.replace(settings.envelope, **_given(envelope)),
        midi=dataclasses.replace(settings.midi, **_given({"channel": options.channel})),
    )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


def _add_instrument(parser: argparse.ArgumentParser) -> None:
    """What `run` and `selftest` have in common."""
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings in TOML")
    parser.add_argument("--board", choices=BOARDS, help="how the instrument is built")
    parser.add_argument("--pack", metavar="PATH", help="sound pack, or folder of sound packs")
    parser.add_argument("--device", metavar="NAME", help="sound output (part of its name)")
    parser.add_argument(
        "--or-safe", action="store_true", help="safe mode if the settings cannot be used"
    )


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_instrument(parser)
    parser.add_argument("--patches", metavar="FILE", help="where patches are kept")
    parser.add_argument("--channel", type=int, metavar="N", help="MIDI channel 1..16, 0 for all")
    parser.add_argument("--rate", type=int, metavar="HZ", help="output sample rate")
    parser.add_argument("--web-host", metavar="HOST", help="whom the web panel serves")
    parser.add_argument("--web-port", type=int, metavar="N", help="of the web panel, 0 for any")
    parser.add_argument(
        "--script", type=Path, metavar="FILE", help="board sim: what hands do, then end"
    )
    parser.add_argument(
        "--safe", action="store_true", help="safe mode: the usual settings, no memory of last time"
    )
    parser.add_argument(
        "--hold-button",
        type=int,
        choices=range(1, BUTTONS + 1),
        metavar="N",
        help="boards sim, window and web: patch button 1..4 is held down at the start",
    )


def _add_selftest(parser: argparse.ArgumentParser) -> None:
    _add_instrument(parser)
    parser.add_argument("--tone", action="store_true", help="play a test tone as well")


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pack", type=Path, required=True, help="sound pack: folder or .onsp")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings in TOML")
    parser.add_argument(
        "--combination",
        metavar="A,B,C,D",
        help="instruments at top left, top right, bottom left, bottom right; or an index",
    )
    parser.add_argument("--gesture", type=Path, metavar="CSV", help="pad path: seconds,x,y rows")
    parser.add_argument("--channel", type=int, metavar="N", help="MIDI channel 1..16, 0 for all")
    parser.add_argument("--rate", type=int, metavar="HZ", help="output sample rate")
    parser.add_argument("--interpolation", help=", ".join(INTERPOLATIONS))
    for name, (_, meaning) in _ENVELOPE.items():
        parser.add_argument(f"--{name}", type=float, metavar="X", help=meaning)


def _add_bounce(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("--midi", type=Path, required=True, metavar="SONG.mid", help="what to play")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.wav")
    parser.add_argument(
        "--tail-s", type=_tail_seconds, default=10.0, metavar="S",
        help="longest wait for the last notes to die away (default %(default)s)",
    )  # fmt: skip


def _tail_seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= LONGEST_TAIL_S:
        raise argparse.ArgumentTypeError(f"{text} is outside 0..{LONGEST_TAIL_S:g}")
    return seconds


def _add_play(parser: argparse.ArgumentParser) -> None:
    _add_common(parser)
    parser.add_argument("--device", metavar="NAME", help="sound output (part of its name)")
    parser.add_argument(
        "--midi", metavar="NAME", help="listen to the ports of this name only, or `none`"
    )
    parser.add_argument(
        "--midi-file", type=Path, metavar="SONG.mid", help="play this file, then end"
    )
