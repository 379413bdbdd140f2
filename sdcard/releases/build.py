"""Builds what a release consists of, for instruments whose cards were made of some base."""

from __future__ import annotations

from pathlib import Path

from sdcard.image.base_image import open_base
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree
from sdcard.system.environment import Ingredients, build_environment, platform_of
from sdcard.system.environment.platform import dpkg_status


def build_for(base: Path, work: Path, ingredients: Ingredients) -> Path:
    """A folder below `work` with the environment. Raises ImageError.

    The base tells processor, Python, and which libraries its cards have already.
    """
    ingredients.report(f"reading {base}")
    volumes = open_base(base, work, lambda done, fraction: None)
    debugfs = Debugfs(volumes.root, volumes.time_s)
    root = Ext4Files(Ext4Tree(debugfs), debugfs)
    environment = work / "environment"
    build_environment(environment, platform_of(root), dpkg_status(root), ingredients)
    return environment
