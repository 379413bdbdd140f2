"""The mixer's promises to its owner: time, voices, memory, counters and refusals."""

from __future__ import annotations

import gc
import resource
import weakref
from collections.abc import Callable
from types import ModuleType

import numpy as np
import pytest

from device.engine._mixer import ffi, lib
from device.engine.errors import CommandError, EngineError
from device.engine.mixer import LATENCY_FRAMES, NOW, Envelope, Mixer, Row

RATE_HZ = 48000
GATE = Envelope(0.0, 0.0, 1.0, 0.0)
FADE_FRAMES = 240  # 5 ms


def sine_row(cycles: int = 20, frames: int = 2000) -> Row:
    wave = 16000 * np.sin(2 * np.pi * cycles * np.arange(frames) / frames)
    return Row(np.round(wave).astype(np.int16), 1.0, 0, frames, 0.0, RATE_HZ)


def start(mixer: Mixer, voice: int, row: Row | None = None, frame: int = 0) -> bool:
    rows = [row or sine_row()]
    return mixer.note_on(frame, voice, rows, [1.0], step=1.0, gain=0.5, envelope=GATE)


def biggest_jump(sound: np.ndarray) -> float:
    """Second difference: small for a sine, large for a click."""
    return float(np.abs(np.diff(sound.astype(np.float64), 2, axis=0)).max())


@pytest.mark.parametrize("interpolation", ["eco", "default", "high"])
def test_the_host_block_size_does_not_matter(playing: ModuleType, interpolation: str) -> None:
    calls = playing.random_calls(5, voices=6, events=60, frames=3000, output_rate_hz=RATE_HZ)
    sounds = [
        playing.play(Mixer(RATE_HZ, interpolation=interpolation), calls, 3000, blocks)
        for blocks in ([3000], [1], [64], [7, 300, 1, 128])
    ]
    assert np.abs(sounds[0]).max() > 0.3
    for sound in sounds[1:]:
        np.testing.assert_allclose(sound, sounds[0], rtol=0, atol=1e-6)


def test_events_happen_at_their_frame_in_any_order_of_sending() -> None:
    early, late = Mixer(RATE_HZ), Mixer(RATE_HZ)
    start(early, 0)
    early.note_off(1000, 0)
    late.note_off(1777, 0)
    start(late, 0, frame=777)
    heard, expected = late.render(4000)[777:], early.render(4000)[: 4000 - 777]
    assert not heard[1200 + LATENCY_FRAMES :].any()
    np.testing.assert_allclose(heard, expected, rtol=0, atol=1e-6)


def test_a_note_sounds_one_latency_after_its_event() -> None:
    mixer = Mixer(RATE_HZ, interpolation="eco")
    row = Row(np.full(1000, 20000, np.int16), 1.0, 0, 1000, 0.0, RATE_HZ)
    start(mixer, 0, row, frame=100)
    heard = np.flatnonzero(mixer.render(300)[:, 0])
    assert heard[0] == 100 + LATENCY_FRAMES + 1  # the attack's first frame is still 0


def test_late_events_are_applied_at_once_and_counted() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.render(500)
    start(mixer, 0, frame=499)
    start(mixer, 1, frame=500)
    start(mixer, 2, frame=NOW)
    mixer.render(1)
    counters = mixer.counters()
    assert (counters.late_events, counters.active_voices) == (1, 3)


def test_a_stolen_voice_fades_and_only_the_new_note_reports_its_end() -> None:
    mixer = Mixer(RATE_HZ, max_voices=1)
    start(mixer, 0)
    mixer.render(1000)
    start(mixer, 0, frame=1000)
    sound = mixer.render(100)
    assert mixer.counters().fading_voices == 1
    sound = np.concatenate([sound, mixer.render(FADE_FRAMES)])
    assert biggest_jump(sound) < 0.01
    counters = mixer.counters()
    assert (counters.fading_voices, counters.active_voices) == (0, 1)
    assert mixer.collect() == []
    mixer.kill(NOW, 0)
    mixer.render(FADE_FRAMES)
    assert mixer.collect() == [0]
    assert mixer.collect() == []


