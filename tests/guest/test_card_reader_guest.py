"""Cards in a USB reader and image files, with real vfat: the tests of inside/card_reader.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from card_making import copy, make_card
from card_packs import make_pack
from card_rig import Rig


def test_all_tests_of_the_card_reader_pass_inside(
    tmp_path: Path, rig: Rig, packs: ModuleType, run_in_guest: Callable[..., str]
) -> None:
    make_card(tmp_path / "card.img")
    rig.work(tmp_path / "card.img", [["install", "Next 1"]])
    copy(tmp_path / "card.img", tmp_path / "other.img")
    make_pack(packs, tmp_path / "sources" / "Big 1", range(40, 44), seconds=50)
    printed = run_in_guest("tests/guest/inside/run.py", tmp_path, PART="card_reader")
    print(printed)
    assert " passed" in printed.splitlines()[-1], printed
