"""Runs debugfs on an ext4 file system in a file: one script at a time, no complaint overlooked.

debugfs ends with status 0 whatever happened; that something went wrong shows only in what it says.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sdcard.image.errors import ChangeRefusedError, Ext4Error
from sdcard.image.programs import run

BANNER = re.compile(r"debugfs \d")
MOST_COMPLAINTS = 5  # that are told
FORBIDDEN = re.compile(r"[\x00-\x1f]|^<.*>$")  # the latter would be the number of an inode


class Debugfs:
    """One file system; `time_s` is what new inodes get for all their times."""

    def __init__(self, volume: Path, time_s: int) -> None:
        self.volume, self._time_s = volume.resolve(), time_s

    def content(self, path: str) -> bytes:
        """All bytes of a file; raises Ext4Error."""
        return self._checked("-R", f"cat {quoted(path)}", str(self.volume))

    def read(self, commands: Sequence[str]) -> list[bytes]:
        """The output of each of some commands that change nothing; raises Ext4Error."""
        output = self._script([], commands, None)
        parts = re.split(rb"^debugfs: .*\n", output, flags=re.MULTILINE)[1:]
        if len(parts) != len(commands):
            raise Ext4Error(f"{self.volume}: {len(parts)} answers to {len(commands)} questions")
        return parts

    def write(self, commands: Sequence[str], folder: Path) -> None:
        """Run commands that change things, in a folder of this machine; raises Ext4Error."""
        self._script(["-w"], commands, folder)

    def _script(self, options: list[str], commands: Sequence[str], folder: Path | None) -> bytes:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as script:
            script.writelines(f"{command}\n" for command in commands)
            script.flush()
            return self._checked(*options, "-f", script.name, str(self.volume), folder=folder)

    def _checked(self, *arguments: str, folder: Path | None = None) -> bytes:
        output, errors = run("debugfs", *arguments, time_s=self._time_s, folder=folder)
        complaints = [line for line in errors.splitlines() if line and not BANNER.match(line)]
        if complaints:
            more = f" (and {len(complaints) - MOST_COMPLAINTS} more)"
            raise Ext4Error(
                f"{self.volume}: {'; '.join(complaints[:MOST_COMPLAINTS])}"
                f"{more if len(complaints) > MOST_COMPLAINTS else ''}"
            )
        return output


def quoted(word: str) -> str:
    """A path or name as debugfs reads it; raises ChangeRefusedError for what it cannot be told."""
    if FORBIDDEN.search(word):
        raise ChangeRefusedError(f"{word!r}: control characters and <...> cannot be in a path here")
    return '"' + word.replace('"', '""') + '"'
