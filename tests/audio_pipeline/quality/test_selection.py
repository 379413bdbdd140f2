"""Which part of a pack is measured, and that it is said."""

from __future__ import annotations

from types import ModuleType

import pytest

from audio_pipeline.errors import SettingsError
from audio_pipeline.quality.selection import choose, selection_words
from device.pack import Manifest


@pytest.fixture(scope="module")
def manifest(packs: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    path = tmp_path_factory.mktemp("selection") / "pack"
    made: Manifest = packs.make_test_pack(
        path, pitches=range(40, 48), columns=2, rows=2, instruments_per_corner=6, seconds=0.2
    )
    return made


def test_a_few_of_each_by_default(manifest: Manifest) -> None:
    selection = choose(manifest, None, None)
    assert selection.pitches == (40, 42, 44, 45, 47)
    assert selection.combinations == (0, 2, 3, 5)
    assert selection_words(selection, manifest).startswith("4 of 6 combinations, 5 of 8 pitches")


def test_all_or_what_is_asked_for(manifest: Manifest) -> None:
    everything = choose(manifest, "all", "all")
    assert (len(everything.pitches), len(everything.combinations)) == (8, 6)
    some = choose(manifest, "41,44", "1")
    assert (some.pitches, some.combinations) == ((41, 44), (3,))


@pytest.mark.parametrize(("pitches", "combinations"), [("99", None), ("x", None), (None, "0")])
def test_wrong_choices(manifest: Manifest, pitches: str | None, combinations: str | None) -> None:
    with pytest.raises(SettingsError):
        choose(manifest, pitches, combinations)
