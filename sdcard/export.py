"""The subcommand `export`: a sound pack for other instruments."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from device.pack import Pack, PackError, open_pack
from sdcard.exchange_errors import ExchangeError, ExportChoiceError
from sdcard.export_mix import CENTRE, Position, grid_positions
from sdcard.export_parts import chosen_combinations
from sdcard.export_pd import export_pd
from sdcard.export_sfz import export_sfz
from sdcard.export_upstream import export_upstream

PD_SIDE = 3
SFZ_SIDE = (1, 9)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `export` to the subcommands."""
    export = commands.add_parser("export", help="write a pack for other instruments")
    export.add_argument("pack", metavar="PACK", type=Path, help="a pack directory or .onsp file")
    export.add_argument(
        "--format", required=True, choices=list(_FORMATS),
        help="upstream: .bin pads and settings.json of Open NSynth Super; sfz: instruments for"
        " samplers; pd: a Pure Data patch with a pad",
    )  # fmt: skip
    export.add_argument(
        "-o", "--output", metavar="OUT", required=True, type=Path, help="a new or empty folder"
    )
    export.add_argument(
        "--combination", metavar="WHICH", action="append", default=[],
        help="an index, or four instrument names joined by commas; may be given again"
        " (default: all; for pd the first)",
    )  # fmt: skip
    export.add_argument(
        "--position", metavar="X,Y", type=_position, help="sfz: where on the pad (default 0.5,0.5)"
    )
    export.add_argument(
        "--grid", metavar="N", type=int,
        help="sfz: an instrument at each of NxN positions; pd: cells along a side"
        f" (default {PD_SIDE})",
    )  # fmt: skip
    export.set_defaults(run=run)


def _position(text: str) -> Position:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y such as 0.5,0.25") from None
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise argparse.ArgumentTypeError(f"{text!r}: both must be within 0..1")
    return x, y


def run(options: argparse.Namespace) -> int:
    """Export, or say why not."""
    try:
        with open_pack(options.pack) as pack:
            for line in _FORMATS[options.format](pack, options):
                print(line)
    except (PackError, ExchangeError, OSError) as error:
        print(f"latentpad-card export: {error}", file=sys.stderr)
        return 1
    return 0


def _upstream(pack: Pack, options: argparse.Namespace) -> list[str]:
    _refuse(options, "upstream", "position", "grid")
    combinations = chosen_combinations(pack.manifest, options.combination)
    return export_upstream(pack, combinations, options.output)


def _sfz(pack: Pack, options: argparse.Namespace) -> list[str]:
    combinations = chosen_combinations(pack.manifest, options.combination)
    written = export_sfz(pack, combinations, _sfz_positions(options), options.output)
    return [f"wrote {path}" for path in written]


def _sfz_positions(options: argparse.Namespace) -> list[Position]:
    if options.grid is None or options.grid == 1:
        return [options.position or CENTRE]
    low, high = SFZ_SIDE
    if options.position or not low <= options.grid <= high:
        raise ExportChoiceError(f"give --position, or --grid {low} to {high}, not both")
    return [position for row in grid_positions(options.grid) for position in row]


def _pd(pack: Pack, options: argparse.Namespace) -> list[str]:
    _refuse(options, "pd", "position")
    combinations = chosen_combinations(pack.manifest, options.combination)
    if len(options.combination) > 1:
        raise ExportChoiceError("a Pure Data patch plays one combination; export the others apart")
    side = PD_SIDE if options.grid is None else options.grid
    return [f"wrote {export_pd(pack, combinations[0], side, options.output)}"]


def _refuse(options: argparse.Namespace, name: str, *given: str) -> None:
    """Raise ExportChoiceError for options that this format does not have."""
    for option in given:
        if getattr(options, option) is not None:
            raise ExportChoiceError(f"--{option} means nothing to --format {name}")


_FORMATS: dict[str, Callable[[Pack, argparse.Namespace], list[str]]] = {
    "upstream": _upstream,
    "sfz": _sfz,
    "pd": _pd,
}
