"""Ten minutes of everything at once: nothing breaks, no note hangs on, and all is as new after.

LATENTPAD_CHAOS_SEEDS=20 plays twenty different times ten minutes, "7-9" those of seeds 7 to 9.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine.errors import StreamError
from device.engine.steady import SteadyStream
from device.events import (
    ChannelSelected,
    InstrumentSelected,
    PackSelected,
    PageTurned,
    ParameterSet,
)
from device.pack.atomic import write_atomic
from device.parameters import RELEASE
from device.settings import AudioSettings, PanelSettings, PlayingSettings, Settings
from device.view import StatusView, View
from hardware.sim.instrument import USUAL_TURNS

World = Any  # tests/device/world.py
ROUNDS, ROUND_S = 15, 40  # with a rest after each
RATE_HZ = 8000
MAX_VOICES = 12
SETTINGS = Settings(
    audio=AudioSettings(rate_hz=RATE_HZ),
    playing=PlayingSettings(max_voices=MAX_VOICES, row_cache_mb=16),
    panel=PanelSettings(poll_hz=100, display_hz=5, page_s=0.5),
)
LONGEST_RELEASE_S = 25.0
QUIET = 1e-4


def seeds() -> range:
    text = os.environ.get("LATENTPAD_CHAOS_SEEDS", "1")
    first, dash, last = text.partition("-")
    return range(int(first), int(last) + 1) if dash else range(int(first))


@pytest.fixture(scope="module")
def chaos(load_module: Callable[[Path], ModuleType]) -> ModuleType:
    """The module of the musician and the gremlin (tests/device/chaos.py)."""
    return load_module(Path(__file__).with_name("chaos.py"))


@pytest.fixture(scope="module")
def small_packs(
    make_test_pack: Callable[..., object],
    packs: ModuleType,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Two packs that cost little to play; their notes sound for ever until they are let go."""
    folder = tmp_path_factory.mktemp("chaos")
    make_note = packs.make_note

    def endless(*arguments: object) -> object:
        return dataclasses.replace(make_note(*arguments), decay_db_per_s=0.0)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(packs, "make_note", endless)
        small = {"rate_hz": RATE_HZ, "seconds": 0.3, "pitches": (48, 60, 72, 96)}
        make_test_pack(folder / "alpha", name="Alpha", instruments_per_corner=3, **small)
        make_test_pack(folder / "beta", name="Beta", **small)
    other_id = "11111111-2222-4333-8444-555555555555"
    packs.edit_manifest(folder / "beta", lambda document: packs.altered(document, ["id"], other_id))
    return folder


def check(world: World) -> None:
    """What must be true at any moment."""
    counters = world.app.mixer.counters()
    assert (counters.nonfinite, counters.dropped_commands) == (0, 0)
    assert counters.active_voices <= MAX_VOICES + 1  # the test tone has its own
    assert world.app.conductor.sounding <= MAX_VOICES
    view: View = world.view
    assert all(0 <= pot.turn <= 1 for pot in view.pots)
    assert 0 <= view.x <= 1
    assert 0 <= view.y <= 1
    assert all(corner.index < len(corner.names) for corner in view.corners if corner.names)
    assert 0 <= view.channel <= 16
    assert all(part and text for part, text in view.faults)
    if world.sound:
        sound = np.concatenate(world.sound)
        assert np.isfinite(sound).all()
        assert np.abs(sound).max(initial=0) <= 1
        world.sound.clear()


def play(world: World, musician: Any, gremlin: Any) -> None:  # noqa: ANN401 (of chaos.py)
    """One round of everything."""
    end_s, act_s = world.clock.now_s() + ROUND_S, 0.0
    while world.clock.now_s() < end_s:
        gremlin.act(world.clock.now_s())
        while act_s <= world.clock.now_s():
            act_s = world.clock.now_s() + musician.act()
            world.run(0.005)
        world.run(0.05)
        check(world)


def let_go_unheard(world: World, musician: Any) -> None:  # noqa: ANN401
    """Keys and pedals come up while no input is there to tell of it."""
    for part in ("usb", "din"):
        world.hands.unplug(part)
    world.run(0.05)
    musician.rest()
    world.run(0.05)


