"""The subcommands install, list and remove of `latentpad-card`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from device.pack import PackError
from sdcard.interrupts import EXIT_INTERRUPTED, interruptible
from sdcard.packs.facts import OK, STATE, Facts
from sdcard.packs.reports import JsonReport, Report, SpokenReport
from sdcard.targets.errors import TargetError
from sdcard.targets.reach import shelf_of
from sdcard.targets.target import HELP, parse_target

_ERRORS = (PackError, TargetError)


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three subcommands."""
    one = commands.add_parser("install", help="put a sound pack on a card or an instrument")
    one.add_argument("pack", metavar="PACK", type=Path, help="a pack directory or .onsp file")
    _add_target(one)
    one.add_argument(
        "--progress", choices=("bar", "json"), default="bar", help="json: lines for a program"
    )
    one.set_defaults(run=_install)
    one = commands.add_parser("list", help="list the sound packs of a card or an instrument")
    _add_target(one)
    one.add_argument("--json", action="store_true", help="print one JSON list")
    one.set_defaults(run=_list)
    one = commands.add_parser("remove", help="take a sound pack off a card or an instrument")
    one.add_argument("pack", metavar="NAME|ID", help="its name, id or file name")
    _add_target(one)
    one.set_defaults(run=_remove)


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", metavar="TARGET", type=parse_target, help=HELP)


def _install(options: argparse.Namespace) -> int:
    report: Report = SpokenReport(options.target)
    if options.progress == "json":
        report = JsonReport(sys.stdout)
    try:
        with interruptible(), shelf_of(options.target) as shelf:
            done = shelf.install(options.pack, report.begin, report.add)
    except _ERRORS as error:
        report.failed(error)
        return 1
    except KeyboardInterrupt:
        report.stopped()
        return EXIT_INTERRUPTED
    report.done(done)
    return 0


def _failed(error: Exception) -> int:
    print(f"{error} [{type(error).__name__}]", file=sys.stderr)
    return 1


def _list(options: argparse.Namespace) -> int:
    """The exit status is 1 if one of the packs cannot be played."""
    try:
        with interruptible(), shelf_of(options.target) as shelf:
            found = shelf.facts()
    except _ERRORS as error:
        return _failed(error)
    if options.json:
        print(json.dumps(found, indent=1))
    elif not found:
        print(f"no sound pack in {options.target}")
    else:
        _print_table(found)
    return 1 if any(facts[STATE] != OK for facts in found) else 0


def _print_table(found: list[Facts]) -> None:
    rows = [tuple(found[0]), *(tuple(map(str, facts.values())) for facts in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [text.ljust(width) for text, width in zip(row[:-1], widths, strict=True)]
        line = "  ".join([*cells, row[-1]])
        print(line.encode("utf-8", "backslashreplace").decode("utf-8"))


def _remove(options: argparse.Namespace) -> int:
    try:
        with interruptible(), shelf_of(options.target) as shelf:
            done = shelf.remove(options.pack)
    except _ERRORS as error:
        return _failed(error)
    except KeyboardInterrupt:
        print("stopped; the next install takes away what is left", file=sys.stderr)
        return EXIT_INTERRUPTED
    rest = "" if done.is_emptied else f"; {done.path} still holds other files"
    print(f"{done.name} removed{rest}")
    return 0
