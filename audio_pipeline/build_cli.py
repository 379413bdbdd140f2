"""The `build` stage of latentpad-render: options to settings, settings to a pack."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from audio_pipeline.cli_actions import InsteadFlag
from audio_pipeline.config import BuildSettings
from audio_pipeline.errors import SettingsError
from audio_pipeline.pitches import parse_pitches
from audio_pipeline.renderers import registry
from audio_pipeline.settings_reader import override, read_toml
from audio_pipeline.settings_template import settings_template
from audio_pipeline.upstream_settings import CORNER_NAMES, read_upstream

DESCRIPTION = """\
Renders the notes between the sounds of a folder, and writes them as a sound pack.

SOURCES holds files <name>_<MIDI pitch>.wav (or .flac, .aif): any sample rate and bit depth, one
or two channels. Without settings four or more sounds are dealt out over the corners by name.
A build that was stopped goes on where it was when the same command is run again."""

NSYNTH_OPTIONS = ("model", "seed", "temperature", "device", "batch", "workers", "cluster")


def add_parser(stages: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Register the stage."""
    parser = stages.add_parser(
        "build",
        help="source notes to a sound pack",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    required = [
        parser.add_argument("sources", metavar="SOURCES", type=Path, help="folder of notes"),
        parser.add_argument("-o", dest="pack", metavar="PACK", type=Path, required=True,
                            help="folder, or one file ending in .onsp"),
    ]  # fmt: skip
    parser.add_argument("--show-settings", action=InsteadFlag, frees=required,
                        help="print all settings as TOML instead")  # fmt: skip
    _add_settings_options(parser)
    _add_run_options(parser)


def _add_settings_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("what to build (options win over the settings file)")
    add = group.add_argument
    add("--settings", metavar="FILE", type=Path, help="TOML, or Open NSynth Super's settings.json")
    add("--upstream-corners", choices=CORNER_NAMES, default=CORNER_NAMES[0],
        help="what SW and SE mean in a settings.json: as_named (default), or swapped as packs "
        "made by its scripts sound")  # fmt: skip
    add("--preview", action="store_true", help="3 x 3 cells at four pitches, to hear it soon")
    add("--grid", metavar="N", type=int, help="cells along each side of the pad")
    add("--pitches", metavar="LIST", help="24:84:4 or 36,48,60; default: those of the sounds")
    add("--fill-pitches", action="store_true", default=None,
        help="make missing notes from a neighbour up to 4 semitones away")  # fmt: skip
    add("--rate", metavar="HZ", type=int, help="sample rate of the pack")
    add("--length-s", metavar="S", type=float, help="seconds of each source note that are used")
    add("--no-tune", action="store_true", help="leave notes as far out of tune as they are")
    add("--no-loops", action="store_true", help="every note plays once and ends")
    for name in ("name", "author", "licence"):
        add(f"--{name}", metavar="TEXT", help=f"the pack's {name}")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("how to build")
    add = group.add_argument
    add("--jobs", metavar="N", type=int, help="processes; default: one per processor")
    add("--renderer", choices=registry.renderer_names(), default=registry.DEFAULT)
    add("--workspace", metavar="DIR", type=Path,
        help="keep finished notes here, also afterwards; default: hidden, beside PACK")  # fmt: skip
    add("--keep-workspace", action="store_true", help="do not remove finished notes at the end")
    _add_nsynth_options(parser)


def _add_nsynth_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("with --renderer nsynth (a pack at 16000 Hz)")
    add = group.add_argument
    add("--model", metavar="FILE", type=Path, help="made by latentpad-render nsynth convert")
    add("--seed", metavar="N", type=int, help="default 0; the same one, the same notes")
    add("--temperature", metavar="T", type=float,
        help="default 1; below, less noise and less variety")  # fmt: skip
    add("--device", choices=("auto", "cpu", "cuda"),
        help="default auto: all graphics cards of this machine if there are any")  # fmt: skip
    add("--batch", metavar="N", type=int, help="notes at a time; default: what fits")
    add("--workers", metavar="N", type=int,
        help="generating processes on processors; default: --jobs. 0: wait for others, which "
        "latentpad-render work starts")  # fmt: skip
    add("--cluster", metavar="ADDRESS",
        help="generate in a Ray cluster: ray://HOST:PORT, auto or local")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Build, and say where the pack is."""
    if options.show_settings:
        print(settings_template(), end="")
        return 0
    if options.jobs is not None and options.jobs < 1:
        raise SettingsError(f"--jobs {options.jobs}: must be at least 1")
    from audio_pipeline.build import build  # numeric libraries: not needed for --help

    result = build(
        options.sources,
        options.pack,
        settings_of(options),
        registry.make_renderer(options.renderer, **_given(options, NSYNTH_OPTIONS)),
        preview=options.preview,
        jobs=options.jobs,
        workspace=options.workspace,
        keep_workspace=options.keep_workspace,
    )
    print(f"{result.manifest.name}: {result.path}")
    return 0


def settings_of(options: argparse.Namespace) -> BuildSettings:
    """The settings file, if any, with the options over it. Prints how a settings.json was read."""
    settings = BuildSettings()
    if options.settings is not None and options.settings.suffix.lower() == ".json":
        settings, remarks = read_upstream(options.settings, options.upstream_corners)
        print("\n".join(remarks))
    elif options.settings is not None:
        settings = read_toml(options.settings)
    settings = override(settings, _changes(options))
    fixed_hz = registry.fixed_rate_hz(options.renderer)
    return settings if fixed_hz is None else _at_rate(settings, fixed_hz, options)


def _at_rate(settings: BuildSettings, fixed_hz: int, options: argparse.Namespace) -> BuildSettings:
    """The settings at the only rate of a renderer: the default one stands for it, others do not."""
    wanted_hz = settings.notes.rate_hz
    if wanted_hz == fixed_hz:
        return settings
    if options.rate is not None or wanted_hz != BuildSettings().notes.rate_hz:
        raise SettingsError(
            f"rate_hz = {wanted_hz}: the {options.renderer} renderer works at {fixed_hz} Hz, and "
            "another rate would add nothing: leave it out"
        )
    return override(settings, {"notes": {"rate_hz": fixed_hz}})


def _given(options: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Those options that were given."""
    values = {name: getattr(options, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _changes(options: argparse.Namespace) -> Mapping[str, Mapping[str, Any]]:
    given: dict[str, dict[str, Any]] = {
        "pack": {name: getattr(options, name) for name in ("name", "author", "licence")},
        "grid": {"size": options.grid},
        "notes": {
            "pitches": None if options.pitches is None else parse_pitches(options.pitches),
            "fill_pitches": options.fill_pitches,
            "rate_hz": options.rate,
            "length_s": options.length_s,
            "tune": False if options.no_tune else None,
        },
        "loop": {"enabled": False if options.no_loops else None},
    }
    return {
        room: {key: value for key, value in values.items() if value is not None}
        for room, values in given.items()
    }
