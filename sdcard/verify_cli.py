"""The subcommand verify of `latentpad-card`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from device.pack import PackError, VerifyReport, verify_pack
from sdcard.flash import SIGNATURE, SIGNATURE_AT
from sdcard.interrupts import EXIT_INTERRUPTED, interruptible
from sdcard.packs.layout import candidates, has_manifest
from sdcard.targets.errors import TargetError
from sdcard.targets.reach import shelf_of
from sdcard.targets.target import HELP, DiskTarget, FolderTarget, Target, parse_target
from sdcard.verify import report_json, report_text

_ZIP = b"PK"


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    verify = commands.add_parser("verify", help="check every byte of sound packs")
    verify.add_argument(
        "packs", metavar="PACK|TARGET", nargs="+",
        help=f"a pack directory or .onsp file; or, for all packs there, {HELP}",
    )  # fmt: skip
    verify.add_argument("--json", action="store_true", help="print one JSON object per pack")
    verify.add_argument(
        "--quick", action="store_true", help="check hashes and headers, do not decode the notes"
    )
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    status = 0
    try:
        with interruptible():
            for text in options.packs:
                for report in _reports(text, decode=not options.quick):
                    print(report_json(report) if options.json else report_text(report), flush=True)
                    status = status if report.is_ok else 1
    except (PackError, TargetError) as error:
        print(f"{error} [{type(error).__name__}]", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return status


def _reports(text: str, decode: bool) -> Iterator[VerifyReport]:
    target = parse_target(text)
    if _is_pack(target):
        yield verify_pack(Path(text), decode=decode)
        return
    with shelf_of(target) as shelf:
        yield from shelf.verify(decode)


def _is_pack(target: Target) -> bool:
    """Whether it is one pack, or what should be one, and not a place with packs."""
    if isinstance(target, FolderTarget):
        path = target.path
        return not path.is_dir() or has_manifest(path) or not any(candidates(path))
    return isinstance(target, DiskTarget) and not _is_disk(target.path)


def _is_disk(path: Path) -> bool:
    """A device, or the image of a disk with a partition table."""
    if path.is_block_device():
        return True
    try:
        with path.open("rb") as file:
            first = file.read(SIGNATURE_AT + len(SIGNATURE))
    except OSError:
        return False
    return first.endswith(SIGNATURE) and len(first) > SIGNATURE_AT and not first.startswith(_ZIP)
