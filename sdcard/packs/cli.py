"""The subcommands install, list and remove of `latentpad-card`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from device.pack import PackError
from sdcard.packs.install import install
from sdcard.packs.inventory import Entry, entries
from sdcard.packs.progress import Progress
from sdcard.packs.remove import remove


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three subcommands."""
    one = commands.add_parser("install", help="put a sound pack on a mounted card")
    one.add_argument("pack", metavar="PACK", type=Path, help="a pack directory or .onsp file")
    _add_target(one)
    one.set_defaults(run=_install)
    one = commands.add_parser("list", help="list the sound packs of a mounted card")
    _add_target(one)
    one.add_argument("--json", action="store_true", help="print one JSON list")
    one.set_defaults(run=_list)
    one = commands.add_parser("remove", help="take a sound pack off a mounted card")
    one.add_argument("pack", metavar="NAME|ID", help="its name, id or file name")
    _add_target(one)
    one.set_defaults(run=_remove)


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", metavar="TARGET", type=Path, help="the folder of packs on a mounted card"
    )


def _install(options: argparse.Namespace) -> int:
    progress = Progress(sys.stderr)
    try:
        done = install(options.pack, options.target, on_total=progress.begin, on_bytes=progress.add)
    except PackError as error:
        return _failed(progress, error)
    except KeyboardInterrupt:
        progress.end()
        print("stopped; the packs on the card are as they were", file=sys.stderr)
        return 130
    progress.end()
    shared = f", {done.shared_bytes / 1e6:.1f} MB were there" if done.shared_bytes else ""
    print(f"{done.name}: {done.written_bytes / 1e6:.1f} MB written{shared}; it is {done.path}")
    return 0


def _failed(progress: Progress | None, error: PackError) -> int:
    if progress is not None:
        progress.end()
    print(f"{error} [{type(error).__name__}]", file=sys.stderr)
    return 1


def _list(options: argparse.Namespace) -> int:
    """The exit status is 1 if one of the packs cannot be played."""
    try:
        found = entries(options.target)
    except PackError as error:
        return _failed(None, error)
    if options.json:
        print(json.dumps([_facts(entry) for entry in found], indent=1))
    elif not found:
        print(f"no sound pack in {options.target}")
    else:
        _print_table([tuple(map(str, _facts(entry).values())) for entry in found])
    return 1 if any(entry.trouble for entry in found) else 0


def _facts(entry: Entry) -> dict[str, object]:
    """One pack, for a program or a row of the table."""
    manifest = entry.manifest
    pitches = list(manifest.pitches) if manifest else []
    return {
        "name": entry.name,
        "file": entry.path.name,
        "id": manifest.pack_id if manifest else "-",
        "MB": round(entry.size_bytes / 1e6, 1),
        "combinations": len(manifest.combinations) if manifest else 0,
        "pitches": f"{len(pitches)} ({pitches[0]}-{pitches[-1]})" if pitches else "-",
        "state": entry.trouble or "ok",
    }


def _print_table(rows: list[tuple[str, ...]]) -> None:
    head = ("name", "file", "id", "MB", "combinations", "pitches", "state")
    table = [head, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(head) - 1)]
    for row in table:
        cells = [text.ljust(width) for text, width in zip(row[:-1], widths, strict=True)]
        line = "  ".join([*cells, row[-1]])
        print(line.encode("utf-8", "backslashreplace").decode("utf-8"))


def _remove(options: argparse.Namespace) -> int:
    try:
        done = remove(options.pack, options.target)
    except PackError as error:
        return _failed(None, error)
    except KeyboardInterrupt:
        print("stopped; the next install takes away what is left", file=sys.stderr)
        return 130
    rest = "" if done.is_emptied else f"; {done.path} still holds other files"
    print(f"{done.name} removed{rest}")
    return 0
