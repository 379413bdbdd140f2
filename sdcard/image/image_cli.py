"""The subcommand `image` of latentpad-card: makes the image of a card."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from device.pack import PackError
from sdcard.disk_checks import size_text
from sdcard.image.base_debian import debian_base
from sdcard.image.build import build
from sdcard.image.errors import ImageError
from sdcard.image.image_system import add_arguments, customise
from sdcard.image.imager_manifest import Digests
from sdcard.image.recipe import MIB, Recipe, source_date
from sdcard.image.report import Report
from sdcard.interrupts import EXIT_INTERRUPTED, interruptible

DEBIAN = "debian"
"""In place of a base's file: make one of Debian's packages."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    parser = commands.add_parser(
        "image", help="make the image of a card: Raspberry Pi OS Lite, the instrument, packs"
    )
    parser.add_argument(
        "--base", metavar=f"IMAGE|{DEBIAN}", required=True,
        help="Raspberry Pi OS Lite (64-bit) as .img, .xz, .gz or .zst; or the word debian: make"
        " one of Debian's packages, for emulators",
    )  # fmt: skip
    parser.add_argument(
        "--pack", metavar="PACK", type=Path, nargs="+", action="extend", default=[],
        help="sound packs: directories or .onsp files",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--output", metavar="FILE", type=Path, required=True,
        help=".img.xz, .img.zst or .img; .bmap, .sha256 and a manifest for Imager go beside it",
    )  # fmt: skip
    sizes = {
        "state": (Recipe.state_bytes, "of the partition for settings, patches and updates"),
        "packs": (Recipe.packs_bytes, "at least, of the partition for packs before it grows"),
        "root-free": (Recipe.root_free_bytes, "that stay free on the system's partition"),
    }
    for name, (usual, what) in sizes.items():
        option = f"--{name}" if name == "root-free" else f"--{name}-size"
        parser.add_argument(
            option, metavar="MIB", type=_mib, default=usual // MIB,
            help=f"MiB {what} (default: {usual // MIB})",
        )  # fmt: skip
    parser.add_argument("--url", default="", help="where Imager will find the image")
    parser.add_argument(
        "--work", metavar="FOLDER", type=Path, help="for what lies between (default: the output's)"
    )
    add_arguments(parser)
    parser.set_defaults(run=_image)


def _mib(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of MiB")
    return int(text)


def _image(options: argparse.Namespace) -> int:
    report = Report(sys.stderr)
    try:
        with interruptible():
            digests = _make(options, report)
    except (ImageError, PackError) as error:
        report.text(f"latentpad-card: error: {error}")
        return 1
    except KeyboardInterrupt:
        report.text("stopped; no image was written")
        return EXIT_INTERRUPTED
    report.end()
    print(_summary(options.output, digests, report.passed_s))
    return 0


def _make(options: argparse.Namespace, report: Report) -> Digests:
    wishes = customise(options, report)
    time_s = source_date(dict(os.environ))
    base = Path(options.base)
    if options.base == DEBIAN:
        base = debian_base(options.cache, report.step)
    recipe = Recipe(
        base, tuple(options.pack), options.output, time_s=time_s, url=options.url,
        state_bytes=options.state_size * MIB, packs_bytes=options.packs_size * MIB,
        root_free_bytes=options.root_free * MIB, work=options.work,
    )  # fmt: skip
    return build(recipe, wishes, report)


def _summary(output: Path, digests: Digests, seconds: float) -> str:
    return (
        f"{output}: {size_text(digests.download_bytes)}, on a card"
        f" {size_text(digests.extract_bytes)}, made in {seconds:.0f} s\n"
        f"SHA-256 {digests.download_sha256}"
    )
