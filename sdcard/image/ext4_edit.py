"""Changes an ext4 file system in a file by debugfs: what is not changed stays as it is."""

from __future__ import annotations

import posixpath
import tempfile
from collections.abc import Iterable
from pathlib import Path

from sdcard.image.changes import Change
from sdcard.image.errors import Ext4Error
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_plan import Ext4Plan
from sdcard.image.ext4_tree import Ext4Tree


def edit(debugfs: Debugfs, changes: Iterable[Change]) -> None:
    """Make changes, in one go, and look at what was made.

    Raises ChangeRefusedError before anything is changed, Ext4Error if one was not made.
    """
    with tempfile.TemporaryDirectory(prefix="latentpad-") as folder:
        plan = Ext4Plan(debugfs, Path(folder))
        for change in changes:
            plan.add(change)
        if plan.commands:
            debugfs.write(plan.commands, Path(folder))
            _check(debugfs, plan)


def _check(debugfs: Debugfs, plan: Ext4Plan) -> None:
    """Names, kinds, modes, owners and sizes are as planned in all directories that were touched."""
    after = Ext4Tree(debugfs)
    after.load(sorted(plan.touched))
    for folder in sorted(plan.touched):
        wanted, found = plan.tree.entries(folder), after.entries(folder)
        for name in sorted(wanted.keys() | found.keys()):
            if wanted.get(name) != found.get(name):
                raise Ext4Error(
                    f"{debugfs.volume}: {posixpath.join(folder, name)} is {found.get(name)},"
                    f" not {wanted.get(name)}"
                )
