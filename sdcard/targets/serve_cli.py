"""The subcommand serve of `latentpad-card`, which ssh starts on an instrument."""

from __future__ import annotations

import argparse
from pathlib import Path

from sdcard.targets.serve import serve_terminal


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    one = commands.add_parser("serve", help="answer latentpad-card on another computer (by ssh)")
    one.add_argument("shelf", metavar="FOLDER", type=Path, help="the folder of packs")
    one.set_defaults(run=lambda options: serve_terminal(options.shelf))
