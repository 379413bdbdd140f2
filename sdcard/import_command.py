"""The subcommand `import`: the pads of Open NSynth Super become a sound pack."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from device.pack import PackError, archive, limits
from sdcard.exchange_errors import ExchangeError, OutputInTheWayError
from sdcard.export_parts import fresh_folder
from sdcard.import_finding import (
    AS_DEVICE,
    CORNER_ORDERS,
    FoundPad,
    find_pads,
    unknown_pads,
)
from sdcard.import_upstream import import_pads
from sdcard.upstream_layout import SETTINGS_NAME
from sdcard.upstream_settings import Corners, UpstreamSettings, read_upstream_settings


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `import` to the subcommands."""
    importing = commands.add_parser(
        "import", help="make a pack of the .bin pads of Open NSynth Super"
    )
    importing.add_argument("folder", metavar="FOLDER", type=Path, help="the folder with the pads")
    importing.add_argument(
        "-o", "--output", metavar="PACK", required=True, type=Path,
        help="a new folder, or a new .onsp file",
    )  # fmt: skip
    importing.add_argument(
        "--settings", metavar="FILE", type=Path,
        help=f"their settings (default: {SETTINGS_NAME} in the folder)",
    )  # fmt: skip
    importing.add_argument(
        "--corners", choices=CORNER_ORDERS, default=AS_DEVICE,
        help="as-device: the third part of a file name sounds at the bottom left, as that device"
        " plays it (default); bottom-swapped: it sounds at the bottom right, as in files that were"
        " renamed to fit a corner list in the order NW, NE, SW, SE",
    )  # fmt: skip
    importing.add_argument("--name", help="of the pack (default: the folder's)")
    importing.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Import, or say why not."""
    try:
        settings = read_upstream_settings(options.settings or options.folder / SETTINGS_NAME)
        if options.output.suffix == ".onsp":
            _as_file(options, settings)
        else:
            found = _found(options, settings)
            _into(fresh_folder(options.output), found, options, settings)
    except (PackError, ExchangeError, OSError) as error:
        print(f"latentpad-card import: {error}", file=sys.stderr)
        return 1
    print(f"wrote {options.output}")
    return 0


def _as_file(options: argparse.Namespace, settings: UpstreamSettings) -> None:
    if options.output.exists():
        raise OutputInTheWayError(f"{options.output}: is there already; name a new one")
    found = _found(options, settings)
    with tempfile.TemporaryDirectory(prefix=".import-", dir=options.output.parent) as folder:
        _into(Path(folder), found, options, settings)
        archive(Path(folder), options.output)


def _found(
    options: argparse.Namespace, settings: UpstreamSettings
) -> tuple[Corners, list[FoundPad]]:
    """The pads, checked before anything is written; says what is understood."""
    corners, pads = find_pads(options.folder, settings, options.corners)
    for name in unknown_pads(options.folder, pads):
        print(f"left out {name}: the settings name no such sounds")
    third, fourth = corners[2][0].name, corners[3][0].name
    print(f"corners ({options.corners}): {third} at the bottom left, {fourth} at the bottom right")
    return corners, pads


def _into(
    output: Path,
    found: tuple[Corners, list[FoundPad]],
    options: argparse.Namespace,
    settings: UpstreamSettings,
) -> None:
    name = (options.name or options.folder.resolve().name)[: limits.TEXT_CHARACTERS]
    import_pads(*found, settings, name, output)
