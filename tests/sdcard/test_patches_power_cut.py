"""The patches outlive a power cut on a card without a journal too."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from device.patches import Patch, PatchStore


def make_patch(name: str) -> Patch:
    instruments = ("brass", "flute", "marimba", "voice")
    return Patch(name, "pack-1", instruments, (0.0, 0.25, 0.5, 1.0, 0.75, 0.9), 0.125, 1.0)


@pytest.mark.parametrize("saves_before", [0, 1, 3])
def test_a_cut_at_any_moment_of_three_saves(
    saves_before: int, power_cut: ModuleType, tmp_path: Path
) -> None:
    card = tmp_path / "card"
    card.mkdir()
    store = PatchStore(card / "patches.json")
    for number in range(saves_before):
        store.save(number, make_patch(f"{number}"))
    good = [store.patches()]
    recorded = power_cut.Card(card)
    with recorded.recording():
        for number in range(10, 13):
            store.save(number, make_patch(f"{number}"))
            good.append(store.patches())
    states = recorded.states(chances=20)
    assert states[-1] == power_cut.tree_of(card)
    assert len(states) > 20
    for number, state in enumerate(recorded.final_states()):
        done = power_cut.lay_out(state, tmp_path / f"done-{number}")
        assert PatchStore(done / "patches.json").patches() == store.patches()
    for number, state in enumerate(states):
        found = PatchStore(power_cut.lay_out(state, tmp_path / f"cut-{number}") / "patches.json")
        assert found.patches() in good, (number, state)
