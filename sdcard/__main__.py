"""The command `latentpad-card`: one subcommand per thing one does with packs and cards."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from device.pack import verify_pack
from sdcard import export, flash_cli, import_command
from sdcard.packs import cli as packs_cli
from sdcard.verify import report_json, report_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; the exit status is 0 if all is well, 1 if not, 2 for a wrong call."""
    options = _parser().parse_args(arguments)
    status: int = options.run(options)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="latentpad-card", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_verify(commands)
    flash_cli.add_parser(commands)
    packs_cli.add_parser(commands)
    export.add_parser(commands)
    import_command.add_parser(commands)
    return parser


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verify = commands.add_parser("verify", help="check every byte of sound packs")
    verify.add_argument(
        "packs", metavar="PACK", nargs="+", type=Path, help="a pack directory or .onsp file"
    )
    verify.add_argument("--json", action="store_true", help="print one JSON object per pack")
    verify.add_argument(
        "--quick", action="store_true", help="check hashes and headers, do not decode the notes"
    )
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    status = 0
    for path in options.packs:
        report = verify_pack(path, decode=not options.quick)
        print(report_json(report) if options.json else report_text(report), flush=True)
        status = status if report.is_ok else 1
    return status


if __name__ == "__main__":
    sys.exit(main())
