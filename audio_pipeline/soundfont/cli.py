"""The `soundfont` stage of latentpad-render: a bank's programs to source notes."""

from __future__ import annotations

import argparse
from pathlib import Path

from audio_pipeline.cli_actions import InsteadFlag
from audio_pipeline.errors import SettingsError
from audio_pipeline.pitches import parse_pitches
from audio_pipeline.soundfont.bank import Bank, read_bank

DESCRIPTION = """\
Plays programs of a SoundFont with fluidsynth, dry, and writes one file per note, with a credit
note per sound: flute_60.wav … flute.toml. Several sounds can be made in one run:

  latentpad-render soundfont BANK.sf2 --program 73 --name flute --program 52 --name choir OUT/"""


def add_parser(stages: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the stage."""
    parser = stages.add_parser(
        "soundfont",
        help="a SoundFont's programs to source notes",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add = parser.add_argument
    add("soundfont", metavar="BANK.sf2", type=Path)
    out = add("out", metavar="OUT", type=Path, help="folder for the notes")
    add("--list", action=InsteadFlag, frees=[out],
        help="print bank, program and name of all presets instead")  # fmt: skip
    add("--program", metavar="P", type=int, action="append", default=[], help="0..127")
    add("--name", metavar="N", action="append", default=[], help="name of the sound's files")
    add("--bank", metavar="B", type=int, default=0, help="default 0; 128 is percussion")
    add("--pitches", metavar="LIST", default="24:84:4", help="default 24:84:4")
    add("--velocity", metavar="V", type=int, default=100, help="1..127, default 100")
    add("--length-s", metavar="S", type=float, default=4.0, help="of each note, default 4")
    add("--note-off-s", metavar="S", type=float, default=3.0, help="default 3")
    add("--rate", metavar="HZ", type=int, default=48_000, help="default 48000")


def run(options: argparse.Namespace) -> int:
    """List presets, or make notes and say where they are."""
    bank = read_bank(options.soundfont)
    if options.list:
        for preset in bank.presets:
            print(f"{preset.bank:3d} {preset.program:3d}  {preset.name}")
        return 0
    _check(options)
    from audio_pipeline.soundfont.extract import Extraction, Wanted
    from audio_pipeline.soundfont.song import NoteTiming

    wanted = tuple(
        Wanted(bank.preset(options.bank, program), name)
        for program, name in zip(options.program, _names(options, bank), strict=True)
    )
    timing = NoteTiming(options.velocity, options.note_off_s, options.length_s)
    pitches = parse_pitches(options.pitches)
    paths = Extraction(bank, wanted, pitches, timing, options.rate).write(options.out)
    sounds = ", ".join(sound.name for sound in wanted)
    print(f"{len(paths)} notes of {sounds} in {options.out}")
    return 0


def _names(options: argparse.Namespace, bank: Bank) -> list[str]:
    """The names given, or those of the presets when none is."""
    if options.name:
        names: list[str] = options.name
        return names
    presets = [bank.preset(options.bank, program) for program in options.program]
    return [preset.name.replace("/", "-").replace("\\", "-") for preset in presets]


def _check(options: argparse.Namespace) -> None:
    if not options.program:
        raise SettingsError("which sound? Give --program P --name N; --list shows all programs")
    if options.name and len(options.name) != len(options.program):
        raise SettingsError(
            f"{len(options.program)} --program, but {len(options.name)} --name: give one for each"
        )
    if len(set(options.name)) != len(options.name):
        raise SettingsError("two sounds have the same --name")
    for name in options.name:
        if not name.strip() or any(character in name for character in "/\\\0"):
            raise SettingsError(f"--name {name!r} cannot be part of a file name")
    _check_range("--velocity", options.velocity, 1, 127)
    _check_range("--length-s", options.length_s, 0.1, 60)
    _check_range("--note-off-s", options.note_off_s, 0.01, options.length_s)
    _check_range("--rate", options.rate, 8_000, 96_000)


def _check_range(option: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(f"{option} {value:g} must be {low:g}..{high:g}")
