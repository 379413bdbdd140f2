"""A card whose partition for settings and patches is damaged: mended if it can be, else played."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from imagetier.card import STATE, Card
from imagetier.cutting import READY_S, UNTIL_READY
from imagetier.machine import RaspberryPi
from imagetier.preparation import OUTPUT, set_value

from device.start import FORGETS, NO_STATE

Step = Callable[[str], None]
SUPERBLOCK = 64 << 10  # and what describes the groups of blocks
LOOKS = {
    "system": "systemctl is-system-running --wait || true",
    "failed": "systemctl --failed --plain --no-legend | cut -d' ' -f1",
    "kind": "findmnt -no FSTYPE /data",
    "settings": "cat /var/lib/latentpad/settings.toml",
    "forgets": f"test -e {NO_STATE} && echo yes || echo no",
    "journal": "journalctl -b -u latentpad --no-pager -o cat",
    "owner": "stat -c %U:%G /var/lib/latentpad/settings.toml",
}


def overwritten(card: Card, path: Path, size: int) -> Card:
    """A copy of a card, the beginning of whose third partition holds nothing that makes sense."""
    copy = card.copy(path)
    set_value(copy, "board", "web")  # the start would wait long for the parts that are not there
    with copy.path.open("r+b") as file:
        file.seek(copy.offset(STATE))
        file.write(b"\xa5" * min(size, copy.size(STATE)))
    return copy


def started(card: Card) -> dict[str, str]:
    """What is seen once it plays."""
    with RaspberryPi(card) as pi:
        shell = pi.boot()
        shell.run(UNTIL_READY, READY_S)
        seen = {name: shell.run(command, READY_S).strip() for name, command in LOOKS.items()}
        pi.power_off()
    card.path.unlink()
    return seen


def test_a_damaged_superblock_is_repaired(card: Card, tmp_path: Path, step: Step) -> None:
    step("starting a card without the superblock of its state")
    seen = started(overwritten(card, tmp_path / "card.img", SUPERBLOCK))
    assert seen["kind"] == "ext4", json.dumps(seen, indent=1)
    assert (seen["system"], seen["failed"], seen["forgets"]) == ("running", "", "no")
    assert OUTPUT in seen["settings"]
    assert "playing Alpha" in seen["journal"]


def test_one_that_cannot_be_repaired_does_not_end_the_music(
    card: Card, tmp_path: Path, step: Step
) -> None:
    step("starting a card without its state")
    seen = started(overwritten(card, tmp_path / "card.img", card.size(STATE)))
    assert seen["kind"] == "tmpfs", json.dumps(seen, indent=1)
    assert (seen["system"], seen["failed"], seen["forgets"]) == ("running", "", "yes")
    assert seen["owner"] == "latentpad:latentpad"
    assert "playing Alpha" in seen["journal"]
    assert f"saving: {FORGETS}" in seen["journal"]
