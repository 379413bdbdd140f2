"""Playing from a slow card on a simulated clock: no clicks, other pads at once, delays counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine.mixer import Envelope, Mixer, Row
from device.events import CombinationSelected, Event, NoteOff, NoteOn, Origin, TouchMoved
from device.loader import memory
from device.rows import PadState

HERE = Origin("here", 0)
RATE = 48_000
PERIOD = 160  # of every sound of the pack, in frames
CORNER = 0.05  # the amplitude by which switching between corners would jump
FAST, SLOW = 20.0, 4.0  # megabytes per second, each with 5 ms per seek

Timed = tuple[float, Event]
Worlds = Callable[..., Any]


def nervous_finger(seconds: float) -> list[Timed]:
    """Fifty jumps per second all over the pad."""
    return [
        (0.3 + n * 0.02, TouchMoved(n * 0.37 % 1, abs(np.sin(n * 0.11))))
        for n in range(round(seconds / 0.02))
    ]


def notes(*timed: tuple[float, float, int]) -> list[Timed]:
    """(start, end, note) as events."""
    downs: list[Timed] = [(start_s, NoteOn(HERE, note, 100)) for start_s, _, note in timed]
    return downs + [(end_s, NoteOff(HERE, note)) for _, end_s, note in timed]


def bend(audio: NDArray[np.float64], events: Sequence[Timed] = ()) -> float:
    """The sharpest corner in how the sound changes from period to period: 0 for still notes.

    What notes do themselves when they begin and end does not count.
    """
    change = audio[PERIOD:] - audio[:-PERIOD]
    corners = np.abs(np.diff(change, n=2))
    for time_s, event in events:
        if isinstance(event, NoteOn | NoteOff):
            length_s = 0.005 if isinstance(event, NoteOn) else 0.06
            first, last = round(time_s * RATE) - 4, round((time_s + length_s) * RATE)
            corners[max(0, first - PERIOD) : last + PERIOD] = 0
    return float(corners.max())


CLICKS: list[Timed] = [
    (time_s, CombinationSelected(index)) for time_s, index in ((1.0, 1), (2.5, 0), (3.2, 2))
]


@pytest.mark.parametrize("speed", [FAST, SLOW])
def test_nothing_clicks_while_finger_and_encoder_move(world: Worlds, speed: float) -> None:
    song = notes((0.2, 4.8, 48), (1.5, 2.0, 51), (2.1, 2.6, 54), (2.7, 3.2, 57), (3.6, 4.4, 60))
    stage = world(speed)
    audio = stage.play([*song, *nervous_finger(4.0), *CLICKS], 5.0)
    assert bend(audio, song) < 0.01 * CORNER
    assert stage.mixer.counters().starved_rows == 0
    assert len(stage.switched_s) == 3
    assert max(stage.switched_s) < (0.25 if speed == FAST else 0.5), "with all that is going on"
    assert stage.loader.faults.count == 0


def test_the_check_hears_a_row_that_runs_dry(world: Worlds) -> None:
    stage = world(FAST)
    song = notes((1.2, 9, 48))
    stage.play(song, 1.1)
    stage.card.hang_s = 0.3
    audio = stage.play([], 2.0)
    assert bend(audio, song) > 0.02 * CORNER, "even though it was faded around"
    assert stage.mixer.counters().starved_rows == 1


def test_a_held_note_goes_on_following_the_finger_on_its_old_pad(world: Worlds) -> None:
    stage = world(FAST)
    moves: list[Timed] = [(0.1, TouchMoved(0, 1)), (1.5, TouchMoved(1, 0))]
    after = stage.play([*notes((0.2, 9, 48)), *moves, (0.8, CombinationSelected(3))], 2.5)
    stayed = world(FAST).play([*notes((0.2, 9, 48)), *moves], 2.5)
    assert np.abs(after - stayed)[-RATE // 2 :].max() < 1e-6
    assert np.abs(after[RATE] - after[2 * RATE]) < 1, "both played"
    assert bend(after, notes((0.2, 9, 48))) < 0.01 * CORNER


def test_new_notes_play_the_new_pad(world: Worlds) -> None:
    finger = [(0.0, TouchMoved(1, 1))]
    switched = world(FAST).play([*finger, (0.1, CombinationSelected(3)), *notes((1, 9, 48))], 2.0)
    other = world(FAST).play([*finger, *notes((1, 9, 48))], 2.0)
    assert np.abs(switched - other)[-RATE // 2 :].max() > 0.001


def test_of_several_fast_clicks_only_the_last_is_loaded(world: Worlds) -> None:
    stage = world(FAST)
    stage.play([], 1.5)
    assert len(stage.card.opened) == 25
    clicks = [(1.5 + 0.02 * n, CombinationSelected(index)) for n, index in enumerate((1, 2, 1, 3))]
    stage.play(clicks, 1.53)
    stage.play(clicks[2:], 4.0)
    pads = [
        {name for line in combination.cells for name in line}
        for combination in stage.manifest.combinations
    ]
    opened = set(stage.card.opened[25:])
    assert stage.player.combination is stage.manifest.combinations[3]
    assert opened >= pads[3] - pads[0]
    assert len(opened - pads[3]) <= 4, "no more of the others than was under way"


@pytest.mark.parametrize(("speed", "seek_s", "most_s"), [(FAST, 0.005, 1.0), (1e6, 0.0, 0.1)])
def test_a_pad_can_be_played_soon(
    world: Worlds, speed: float, seek_s: float, most_s: float
) -> None:
    stage = world(speed, seek_s)
    finger: list[Timed] = [(0.0, TouchMoved(0.4, 0.6))]  # among four cells
    clicks = [(0.5 + 2 * n, CombinationSelected((n + 1) % 4)) for n in range(6)]
    stage.play([*finger, *clicks], 13.0)
    assert len(stage.switched_s) == 6
    assert max(stage.switched_s) <= most_s


def test_what_two_pads_share_is_read_once(world: Worlds) -> None:
    stage = world(FAST)
    stage.play([(1.5, CombinationSelected(1))], 4.0)
    assert len(stage.card.opened) == len(set(stage.card.opened)) == 25 + 24


def test_rows_that_are_late_are_counted_and_arrive_in_the_end(world: Worlds) -> None:
    stage = world(SLOW)
    chord = notes(*((0.2, 9, note) for note in range(36, 60, 3)))
    audio = stage.play([(0.0, TouchMoved(0.4, 0.6)), *chord], 8.0)
    assert stage.mixer.counters().starved_rows >= 4
    fade = 8 * 0.07 / 64  # the slope of eight notes that fade together, over 64 frames
    assert bend(audio, chord) < 2 * fade, "faded around, not cut"
    unhurried = world(1e6, 0.0).play([(0.0, TouchMoved(0.4, 0.6)), *chord], 8.0)
    assert np.abs(audio - unhurried)[-RATE // 2 :].max() < 1e-4


def test_a_pad_that_cannot_be_opened_leaves_the_old_one(world: Worlds, large_pack: Path) -> None:
    stage = world(FAST)
    stage.play([], 1.5)
    stage.card.is_pulled = True
    song = notes((2.0, 9, 48))
    audio = stage.play([(1.6, CombinationSelected(2)), (1.7, CombinationSelected(9)), *song], 2.09)
    assert stage.player.combination is stage.manifest.combinations[0]
    assert stage.loader.pad_state() is PadState.FAILED
    faults = stage.loader.faults.take()
    assert any("the pad cannot be opened" in fault and ".cell" in fault for fault in faults)
    assert "no combination 9: this pack has 0..3" in faults
    assert stage.loader.faults.count >= 2
    assert np.abs(audio[2 * RATE :]).max() > 0.04, "its heads are in memory: notes still start"
    stage.card.is_pulled = False
    stage.play([(2.1, CombinationSelected(2))], 3.0)
    assert stage.player.combination is stage.manifest.combinations[2]


def test_all_rows_in_use_stay_though_they_take_more_than_the_limit(world: Worlds) -> None:
    chord = notes(*((0.2, 9, note) for note in range(36, 84, 3)))
    finger: list[Timed] = [(0.0, TouchMoved(0.4, 0.6))]
    small = world(FAST, limit_bytes=1)
    heard = small.play([*finger, *chord], 4.0)
    assert small.loader.counters().rows >= 64
    enough = world(FAST).play([*finger, *chord], 4.0)
    assert np.abs(heard - enough)[-RATE // 2 :].max() < 1e-4


def test_memory_stays_within_the_limit_while_the_finger_moves(world: Worlds) -> None:
    limit = 8 * 2**20
    stage = world(1e6, 0.0, limit_bytes=limit)
    stage.play([*notes((0.2, 9, 48)), *nervous_finger(4.0), *CLICKS], 5.0)
    one = memory.buffer_bytes(450 * PERIOD)
    assert limit / 2 < stage.loader.counters().row_bytes <= limit + one


def test_samples_that_never_come_are_silence_also_in_the_loop() -> None:
    stale = np.full(8000, 20000, np.int16)  # what a reused buffer may hold
    row = Row(stale, 1.0, 1000, 7000, 0.0, RATE, ready_frames=2000)
    mixer = Mixer(RATE)
    mixer.note_on(0, 0, [row], [1.0], step=1.0, gain=1.0, envelope=Envelope(0, 0, 1, 0))
    heard = np.abs(mixer.render(RATE)[:, 0])
    assert heard[1000] > 0.5
    assert heard[2100:].max() == 0