def rest(world: World, musician: Any, gremlin: Any) -> None:  # noqa: ANN401
    """All is put right, all is let go: no fault is left and no note sounds."""
    gremlin.rest()
    world.run(5)
    musician.rest()
    world.app.post(ParameterSet(RELEASE, 0.3))  # so that most notes end soon
    world.run(LONGEST_RELEASE_S, until=lambda: world.app.mixer.counters().active_voices == 0)
    check(world)
    assert world.app.mixer.counters().active_voices == 0
    assert world.app.conductor.sounding == 0
    assert world.view.faults == ()


def begin_again(world: World) -> None:
    """A gesture after which every instrument stands alike, whatever was before."""
    hands, app = world.hands, world.app
    for name in ("Left", "Right"):
        hands.keyboards.unplug(name)
    for event in (PageTurned(False), ChannelSelected(0), PackSelected(0)):
        app.post(event)
        world.run(0.5)
    for corner in range(4):
        app.post(InstrumentSelected(corner, 0))
        world.run(0.3)
    for turns in ((0.0,) * 6, (1.0,) * 6, USUAL_TURNS):
        for pot, turn in enumerate(turns):
            hands.pot(pot, turn)
            world.run(0.05)
    hands.touch(3, 6)
    world.run(0.5)
    hands.lift()
    for button in range(4):
        hands.press(button)
        world.run(1.3)
        hands.release(button)
        world.run(0.1)
    hands.press(2)
    world.run(0.1)
    hands.release(2)
    world.run(12)


def looks(world: World) -> View:
    """The view without what tells of time and of the past."""
    view: View = world.view
    past = dataclasses.replace(view, midi=(), checks=(), patch=None)
    return dataclasses.replace(past, time_s=0.0, status=StatusView())


def note(world: World) -> NDArray[np.float32]:
    """A note as it sounds, from its first sample on."""
    world.run(0.1)
    world.play((0x90, 62, 100))
    sound: NDArray[np.float32] = world.heard(0.6)
    first = int(np.argmax(np.abs(sound).max(axis=1) > QUIET))
    return sound[first : first + RATE_HZ // 2]


@pytest.mark.parametrize("seed", seeds())
def test_ten_minutes_of_everything(
    world_module: ModuleType,
    chaos: ModuleType,
    small_packs: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.setattr(world_module, "LOADER_STEPS", 1)  # a slow card
    files, output = chaos.Files(), chaos.Output()
    monkeypatch.setattr("device.pack.files.os.pread", files.pread)
    monkeypatch.setattr("device.patches.files.write_atomic", files.writing(write_atomic))
    (tmp_path / "tried").mkdir()
    (tmp_path / "new").mkdir()
    world = world_module.World(tmp_path / "tried", small_packs, SETTINGS)

    def opener() -> Any:  # noqa: ANN401 (chaos.Output)
        if not output.is_playing:
            raise StreamError("no sound output")
        return output

    world.app.output = SteadyStream(
        world.app.mixer, world.clock.now_s, required=False, opener=opener, rescan=lambda: None
    )
    rng = Random(seed)
    musician = chaos.Musician(world, Random(rng.random()))
    gremlin = chaos.Gremlin(world, Random(rng.random()), files, output)
    for number in range(ROUNDS):
        play(world, musician, gremlin)
        if number % 2:
            let_go_unheard(world, musician)
        rest(world, musician, gremlin)
    assert gremlin.begun > ROUNDS * ROUND_S / 10

    new = world_module.World(tmp_path / "new", small_packs, SETTINGS)
    new.run(0.5)
    for one in (world, new):
        begin_again(one)
    assert looks(world) == looks(new)
    assert world.hands.picture() == world.app.painter.frame
    np.testing.assert_allclose(note(world), note(new), atol=1e-3)
    assert np.abs(note(new)).max() > 0.01
    assert not [line for line in world.reports if "please report" in line]
    for one in (world, new):
        one.close()
