"""Too much to compute: notes are faded out, the released first, no more than needed.

The load is told to the kernel here by the function with which its callback tells it.
"""

from __future__ import annotations

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine._mixer import ffi, lib
from device.engine.errors import CommandError
from device.engine.mixer import Envelope, Mixer, Row

RATE_HZ, BLOCK = 48000, 256
HELD = Envelope(0.0, 0.0, 1.0, 5.0)
FADE_BLOCKS = 2  # 5 ms and the latency lie within two blocks


def sine_row(cycles: int) -> Row:
    wave = 16000 * np.sin(2 * np.pi * cycles * np.arange(4800) / 4800)
    return Row(np.round(wave).astype(np.int16), 1.0, 0, 4800, 0.0, RATE_HZ)


class Stage:
    """A mixer whose buffers take as long as the test says."""

    def __init__(self, voices: int, limit: float = 0.8) -> None:
        self.mixer = Mixer(RATE_HZ, load_limit=limit)
        for voice in range(voices):
            self.start(voice)
        self.play(0.1)

    def start(self, voice: int) -> None:
        row = sine_row(20 + voice)
        self.mixer.note_on(
            self.mixer.frame, voice, [row], [1.0], step=1.0, gain=0.03, envelope=HELD
        )

    def play(self, *loads: float) -> NDArray[np.float64]:
        """One buffer for each load, the sound of all."""
        blocks = []
        for load in loads:
            blocks.append(self.mixer.render(BLOCK))
            lib.lp_mixer_account(self.mixer.cdata, BLOCK, load * BLOCK / RATE_HZ)
        return np.concatenate(blocks).astype(np.float64)

    @property
    def shed(self) -> int:
        return self.mixer.counters().shed_voices

    def gone(self) -> list[int]:
        self.play(*[0.1] * FADE_BLOCKS)
        return sorted(self.mixer.collect())


def test_a_load_below_the_limit_sheds_nothing() -> None:
    stage = Stage(8)
    stage.play(*[0.79] * 1000)
    assert (stage.shed, stage.mixer.counters().active_voices) == (0, 8)


def test_one_interrupted_buffer_is_no_overload() -> None:
    stage = Stage(8)
    for _ in range(50):
        stage.play(9.0, 9.0, 0.2)
    assert stage.shed == 0


def test_lasting_overload_sheds_as_many_as_bring_the_load_down() -> None:
    stage = Stage(16)
    stage.play(*[0.96] * 3)
    assert stage.shed == 6  # 16 * (1 - 0.75 * 0.8 / 0.96)
    assert len(stage.gone()) == 6


def test_released_notes_go_first_and_of_each_kind_the_oldest() -> None:
    stage = Stage(8)
    for voice in (5, 2):
        stage.mixer.note_off(stage.mixer.frame, voice)
        stage.play(0.1)
    stage.start(0)  # stolen and started anew: now the youngest
    stage.play(0.1, 0.82, 0.82)
    assert stage.shed == 0
    stage.play(0.82)
    assert stage.shed == 3
    assert stage.gone() == [1, 2, 5]


def test_a_note_released_twice_keeps_its_place() -> None:
    stage = Stage(3)
    for voice in (2, 1, 2):
        stage.mixer.note_off(stage.mixer.frame, voice)
        stage.play(0.1)
    stage.play(*[0.81] * 3)
    assert stage.shed == 1
    assert stage.gone() == [2]


def test_hopeless_overload_takes_half_at_a_time_and_leaves_one_note() -> None:
    stage, left = Stage(32), []
    for _ in range(8):
        stage.play(*[50.0] * 3)
        stage.mixer.collect()
        left.append(32 - stage.shed)
    assert left == [16, 8, 4, 2, 1, 1, 1, 1]
    stage.play(0.1, 0.1)
    assert stage.mixer.counters().active_voices == 1


def test_it_takes_ten_milliseconds_however_small_the_buffers() -> None:
    mixer = Stage(8).mixer
    blocks = 0
    while not mixer.counters().shed_voices and blocks < 100:
        mixer.render(16)
        lib.lp_mixer_account(mixer.cdata, 16, 1.0)
        blocks += 1
    assert blocks == 0.010 * RATE_HZ / 16


