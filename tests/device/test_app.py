"""The whole instrument in simulated time: hands on the panel, what sounds, what is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from device.parameters import ATTACK, POSITION, VOLUME
from device.settings import MidiSettings, PanelSettings, Settings
from device.view import Screen

World = Any  # tests/device/world.py
MakeWorld = Callable[..., Any]
ON, OFF = (0x90, 60, 100), (0x80, 60, 0)


def test_it_starts_with_the_first_pack_and_shows_home(world: World) -> None:
    view = world.view
    assert (view.pack, view.packs, view.screen) == ("Alpha", ("Alpha", "Beta"), Screen.HOME)
    assert view.faults == ()
    assert any(world.hands.picture())
    assert {check.part: check.result for check in view.checks} == {
        "panel": "PASS", "buttons": "PASS", "oled": "PASS", "DIN MIDI": "PASS",
        "USB MIDI": "NONE", "power": "NONE", "sound": "NONE", "pack": "PASS", "memory": "PASS",
    }  # fmt: skip


def test_a_din_note_sounds_and_ends(world: World) -> None:
    assert not world.heard(0.1).any()
    world.play(ON)
    assert np.abs(world.heard(0.3)).max() > 0.01
    world.play(OFF)
    world.run(5)
    assert not world.heard(0.1).any()
    assert [line.text for line in world.view.midi] == ["1 on C4 100", "1 off C4 0"]


def test_din_and_several_usb_keyboards_play_together(world: World) -> None:
    for name in ("Left", "Right"):
        world.hands.keyboards.plug(name)
        world.hands.keyboards.send(name, bytes(ON))
    world.play(ON)
    world.run(0.3)
    assert world.view.status.voices == 3
    assert set(world.view.status.midi_ports) == {"DIN MIDI", "Left", "Right"}


def test_an_unplugged_keyboard_lets_go_of_its_notes_only(world: World) -> None:
    world.hands.keyboards.plug("Keys")
    world.hands.keyboards.send("Keys", bytes((0x90, 64, 100, 0xB0, 64, 127)))
    world.play(ON)
    world.run(0.3)
    world.hands.keyboards.unplug("Keys")
    world.run(10)
    assert world.view.status.voices == 1


def test_the_finger_moves_the_sound_smoothly_also_of_held_notes(world: World) -> None:
    seen = []
    world.hands.touch(0, 5)
    world.run(0.3)
    world.play(ON)
    for column in range(11):
        world.hands.touch(column, 5)
        for _ in range(20):
            world.tick()
            seen.append(world.view.x)
    assert world.view.is_touched
    assert seen[0] == pytest.approx(0)
    assert seen[-1] == pytest.approx(1, abs=0.01)
    steps = np.diff(seen)
    assert steps.min() >= 0
    assert steps.max() < 0.03  # a pad is 0.1: no jump from pad to pad
    world.hands.lift()
    world.run(0.1)
    assert not world.view.is_touched
    assert world.view.x == 1


def test_a_new_touch_is_taken_where_it_is(world: World) -> None:
    world.hands.touch(0, 0)
    world.run(0.5)
    world.hands.lift()
    world.run(0.1)
    world.hands.touch(10, 10)
    world.tick()
    world.tick()
    assert (world.view.x, world.view.y) == (1, 1)


def test_encoders_choose_instruments_and_come_round(world: World) -> None:
    world.hands.turn(0, 1)
    world.run(0.2)
    view = world.view
    assert view.screen is Screen.INSTRUMENT
    assert [corner.index for corner in view.corners] == [1, 1, 1, 1]  # like goes with like here
    assert world.app.conductor.deck.player.combination.instruments == (1, 1, 1, 1)
    world.hands.turn(0, -3)
    world.run(0.2)
    assert world.view.corners[0].index == 0
    world.run(4)
    assert world.view.screen is Screen.HOME


def test_an_encoder_counter_may_wrap(world: World) -> None:
    for _ in range(300):
        world.hands.turn(2, 1)
        world.run(0.01)
    assert world.view.corners[2].index == 0
    world.hands.turn(2, 1)
    world.run(0.1)
    assert world.view.corners[2].index == 1


def test_slow_knobs_count_and_show_what_they_set(world: World) -> None:
    for value in range(51, 256):
        world.hands.panel.pot(ATTACK, value)
        world.run(0.01)
    assert world.view.pots[ATTACK].turn == 1
    assert world.view.pots[ATTACK].text == "10.0 s"
    assert (world.view.screen, world.view.pot) == (Screen.ENVELOPE, ATTACK)


def test_a_knob_that_wavers_by_one_step_does_nothing(world: World) -> None:
    before = world.view.pots[POSITION].turn
    for _ in range(50):
        for value in (0, 1):
            world.hands.panel.pot(POSITION, value)
            world.run(0.01)
    assert world.view.screen is Screen.HOME
    assert world.view.pots[POSITION].turn == before


def test_volume_is_heard_and_zero_is_silence(world: World) -> None:
    world.play(ON)
    loud = np.abs(world.heard(0.5)).max()
    world.hands.pot(VOLUME, 0.5)
    world.run(0.2)
    quiet = np.abs(world.heard(0.2)).max()
    assert 0 < quiet < loud / 4
    world.hands.pot(VOLUME, 0)
    world.run(0.2)
    assert not world.heard(0.1).any()
    assert world.view.screen is Screen.VOLUME


def test_a_longer_attack_is_heard_in_the_next_note(world: World) -> None:
    loudness = []
    for turn in (0.0, 0.9):
        world.hands.pot(ATTACK, turn)
        world.run(0.1)
        world.play(ON)
        loudness.append(np.abs(world.heard(0.2)).max())
        world.play(OFF)
        world.run(5)
    assert loudness[1] < loudness[0] / 4


def test_controllers_move_pad_and_parameters(make_world: MakeWorld) -> None:
    midi = MidiSettings(pot_controllers=(20, 73, 75, 79, 72, 21))
    world = make_world(settings=Settings(midi=midi))
    world.run(0.5)
    world.play((0xB0, 16, 127, 17, 0, 73, 127))
    world.run(0.1)
    assert (world.view.x, world.view.y) == (1, 0)
    assert world.view.pots[ATTACK].turn == 1
    assert not world.view.pots[ATTACK].is_caught


def test_another_channel_is_shown_but_not_heard(make_world: MakeWorld) -> None:
    world = make_world(settings=Settings(midi=MidiSettings(channel=2)))
    world.run(0.5)
    world.play(ON)
    assert not world.heard(0.3).any()
    assert [line.is_heard for line in world.view.midi] == [False]
    world.play((0x91, 60, 100))
    assert world.heard(0.3).any()


def test_everything_works_while_a_finger_stays_on_the_pad(world: World) -> None:
    world.hands.touch(5, 5)
    world.run(0.2)
    world.hands.turn(0, 1)
    world.run(0.2)
    assert world.view.screen is Screen.INSTRUMENT
    world.hands.pot(VOLUME, 0.2)
    world.run(0.2)
    assert world.view.screen is Screen.VOLUME


def test_hands_to_engine_within_two_polls(make_world: MakeWorld) -> None:
    """A poll takes what there is at once: in simulated time, no more than the poll's period."""
    world = make_world(settings=Settings(panel=PanelSettings(poll_hz=200)))
    world.run(0.5)
    world.hands.touch(3, 3)
    begin_s = world.clock.time_s
    world.run(0.1, until=lambda: world.view.is_touched)
    assert world.clock.time_s - begin_s <= 0.010 + 1e-9
