"""The Debian base: the same packages make the same bytes."""

from __future__ import annotations

import filecmp
from collections.abc import Callable
from pathlib import Path

import pytest

from sdcard.image.base_debian import debian_base
from sdcard.system.environment.ingredients import cache_folder

Step = Callable[[str], None]
ARCHITECTURE = "amd64"  # the quicker one here; the steps are the same


def test_it_can_be_made_again(tmp_path: Path, step: Step) -> None:
    first = debian_base(cache_folder(), step, architecture=ARCHITECTURE)
    step("making a base once more, to compare")
    second = debian_base(tmp_path, step, architecture=ARCHITECTURE)
    assert second.name == first.name
    lists = [image.with_suffix(".packages").read_text() for image in (first, second)]
    if lists[0] != lists[1]:
        pytest.skip("the archive has newer packages than the base in the cache")
    assert filecmp.cmp(first, second, shallow=False)
