"""Turns the wishes of a command line into the changes that make a base an instrument."""

from __future__ import annotations

import argparse
from pathlib import Path

from sdcard.image.changes import BaseFiles, Changes
from sdcard.image.errors import ChangeRefusedError
from sdcard.image.prepare import Customise, Facts
from sdcard.image.report import Report
from sdcard.system.changes import changes
from sdcard.system.environment import Ingredients, build_environment, platform_of
from sdcard.system.environment.ingredients import cache_folder
from sdcard.system.environment.platform import dpkg_status
from sdcard.system.on_card.login_keys import is_key
from sdcard.system.options import DAC, SystemOptions

ANY_DISK = 1  # to check the other wishes before there is one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be wished of the system."""
    parser.add_argument(
        "--dac", metavar="OVERLAY", default=DAC, help=f"of the sound board (default: {DAC})"
    )
    parser.add_argument("--hostname", metavar="NAME", default="latentpad", help="in the network")
    parser.add_argument(
        "--wifi-country", metavar="XX", default="", help="two letters; without them Wi-Fi is off"
    )
    parser.add_argument(
        "--ssh-key", metavar="FILE", type=Path, action="append", default=[],
        help="public keys that may log in as user pad",
    )  # fmt: skip
    parser.add_argument(
        "--network", metavar="FILE", type=Path, action="append", default=[],
        help="a connection of NetworkManager: NAME.nmconnection",
    )  # fmt: skip
    parser.add_argument(
        "--environment", metavar="FOLDER", type=Path,
        help="what runs on the card, built already (default: build it for the base)",
    )  # fmt: skip
    parser.add_argument(
        "--wheels", metavar="FOLDER", type=Path, help="Python packages (default: download them)"
    )
    parser.add_argument(
        "--debs", metavar="FOLDER", type=Path, help="Debian packages (default: download them)"
    )
    parser.add_argument(
        "--cache", metavar="FOLDER", type=Path, default=cache_folder(),
        help=f"for what was downloaded or made once (default: {cache_folder()})",
    )  # fmt: skip


def customise(options: argparse.Namespace, report: Report) -> Customise:
    """The changes for these wishes; raises OptionError and ChangeRefusedError at once."""
    keys = b"".join(_keys(path) for path in options.ssh_key)
    ingredients = Ingredients(options.wheels, options.debs, options.cache, report.step)

    def system(disk_id: int, environment: Path) -> SystemOptions:
        return SystemOptions(
            disk_id, environment, options.dac, options.hostname, options.wifi_country, keys,
            tuple(options.network),
        )  # fmt: skip

    def ask(root: BaseFiles, boot: BaseFiles, facts: Facts) -> Changes:
        folder = options.environment
        if folder is None:
            folder = facts.folder / "environment"
            build_environment(folder, platform_of(root), dpkg_status(root), ingredients)
        return changes(root, boot, system(facts.disk_id, folder))

    system(ANY_DISK, Path())
    return ask


def _keys(path: Path) -> bytes:
    """The file as it is, if it holds public keys: private ones must not get onto a card."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ChangeRefusedError(f"{path}: {error.strerror}") from error
    lines = [line.strip() for line in data.decode(errors="replace").splitlines()]
    for line in lines:
        if line and not line.startswith("#") and not is_key(line):
            raise ChangeRefusedError(f"{path}: no public SSH key: {line[:40]!r}")
    return data.rstrip(b"\n") + b"\n"
