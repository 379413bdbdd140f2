"""Repairs a FAT volume that was pulled out while it was written, before anybody mounts it.

One pass of fsck.fat may leave what only the next one mends, and Linux lets nobody write on a volume
with such a fault once it has come across it. So it is repeated until there is nothing left, as the
instrument itself does at its start.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from sdcard.image.errors import ProgramMissingError
from sdcard.image.programs import environment, found_program
from sdcard.targets.errors import MountError

MOST_PASSES = 6
CLEAN, REPAIRED = 0, 1  # exit status, fsck.fat(8)


def repair_fat(node: Path) -> None:
    """Mend the volume on a partition's node, which nobody has mounted; raises MountError.

    A machine without fsck.fat leaves that to the instrument's next start.
    """
    try:
        program = found_program("fsck.fat")
    except ProgramMissingError:
        return
    for _ in range(MOST_PASSES):
        done = subprocess.run(
            [program, "-a", str(node)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, start_new_session=True, env=environment(0),
        )  # fmt: skip
        if done.returncode == CLEAN:
            return
        if done.returncode != REPAIRED:
            break
    said = " ".join((done.stdout + done.stderr).split())[-500:]
    raise MountError(f"{node}: fsck.fat cannot repair it (exit status {done.returncode}): {said}")
