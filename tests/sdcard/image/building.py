"""Builds images of small bases in tests, with changes of every kind, and takes them apart again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sdcard.image.build import build
from sdcard.image.changes import (
    BaseFiles,
    Changes,
    Delete,
    MakeDirectory,
    PutFile,
    Symlink,
)
from sdcard.image.fat_format import FatShape
from sdcard.image.imager_manifest import Digests
from sdcard.image.layout import BOOT, PACKS, ROOT, partuuid
from sdcard.image.prepare import Facts
from sdcard.image.recipe import MIB, Recipe
from sdcard.image.report import Report

SMALL = FatShape(cluster_sectors=1, reserved_sectors=32, fat_sectors=2048)
"""A volume of packs that can have 128 MiB instead of 256 GB."""
LAPTOP_KEY = b"ssh-ed25519 AAAA a key\n"


@dataclass
class Asked:
    """Changes like those of the real system, and what was asked for them with."""

    facts: list[Facts] = field(default_factory=list)
    more: tuple[PutFile, ...] = ()

    def __call__(self, root: BaseFiles, boot: BaseFiles, facts: Facts) -> Changes:
        """What build() calls."""
        self.facts.append(facts)
        cmdline = boot.read("/cmdline.txt").decode().split()
        words = [word for word in cmdline if not word.startswith(("console=serial", "root="))]
        words.append(f"root=PARTUUID={partuuid(facts.disk_id, ROOT)}")
        fstab = "".join(
            f"PARTUUID={partuuid(facts.disk_id, place)} {place.mount} auto defaults 0 0\n"
            for place in (BOOT, ROOT, PACKS)
        )
        return Changes(
            root=(
                PutFile("/etc/fstab", fstab.encode()),
                PutFile("/opt/latentpad/bin/run", b"#!/bin/sh\n", 0o755),
                PutFile("/opt/latentpad/lib/library.so", bytes(range(256)) * 20_000),
                MakeDirectory("/packs", 0o755, 990, 990),
                MakeDirectory("/data"),
                Symlink("/etc/localtime", "/usr/share/zoneinfo/UTC"),
                Delete("/home/pi"),
                *self.more,
            ),
            boot=(
                PutFile("/cmdline.txt", (" ".join(words) + "\n").encode()),
                PutFile("/latentpad/authorized_keys", LAPTOP_KEY),
                Delete("/issue.txt"),
            ),
            state=(
                MakeDirectory("/latentpad", 0o755, 990, 990),
                PutFile("/latentpad/settings.toml", b'board = "onss"\n', 0o644, 990, 990),
                MakeDirectory("/ssh", 0o700),
            ),
        )


def recipe(base: Path, output: Path, packs: Sequence[Path] = (), **wishes: object) -> Recipe:
    """A small image."""
    small = {"state_bytes": 144 * MIB, "root_free_bytes": 8 * MIB, "shape": SMALL}
    return Recipe(base, tuple(packs), output, **{**small, **wishes})  # type: ignore[arg-type]


def make(one: Recipe, asked: Asked | None = None) -> tuple[Digests, str]:
    """Build; the digests, and what was said."""
    told = io.StringIO()
    return build(one, asked or Asked(), Report(told)), told.getvalue()
