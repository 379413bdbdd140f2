"""All subcommands of `latentpad-card` but the two that start the instrument."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Sequence

PARTS = {
    "sdcard.verify_cli": ("verify",),
    "sdcard.flash_cli": ("flash", "disks", "bmap"),
    "sdcard.packs.cli": ("install", "list", "remove"),
    "sdcard.targets.serve_cli": ("serve",),
    "sdcard.export": ("export",),
    "sdcard.import_command": ("import",),
    "sdcard.image.image_cli": ("image",),
    "sdcard.image.grow_cli": ("grow",),
    "sdcard.releases.release_cli": ("release",),
    "sdcard.releases.update_cli": ("update",),
    "sdcard.releases.releases_cli": ("releases",),
    "sdcard.system.config.cli": ("lint-config",),
    "sdcard.system.boot_files": ("take-boot-files",),
}
"""Module -> its subcommands. Only the one that is needed is imported: together they take a Pi
seconds, and some of them nothing but the instrument waits for."""


def run(arguments: Sequence[str]) -> int:
    """Run one; the exit status is 0 if all is well, 1 if not, 2 for a wrong call."""
    options = make_parser(arguments[0] if arguments else "").parse_args(arguments)
    status: int = options.run(options)
    return status


def make_parser(word: str) -> argparse.ArgumentParser:
    """That of a subcommand, or of all of them if there is no such one."""
    parser = argparse.ArgumentParser(
        prog="latentpad-card",
        description="Sound packs, cards and releases: make, check, put there, take away.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    parts = [module for module, names in PARTS.items() if word in names] or list(PARTS)
    for module in parts:
        importlib.import_module(module).add_parser(commands)
    return parser
