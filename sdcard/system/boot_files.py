"""`latentpad-card take-boot-files`: keys, networks and country from the boot partition, each start.

Only what lies there counts: whoever takes a file away takes back what it gave. A file that cannot
be used is told, and keeps none of the others from being used.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sdcard.image.layout import BOOT_DROP_IN, SSH_KEYS
from sdcard.system.errors import BootFileError
from sdcard.system.on_card.country import SWITCHES, take_country
from sdcard.system.on_card.host_key import keep_host_key
from sdcard.system.on_card.login_keys import take_keys
from sdcard.system.on_card.networks import take_networks

PERSON = "pad"


@dataclass(frozen=True)
class Places:
    """Where things are taken from, and put."""

    drop_in: Path = Path(BOOT_DROP_IN)
    host_keys: Path = Path(SSH_KEYS)
    login_keys: Path = Path("/run/latentpad-ssh")  # as sshd is told
    networks: Path = Path("/run/NetworkManager/system-connections")
    switches: Path = SWITCHES


def take_boot_files(places: Places, refuse: Callable[[BootFileError], None]) -> Iterator[str]:
    """Do all, telling what was done; what cannot be done goes to `refuse`."""
    steps: list[Callable[[], list[str]]] = [
        lambda: keep_host_key(places.host_keys),
        lambda: take_keys(places.drop_in, places.login_keys, PERSON, refuse),
        lambda: take_country(places.drop_in, places.switches),
        lambda: take_networks(places.drop_in, places.networks, refuse),
    ]
    for step in steps:
        try:
            yield from step()
        except BootFileError as error:
            refuse(error)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    one = commands.add_parser(
        "take-boot-files", help="on a card, at its start: take keys and networks from boot"
    )
    for name, usual in Places.__dataclass_fields__.items():
        option = f"--{name.replace('_', '-')}"
        text = f"default: {usual.default}"
        one.add_argument(option, metavar="FOLDER", type=Path, default=usual.default, help=text)
    one.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    """The exit status is 1 if something could not be used."""
    refused: list[BootFileError] = []
    places = Places(**{name: getattr(options, name) for name in Places.__dataclass_fields__})
    for done in take_boot_files(places, refused.append):
        print(done)
    for error in refused:
        text = f"latentpad-card: {error}"
        print(text.encode("utf-8", "backslashreplace").decode(), file=sys.stderr)
    return 1 if refused else 0
