"""The subcommand `grow` of latentpad-card: lets the packs have a whole card, at its first start."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sdcard.image.errors import ImageError
from sdcard.image.grow_disk import grow_disk
from sdcard.image.grow_fat import Growth
from sdcard.image.kernel_disks import running_disk


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    parser = commands.add_parser(
        "grow", help="let the partition of the packs fill its card; safe from power cuts"
    )
    parser.add_argument(
        "--disk", metavar="DEVICE|FILE", type=Path, help="default: the disk that / lies on"
    )
    parser.set_defaults(run=_grow)


def _grow(options: argparse.Namespace) -> int:
    """Nothing to do is success."""
    try:
        disk = options.disk or running_disk()
        growth = grow_disk(disk)
    except ImageError as error:
        print(f"latentpad-card: error: {error}", file=sys.stderr)
        return 1
    print(f"{disk}: {_told(growth)}")
    return 0


def _told(growth: Growth) -> str:
    if growth.before == growth.after:
        return f"the {growth.after / 1e9:.1f} GB for packs are all there can be"
    return f"{growth.before / 1e9:.1f} GB for packs are {growth.after / 1e9:.1f} GB now"
