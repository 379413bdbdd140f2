"""Inside the test kernel: cards grow to the whole of their disk, some of them after a power cut.

The host's folder holds task.json: {"name of a card": [["install", "Next 1"], ...]}, which is done
to `<name>.img` once it has grown; then its packs' partition is filled up. Without cards, the disk
grows that the host watches, and nothing else is done. facts.json tells what was found.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from card_disk import CardDamagedError, Disk, run
from card_facts import Facts, do, look

from sdcard.__main__ import main as card_command

DISK = "/dev/vda"
FILLING = "filling"
CHUNK = 1 << 20


def grow(node: str) -> float:
    """`latentpad-card grow`, as at the start; its seconds."""
    begin_s = time.monotonic()
    status = card_command(["grow", "--disk", node])
    assert status == 0, f"grow of {node}: status {status}"
    return time.monotonic() - begin_s


def fill(path: Path) -> str:
    """Take all but the last MB of what is free; the hash of that."""
    digest, number = hashlib.sha256(), 0
    with path.open("wb") as file:
        while _free(path.parent) > 2 * CHUNK:
            chunk = number.to_bytes(8, "little") * (CHUNK // 8)
            file.write(chunk)
            digest.update(chunk)
            number += 1
        os.fsync(file.fileno())
    return digest.hexdigest()


def _free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def grown_and_filled(disk: Disk, again: list[list[Any]], sources: Path) -> Facts:
    """What is on a card that has grown, before and after every part of it was written to."""
    seconds = grow(disk.node)
    disk.repair()
    disk.assert_clean()
    with disk.mounted() as (data, packs):
        size = os.statvfs(packs)
        found = look(data, packs)
        for operation in again:
            do(operation, sources, data, packs)
        written = fill(packs / FILLING)
    disk.assert_clean()
    with disk.mounted() as (data, packs):
        read = hashlib.sha256((packs / FILLING).read_bytes()).hexdigest()
        assert read == written, "what was written is not what is read"
        facts = {"found": found, "after": look(data, packs), "seconds": seconds}
    return facts | {"bytes": size.f_blocks * size.f_frsize}


def main() -> None:
    """Of each card, or of the disk."""
    share = Path(sys.argv[1])
    sources, task = share / "sources", json.loads((share / "task.json").read_text())
    facts: dict[str, Facts] = {}
    if not task:
        Disk(DISK).mark("ready")
        facts = {"disk": {"seconds": grow(DISK)}}
    for name, again in task.items():
        node = run("losetup", "--find", "--show", "--partscan", str(share / f"{name}.img")).strip()
        try:
            facts[name] = grown_and_filled(Disk(node), again, sources)
        except (CardDamagedError, AssertionError, OSError) as error:
            facts[name] = {"failed": f"{type(error).__name__}: {error}"}
        finally:
            run("losetup", "--detach", node)
    (share / "facts.json").write_text(json.dumps(facts))


if __name__ == "__main__":
    main()