def test_shed_notes_fade_without_a_click() -> None:
    stage = Stage(16)
    quiet = stage.play(*[0.1] * 8)
    shedding = stage.play(*[5.0] * 3, *[0.1] * 3)
    assert stage.shed == 8
    roughest = np.abs(np.diff(quiet, 2, axis=0)).max()
    # A hard cut of eight of these sines would be a second difference of up to 0.1.
    assert np.abs(np.diff(shedding, 2, axis=0)).max() < roughest + 0.002


def test_voices_shed_are_told_to_their_owner_and_can_be_used_again() -> None:
    stage = Stage(2)
    stage.play(*[5.0] * 3)
    assert stage.gone() == [0]
    stage.start(0)
    stage.play(0.1)
    assert stage.mixer.counters().active_voices == 2


def test_no_limit_never_sheds() -> None:
    stage = Stage(8, limit=0.0)
    stage.play(*[100.0] * 50)
    assert stage.shed == 0


def test_load_can_be_read_at_any_time() -> None:
    stage = Stage(1)
    stage.play(*[0.5] * 400)
    stage.play(0.7, 0.5)
    first, second = stage.mixer.counters(), stage.mixer.counters()
    assert first.load == second.load == pytest.approx(0.5, abs=0.02)
    assert (first.worst_load, second.worst_load) == (pytest.approx(0.7), 0.0)


def test_the_callback_measures_its_own_load() -> None:
    mixer, out = Mixer(RATE_HZ), np.zeros(2 * 4096, np.float32)
    for voice in range(32):
        mixer.note_on(0, voice, [sine_row(9)], [1.0], step=1.0, gain=0.01, envelope=HELD)
    buffer = ffi.from_buffer("float[]", out)
    for _ in range(50):
        lib.lp_mixer_callback(ffi.NULL, buffer, 4096, ffi.NULL, 0, mixer.cdata)
    counters = mixer.counters()
    assert 1e-5 < counters.load < 0.8
    assert counters.callbacks == 50


def test_the_callback_itself_sheds_when_it_takes_too_long() -> None:
    mixer, out = (
        Mixer(RATE_HZ, load_limit=1e-6),
        np.zeros(2 * 512, np.float32),
    )  # nothing is so fast
    for voice in range(8):
        mixer.note_on(0, voice, [sine_row(9)], [1.0], step=1.0, gain=0.01, envelope=HELD)
    for _ in range(12):
        lib.lp_mixer_callback(
            ffi.NULL, ffi.from_buffer("float[]", out), 512, ffi.NULL, 0, mixer.cdata
        )
    assert mixer.counters().shed_voices == 7
    assert sorted(mixer.collect()) == list(range(7))


def test_seconds_are_true_seconds() -> None:
    """The age of the latest buffer lies between readings of the system's clock around both ends."""
    mixer = Mixer(RATE_HZ)
    assert mixer.pulse() == (0, 0.0)
    before_s = time.monotonic()
    mixer.render(64)
    after_s = time.monotonic()
    while time.monotonic() - after_s < 0.02:
        pass
    least_s = time.monotonic() - after_s
    frame, age_s = mixer.pulse()
    most_s = time.monotonic() - before_s
    assert frame == 64
    assert least_s * 0.98 <= age_s <= most_s * 1.02


@pytest.mark.parametrize("busy_s", [float("nan"), float("inf"), -1.0, 1e9])
def test_nonsense_of_the_time_counter_is_no_load(busy_s: float) -> None:
    stage = Stage(8)
    stage.play(*[busy_s * RATE_HZ / BLOCK] * 20)
    counters = stage.mixer.counters()
    assert (counters.shed_voices, counters.active_voices) == (0, 8)
    assert counters.worst_load == pytest.approx(0.1)


def test_a_limit_beyond_all_time_is_refused() -> None:
    with pytest.raises(CommandError, match=r"load_limit is 1\.5"):
        Mixer(RATE_HZ, load_limit=1.5)
