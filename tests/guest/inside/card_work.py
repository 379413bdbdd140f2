"""Inside the test kernel: does what the host asks for to a card, and marks each thing done.

The host's folder holds task.json: {"first": [["install", "Next 1"], ...] or null, "then": [...],
"is_careless": false}. Unless `first` is null, the card is started as after a power cut, and
facts.json tells what was found. The host may cut the power at any moment of `then`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from card_disk import Disk
from card_facts import after_a_cut, do

from sdcard.packs import durable

DISK = "/dev/vda"


def be_careless() -> None:
    """From now on nothing is made durable: what must never happen."""
    os.fsync = lambda descriptor: None
    durable._sync_file_system = lambda directory: None


def tell(path: Path, facts: object) -> None:
    """Write what the host must read even if the power is cut right after."""
    with path.open("w") as file:
        json.dump(facts, file)
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    """All operations in turn."""
    share = Path(sys.argv[1])
    sources, task = share / "sources", json.loads((share / "task.json").read_text())
    disk = Disk(DISK)
    if task["first"] is not None:
        tell(share / "facts.json", after_a_cut(disk, task["first"], sources))
    if task["is_careless"]:
        be_careless()
    disk.mark("ready")
    with disk.mounted() as (data, packs):
        for number, operation in enumerate(task["then"]):
            do(operation, sources, data, packs)
            disk.mark(f"done {number}")
    disk.mark("off")


if __name__ == "__main__":
    main()
