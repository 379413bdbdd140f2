"""The subcommands `flash`, `disks` and `bmap` of latentpad-card."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from sdcard.bmap import Bmap, read_bmap
from sdcard.bmap_create import write_bmap
from sdcard.disk_checks import check_disk, described, refusals, size_text
from sdcard.disks import Disk, find_disk, list_disks
from sdcard.flash import Flash, Outcome, read_first_block, table_end
from sdcard.flash_errors import FlashError
from sdcard.flash_progress import ProgressBar
from sdcard.flash_source import Source
from sdcard.flash_target import Target
from sdcard.interrupts import EXIT_INTERRUPTED, interruptible

EXIT_FAILED = 1
BMAP_SUFFIX = ".bmap"
COMPRESSED_SUFFIXES = (".gz", ".xz", ".zst")


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three to the command line."""
    flash = commands.add_parser(
        "flash", help="write an image to a card, and prove that it is there"
    )
    flash.add_argument("image", metavar="IMAGE", type=Path, help=".img, or that as .xz, .gz, .zst")
    flash.add_argument("device", metavar="DEVICE", type=Path, help="the whole disk, as /dev/sdb")
    flash.add_argument("--bmap", metavar="FILE", type=Path, help="block map (IMAGE.bmap if there)")
    flash.add_argument("--no-bmap", action="store_true", help="write every byte of the image")
    flash.add_argument(
        "--force", metavar="NAME", help="the disk's own name (sdb): overwrite it in spite of all"
    )
    flash.set_defaults(run=_flash)
    disks = commands.add_parser("disks", help="list the cards and disks that can be written")
    disks.add_argument("--all", action="store_true", help="others too, and what speaks against")
    disks.add_argument("--json", action="store_true", help="print one JSON object per disk")
    disks.set_defaults(run=_disks)
    bmap = commands.add_parser("bmap", help="make the block map of an image")
    bmap.add_argument("image", metavar="IMAGE", type=Path, help="an .img file with holes")
    bmap.add_argument("-o", "--output", metavar="FILE", type=Path, help="default: IMAGE.bmap")
    bmap.set_defaults(run=_bmap)


def find_bmap(image: Path) -> Path | None:
    """Like bmap-tools: card.img.xz.bmap, card.img.bmap or card.bmap, the first there is."""
    plain = image.stem if image.suffix in COMPRESSED_SUFFIXES else image.name
    names = (image.name, plain, plain.removesuffix(".img"))
    paths = (image.with_name(name + BMAP_SUFFIX) for name in names)
    return next((path for path in paths if path.exists()), None)


def _flash(options: argparse.Namespace) -> int:
    bar = ProgressBar(sys.stderr)
    flash: Flash | None = None
    with interruptible():
        try:
            bmap = _bmap_of(options)
            disk = find_disk(options.device)
            check_disk(disk, _needed(options.image, bmap), options.force)
            print(f"{options.image} -> {described(disk)}", flush=True)
            with Target(disk, shared=options.force is not None) as target:
                flash = Flash(options.image, bmap, target, bar)
                outcome = flash.run()
        except FlashError as error:
            bar.end()
            return _fail(str(error), flash, options.device, EXIT_FAILED)
        except KeyboardInterrupt:
            bar.end()
            return _fail("interrupted", flash, options.device, EXIT_INTERRUPTED)
    bar.end()
    print(_summary(outcome, disk))
    return 0


def _bmap_of(options: argparse.Namespace) -> Bmap | None:
    path = options.bmap or (None if options.no_bmap else find_bmap(options.image))
    return read_bmap(path) if path else None


def _needed(image: Path, bmap: Bmap | None) -> int:
    """Bytes that a card must have, so far as an image tells before its end is reached."""
    partitions = table_end(read_first_block(image))
    if bmap is not None:
        return max(partitions, bmap.image_size)
    with Source(image) as source:
        return max(partitions, source.size or 0)


def _fail(what: str, flash: Flash | None, device: Path, code: int) -> int:
    if flash is not None and flash.is_unusable:
        what += f"\n{device} cannot be used until it is flashed again: it has no partition table"
    elif flash is not None and flash.is_whole:
        what += f"\n{device} is complete all the same"
    else:
        what += "\nnothing was written"
    print(f"latentpad-card: error: {what}", file=sys.stderr)
    return code


def _summary(outcome: Outcome, disk: Disk) -> str:
    return (
        f"{disk.path}: {size_text(outcome.image_bytes)} image,"
        f" {size_text(outcome.written_bytes)} written and read back; the card can be taken out"
    )


def _disks(options: argparse.Namespace) -> int:
    try:
        disks = list_disks()
    except FlashError as error:
        return _fail_plainly(error)
    for disk in disks if options.all else [disk for disk in disks if disk.is_removable]:
        print(_disk_json(disk) if options.json else described(disk))
    return 0


def _disk_json(disk: Disk) -> str:
    record = dataclasses.asdict(disk) | {"path": str(disk.path), "refusals": refusals(disk)}
    return json.dumps(record)


def _bmap(options: argparse.Namespace) -> int:
    output = options.output or options.image.with_name(options.image.name + BMAP_SUFFIX)
    try:
        write_bmap(options.image, output)
        mapped, size = read_bmap(output).mapped_bytes, read_bmap(output).image_size
    except FlashError as error:
        return _fail_plainly(error)
    print(f"{output}: {size_text(mapped)} of {size_text(size)} hold data")
    return 0


def _fail_plainly(error: FlashError) -> int:
    print(f"latentpad-card: error: {error}", file=sys.stderr)
    return EXIT_FAILED
