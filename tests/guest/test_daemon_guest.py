"""The whole instrument on the kernel's drivers: the tests of inside/daemon.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


def mirrored(manifest: dict[str, Any]) -> dict[str, Any]:
    """The second combination sounds at each place as the first one does at the opposite place."""
    second = manifest["combinations"][1]
    second["cells"] = [row[::-1] for row in second["cells"][::-1]]
    return manifest


def test_the_instrument_plays_on_kernel_drivers(
    tmp_path: Path, run_in_guest: Callable[..., str], packs: ModuleType
) -> None:
    pack = tmp_path / "pack"
    packs.make_test_pack(pack, instruments_per_corner=2, pitches=(48, 60, 72, 84))
    packs.edit_manifest(pack, mirrored)
    printed = run_in_guest("tests/guest/inside/run.py", tmp_path, PART="daemon")
    print(printed)
    assert " passed" in printed.splitlines()[-1], printed
