"""How fast a pack gets onto a card's vfat; the time is told, not judged: it is the machine's."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from card_making import make_card
from card_packs import make_pack
from card_rig import Rig

from sdcard.image.fat_format import CARD_SHAPE

LEAST_BYTES = 10_000_000


def test_an_install_of_many_megabytes(rig: Rig, packs: ModuleType, tmp_path: Path) -> None:
    make_card(tmp_path / "card.img", CARD_SHAPE)
    pack = tmp_path / "sources" / "Big 1"
    make_pack(packs, pack, range(40, 52), seconds=50)
    size = sum(path.stat().st_size for path in pack.rglob("*.cell"))
    assert size > LEAST_BYTES
    facts = rig.look_at({"card": [["install", "Big 1"]]})["card"]
    assert facts["after"]["packs"] == [["Big", 1]], facts
    took_s = facts["seconds"]
    print(f"{size / 1e6:.0f} MB in {took_s:.2f} s: {size / 1e6 / took_s:.0f} MB/s")