def test_many_steals_at_once_never_click_or_run_out_of_places() -> None:
    mixer = Mixer(RATE_HZ, max_voices=16)
    for frame in range(0, 960, 120):
        for voice in range(16):
            start(mixer, voice, frame=frame)
    mixer.set_master(0, 0.05)
    mixer.render(500)
    sound = mixer.render(2000)
    assert mixer.counters().cut_ghosts > 0  # counted: 16 steals every 2.5 ms is more than fits
    assert np.abs(sound).max() <= 1.0
    assert mixer.counters().active_voices == 16


@pytest.mark.parametrize("end", ["kill", "panic"])
def test_kill_and_panic_fade_within_five_milliseconds(end: str) -> None:
    mixer = Mixer(RATE_HZ)
    for voice in range(3):
        start(mixer, voice, sine_row(cycles=10 + voice))
    mixer.render(1000)
    if end == "panic":
        mixer.panic(NOW)
    else:
        for voice in range(3):
            mixer.kill(NOW, voice)
    sound = mixer.render(1000)
    assert biggest_jump(sound) < 0.02
    assert not sound[FADE_FRAMES + LATENCY_FRAMES :].any()
    assert sorted(mixer.collect()) == [0, 1, 2]


def test_rows_live_exactly_as_long_as_the_kernel_needs_them() -> None:
    mixer = Mixer(RATE_HZ)
    row: Row | None = sine_row()
    alive = weakref.ref(row)
    start(mixer, 0, row)
    row = None
    gc.collect()
    mixer.render(1000)
    mixer.collect()
    assert alive() is not None
    assert mixer.counters().rows_held == 1
    mixer.note_off(NOW, 0)
    mixer.render(1000)
    assert mixer.collect() == [0]
    gc.collect()
    assert alive() is None


def test_a_morph_through_many_cells_gives_every_row_back() -> None:
    mixer = Mixer(RATE_HZ)
    rows = [sine_row(cycles=10 + i) for i in range(40)]
    start(mixer, 0, rows[0])
    for i in range(0, 36, 4):  # sets come far faster than the 480-frame ramp: most only wait
        mixer.set_cells(100 * i, 0, rows[i : i + 4], [0.25] * 4)
    mixer.render(6000)
    mixer.collect()
    assert mixer.counters().rows_held == 4
    mixer.kill(NOW, 0)
    mixer.render(1000)
    mixer.collect()
    assert mixer.counters().rows_held == 0


def test_cells_for_a_voice_that_has_ended_come_back_and_are_counted() -> None:
    mixer = Mixer(RATE_HZ)
    mixer.set_cells(NOW, 3, [sine_row()], [1.0])
    mixer.render(1)
    mixer.collect()
    counters = mixer.counters()
    assert (counters.ignored_events, counters.rows_held) == (1, 0)


def test_a_full_ring_drops_and_counts_but_still_takes_the_ends_of_notes() -> None:
    mixer = Mixer(RATE_HZ, commands=64)
    assert start(mixer, 0)
    mixer.render(100)
    sent = 0
    while mixer.set_gain(10_000, 0, 0.5):
        sent += 1
    assert sent == 64 - 8
    assert start(mixer, 1) is False
    assert mixer.note_off(NOW, 0) is True
    assert mixer.counters().dropped_commands == 2
    mixer.render(1000)
    assert sorted(mixer.collect()) == [0, 1]  # 1 never began; its owner may have it back


def test_one_shots_end_by_themselves() -> None:
    mixer = Mixer(RATE_HZ)
    row = Row(np.full(300, 9000, np.int16), 1.0, None, 0, 0.0, RATE_HZ)
    start(mixer, 2, row)
    mixer.render(300)
    assert mixer.collect() == []
    mixer.render(64)
    assert mixer.collect() == [2]


