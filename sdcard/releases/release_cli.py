"""The subcommand release of `latentpad-card`: makes the file that instruments are updated with."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from sdcard.disk_checks import size_text
from sdcard.image.errors import ImageError
from sdcard.interrupts import EXIT_INTERRUPTED, interruptible
from sdcard.packs.progress import Progress
from sdcard.releases.build import build_for
from sdcard.releases.describe import describe
from sdcard.releases.errors import ReleaseError, ReleaseWriteError
from sdcard.releases.model import Manifest
from sdcard.releases.release_file import write_release
from sdcard.system.environment import Ingredients
from sdcard.system.environment.ingredients import cache_folder

EXIT_FAILED = 1


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add it to the command line."""
    one = commands.add_parser("release", help="make a release, to update instruments with")
    source = one.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--base", metavar="IMAGE", type=Path,
        help="the operating system's image that the instruments' cards were made of: build for it",
    )  # fmt: skip
    source.add_argument(
        "--environment", metavar="FOLDER", type=Path, help="what was built for a card already"
    )
    one.add_argument(
        "-o", "--output", metavar="FILE", type=Path,
        help="default: latentpad-VERSION-MACHINE-pyNN.release",
    )  # fmt: skip
    one.add_argument("--wheels", metavar="FOLDER", type=Path, help="Python packages for the card")
    one.add_argument("--debs", metavar="FOLDER", type=Path, help="Debian packages for the card")
    one.add_argument(
        "--cache", metavar="FOLDER", type=Path, default=cache_folder(), help="for downloads"
    )
    one.set_defaults(run=_release)


def _release(options: argparse.Namespace) -> int:
    try:
        with interruptible(), tempfile.TemporaryDirectory(prefix="latentpad-release-") as work:
            output, manifest = _make(options, Path(work))
    except (ReleaseError, ImageError) as error:
        print(f"latentpad-card: error: {error} [{type(error).__name__}]", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print("stopped; no release was written", file=sys.stderr)
        return EXIT_INTERRUPTED
    print(
        f"{output}: release {manifest.version} for {manifest.machine}, {len(manifest.files)} files,"
        f" {size_text(manifest.total_bytes)}, packed {size_text(output.stat().st_size)}"
    )
    return 0


def _make(options: argparse.Namespace, work: Path) -> tuple[Path, Manifest]:
    environment = options.environment
    if environment is None:
        ingredients = Ingredients(options.wheels, options.debs, options.cache, _tell)
        environment = build_for(options.base, work, ingredients)
    manifest = describe(environment)
    output = options.output or Path(manifest.file_name)
    if not output.parent.is_dir():
        raise ReleaseWriteError(f"{output}: there is no folder {output.parent}")
    progress = Progress(sys.stderr)
    progress.begin(manifest.total_bytes)
    write_release(environment, manifest, output, progress.add)
    progress.end()
    return output, manifest


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
