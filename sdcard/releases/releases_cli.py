"""The subcommand releases of `latentpad-card`: what an instrument could run, and what it should."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Iterator

from sdcard.image.layout import STATE
from sdcard.interrupts import interruptible
from sdcard.releases.choice import BASE
from sdcard.releases.errors import NotAnInstrumentError, ReleaseError
from sdcard.releases.listing import Listed, choose, list_releases
from sdcard.releases.places import Places, of_instrument, of_state
from sdcard.targets.errors import TargetError
from sdcard.targets.reach import folder_of
from sdcard.targets.target import RemoteTarget, parse_target

EXIT_FAILED = 1


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    one = commands.add_parser("releases", help="list the releases of an instrument, or choose one")
    one.add_argument(
        "--use", metavar="VERSION", help=f"the one to start next ({BASE}: that of the card itself)"
    )
    one.add_argument(
        "--on", metavar="TARGET", type=parse_target,
        help="a card's device or image file, or the mounted folder of its state (default: this"
        " machine is the instrument)",
    )  # fmt: skip
    one.add_argument("--json", action="store_true", help="print one JSON list")
    one.set_defaults(run=_releases)


def _releases(options: argparse.Namespace) -> int:
    try:
        with interruptible(), _places(options) as places:
            if options.use:
                choose(options.use, places)
            found = list_releases(places)
    except (ReleaseError, TargetError) as error:
        print(f"latentpad-card: error: {error} [{type(error).__name__}]", file=sys.stderr)
        return EXIT_FAILED
    if options.json:
        print(json.dumps([vars(one) for one in found], indent=1))
    else:
        _print_table(found)
    return 0


@contextlib.contextmanager
def _places(options: argparse.Namespace) -> Iterator[Places]:
    if options.on is None:
        yield of_instrument(os.environ)
    elif isinstance(options.on, RemoteTarget):
        raise NotAnInstrumentError(f"{options.on}: log in there: ssh {options.on}")
    else:
        with folder_of(options.on, STATE) as folder:
            yield of_state(folder)


def _print_table(found: list[Listed]) -> None:
    width = max(len(one.name) for one in found)
    for one in found:
        print(f"{'*' if one.is_wanted else ' '} {one.name.ljust(width)}  {one.state}".rstrip())