def test_peak_and_limiter_gain_are_since_the_last_reading() -> None:
    mixer = Mixer(RATE_HZ)
    for voice in range(8):
        start(mixer, voice)
    mixer.render(1000)
    first = mixer.counters()
    assert 0.9 < first.peak <= 1.0
    assert first.limiter_gain < 0.6
    mixer.panic(NOW)
    mixer.render(RATE_HZ)
    mixer.counters()
    mixer.render(100)
    assert (mixer.counters().peak, mixer.counters().limiter_gain) == (0.0, 1.0)


@pytest.mark.skipif(
    not hasattr(resource, "RUSAGE_THREAD"), reason="counts faults of a thread: Linux"
)
def test_rendering_meets_no_page_fault() -> None:
    mixer, out = Mixer(RATE_HZ, commands=4096), ffi.new("float[]", 2 * RATE_HZ)
    rows = [sine_row(cycles=10 + i) for i in range(8)]
    start(mixer, 0)
    lib.lp_mixer_render(
        mixer.cdata, out, RATE_HZ
    )  # the code itself and the output are in memory now
    for voice in range(32):
        start(mixer, voice, frame=RATE_HZ)
        for i in range(100):
            mixer.set_cells(RATE_HZ + 400 * i, voice, rows[i % 5 : i % 5 + 4], [0.25] * 4)
    before = resource.getrusage(resource.RUSAGE_THREAD)
    lib.lp_mixer_render(mixer.cdata, out, RATE_HZ)
    after = resource.getrusage(resource.RUSAGE_THREAD)
    assert mixer.counters().active_voices == 32
    assert (after.ru_minflt - before.ru_minflt, after.ru_majflt - before.ru_majflt) == (0, 0)


def bad_commands() -> dict[str, Callable[[Mixer, Row], object]]:
    note = {"step": 1.0, "gain": 0.5, "envelope": GATE}
    return {
        "voice": lambda m, r: m.note_off(0, 32),
        "at_frame": lambda m, r: m.note_off(-2, 0),
        "gain": lambda m, r: m.set_gain(0, 0, float("nan")),
        "pan": lambda m, r: m.set_pan(0, 0, 1.5),
        "step": lambda m, r: m.set_step(0, 0, 8.1),
        "weight": lambda m, r: m.set_cells(0, 0, [r], [-0.1]),
        "sum of the weights": lambda m, r: m.set_cells(0, 0, [r, r], [1.2, 1.2]),
        "weights for": lambda m, r: m.set_cells(0, 0, [r, r], [0.7]),
        "number of rows": lambda m, r: m.note_on(0, 0, [], [], **note),
        "start_frame": lambda m, r: m.note_on(0, 0, [r], [1.0], start_frame=-1.0, **note),
        "sustain": lambda m, r: Envelope(0, 0, 1.1, 0),
        "attack_s": lambda m, r: Envelope(float("inf"), 0, 1, 0),
        "loop_length_frames": lambda m, r: Row(r.samples, 1.0, 0, 99999, 0.0, RATE_HZ),
        "loop_start_frame": lambda m, r: Row(r.samples, 1.0, 1500, 600, 0.0, RATE_HZ),
        "decay_db_per_s": lambda m, r: Row(r.samples, 1.0, 0, 600, 1.0, RATE_HZ),
        "samples": lambda m, r: Row(r.samples[::2], 1.0, 0, 0, 0.0, RATE_HZ),
        "rate_hz": lambda m, r: Mixer(10),
        "interpolation": lambda m, r: Mixer(RATE_HZ, interpolation="cubic"),  # type: ignore[arg-type]
        "commands": lambda m, r: Mixer(RATE_HZ, commands=1000),
    }


@pytest.mark.parametrize("name", list(bad_commands()))
def test_values_out_of_range_are_refused_by_name(name: str) -> None:
    mixer = Mixer(RATE_HZ)
    with pytest.raises(CommandError, match=name) as caught:
        bad_commands()[name](mixer, sine_row())
    assert isinstance(caught.value, EngineError)
    assert isinstance(caught.value, ValueError)
    mixer.render(10)
    counters = mixer.counters()
    assert (counters.active_voices, counters.ignored_events, counters.rows_held) == (0, 0, 0)
