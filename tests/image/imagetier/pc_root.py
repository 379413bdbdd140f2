"""The same system for this machine's own processor, as folders: what a container boots at once.

Nothing is emulated in it, so it is quick. It is made as any image is, of the Debian base for amd64,
and taken apart again.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imagetier.card import ROOT, STATE, Card
from sdcard.image import base_debian, image_system
from sdcard.image.build import build
from sdcard.image.recipe import Recipe
from sdcard.image.report import Report
from sdcard.system.environment.ingredients import cache_folder

ARCHITECTURE = "amd64"


@dataclass(frozen=True)
class Folders:
    """What is mounted where in the container, and the base of it all."""

    root: Path
    state: Path
    packs: Path
    base: Path  # the base's image


def make_folders(pack: Path, folder: Path, step: Callable[[str], None]) -> Folders:
    """Build an image with one pack into `folder`, and unpack its partitions there."""
    base = base_debian.debian_base(cache_folder(), step, architecture=ARCHITECTURE)
    step("building the same for this machine's processor, and taking it apart")
    image = folder / "pc.img"
    recipe = Recipe(base, (pack,), image, architecture=ARCHITECTURE)
    build(recipe, image_system.customise(_no_wishes(), Report(io.StringIO())), Report(sys.stderr))
    card = Card(image)
    found = Folders(folder / "root", folder / "state", folder / "packs", base)
    for place, target in ((ROOT, found.root), (STATE, found.state)):
        target.mkdir()
        card.debugfs(place, f"rdump / {target}")
    card.packs(found.packs)
    _give(found.packs, found.root)
    image.unlink()
    return found


def _no_wishes() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    image_system.add_arguments(parser)
    return parser.parse_args([])


def _give(packs: Path, root: Path) -> None:
    """To the instrument's user, as the mount of the FAT partition does."""
    lines = (root / "etc/passwd").read_text().splitlines()
    user = next(line.split(":") for line in lines if line.startswith("latentpad:"))
    subprocess.run(["chown", "-R", f"{user[2]}:{user[3]}", packs], check=True)
