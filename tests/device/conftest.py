"""Fixtures of the player's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import mido
import pytest

from device.settings import Settings

MakeWorld = Callable[..., Any]
NoteTuple = tuple[float, float, int, int]  # start_s, length_s, note, velocity


@pytest.fixture(scope="session")
def world_module(load_module: Callable[[Path], ModuleType]) -> ModuleType:
    """The module of the instrument in simulated time (tests/device/world.py)."""
    return load_module(Path(__file__).with_name("world.py"))


@pytest.fixture(scope="session")
def two_packs(
    make_test_pack: Callable[..., object],
    packs: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A folder of two small packs, "Alpha" of two instruments per corner and "Beta" of one."""
    folder = tmp_path_factory.mktemp("shelf")
    make_test_pack(folder / "alpha", name="Alpha", instruments_per_corner=2)
    make_test_pack(folder / "beta", name="Beta")
    other_id = "11111111-2222-4333-8444-555555555555"
    packs.edit_manifest(folder / "beta", lambda document: packs.altered(document, ["id"], other_id))
    return folder


@pytest.fixture
def make_world(world_module: ModuleType, two_packs: Path, tmp_path: Path) -> Iterator[MakeWorld]:
    """Makes instruments in simulated time that have the two packs, and closes them."""
    made: list[Any] = []

    def make(
        packs: Path = two_packs,
        settings: Settings | None = None,
        **more: object,
    ) -> Any:  # noqa: ANN401
        made.append(world_module.World(tmp_path, packs, settings, **more))
        return made[-1]

    yield make
    for world in made:
        world.close()


@pytest.fixture
def write_song(tmp_path: Path) -> Callable[[list[NoteTuple]], Path]:
    """Writes notes (start_s, length_s, note, velocity) as a MIDI file of 1 ms ticks."""

    def write(notes: list[NoteTuple]) -> Path:
        timed = []
        for start_s, length_s, note, velocity in notes:
            timed.append((start_s, mido.Message("note_on", note=note, velocity=velocity)))
            timed.append((start_s + length_s, mido.Message("note_off", note=note)))
        track, now = mido.MidiTrack(), 0
        for seconds, message in sorted(timed, key=lambda item: item[0]):
            track.append(message.copy(time=round(seconds * 1000) - now))
            now = round(seconds * 1000)
        path = tmp_path / "song.mid"
        mido.MidiFile(type=0, ticks_per_beat=500, tracks=[track]).save(path)
        return path

    return write


@pytest.fixture
def world(make_world: MakeWorld) -> Any:  # noqa: ANN401 (a module of tests has no name to import)
    """An instrument in simulated time that has started, its self-test over."""
    made = make_world()
    made.run(0.5)
    return made
