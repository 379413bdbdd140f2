"""A pack that is open for playing gives back its files at once when it is left."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.deck import Deck, open_deck
from device.engine.mixer import Mixer
from device.pack.errors import PackNotFoundError
from device.settings import Settings


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def no_garbage_search() -> Iterator[None]:
    """Files must not wait for a search for garbage, which hardly ever comes while it plays."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("background", [False, True])
def test_no_file_stays_open(no_garbage_search: None, test_pack: Path, background: bool) -> None:
    mixer = Mixer(48000)
    before = open_files()
    deck: Deck | None = open_deck(test_pack, mixer, Settings(), background=background)
    assert deck is not None
    while deck.loader.work():
        pass
    assert open_files() > before
    deck.close()
    deck = None
    assert open_files() == before


def test_what_is_no_pack_leaves_nothing_open(no_garbage_search: None, tmp_path: Path) -> None:
    before = open_files()
    with pytest.raises(PackNotFoundError):
        open_deck(tmp_path / "nothing", Mixer(48000), Settings())
    assert open_files() == before
