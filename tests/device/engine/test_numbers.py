"""Numbers that are no sound: the kernel takes them, counts them, and only finite sound leaves it.

Python's checks are passed by here: the commands are written straight into the kernel's records.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine._mixer import ffi, lib
from device.engine.mixer import Envelope, Mixer, Row

RATE_HZ = 48000
GATE = Envelope(0.0, 0.0, 1.0, 0.0)
NAN, INFINITE = float("nan"), float("inf")


def noise_row(decay_db_per_s: float = 0.0, gain: float = 1.0) -> Row:
    samples = np.random.default_rng(3).integers(-32768, 32768, 4000).astype(np.int16)
    return Row(samples, gain, 100, 3900, decay_db_per_s, RATE_HZ)


def raw_note(row: Any, voice: int = 0) -> Any:  # noqa: ANN401  (cffi)
    command = ffi.new("LpCommand *")
    command.frame, command.kind, command.voice, command.row_count = -1, lib.LP_NOTE_ON, voice, 1
    command.rows[0], command.weights[0] = row, 1.0
    command.step, command.gain = 1.0, 0.5
    command.envelope = {"attack_s": 0.0, "decay_s": 0.0, "sustain": 1.0, "release_s": 0.01}
    return command


Change = Callable[[Any, Any], None]  # (command, row)


def set_command(field: str, value: object) -> Change:
    return lambda command, row: setattr(command, field, value)


def set_row(field: str, value: object) -> Change:
    return lambda command, row: setattr(row, field, value)


def set_weight(value: float) -> Change:
    return lambda command, row: command.weights.__setitem__(0, value)


REFUSED: dict[str, Change] = {
    "no row": lambda command, row: command.rows.__setitem__(0, ffi.NULL),
    "no rows": set_command("row_count", 0),
    "five rows": set_command("row_count", 5),
    "unknown voice": set_command("voice", 32),
    "voice below 0": set_command("voice", -1),
    "unknown kind": set_command("kind", 99),
    "frames below 0": set_row("frames", -1),
    "no samples": set_row("samples", ffi.NULL),
    "loop beyond the end": set_row("loop_length", 3901),
    "loop start beyond the end": set_row("loop_start", 4001),
    "loop start below 0": set_row("loop_start", -1),
    "loop length below 0": set_row("loop_length", -1),
    "loop so long that sums overflow": set_row("loop_length", 2**63 - 1),
    "NaN row gain": set_row("scale", NAN),
    "infinite row gain": set_row("scale", INFINITE),
    "rising decay": set_row("decay_log2", 1e-3),
    "NaN decay": set_row("decay_log2", NAN),
    "NaN weight": set_weight(NAN),
    "infinite weight": set_weight(INFINITE),
}

TAKEN: dict[str, Change] = {
    "NaN gain": set_command("gain", NAN),
    "infinite gain": set_command("gain", INFINITE),
    "huge gain": set_command("gain", 3e38),
    "gain below 0": set_command("gain", -5.0),
    "NaN pan": set_command("pan", NAN),
    "NaN step": set_command("step", NAN),
    "infinite step": set_command("step", INFINITE),
    "step below 0": set_command("step", -1.0),
    "NaN start": set_command("start_frame", NAN),
    "huge start": set_command("start_frame", 1e300),
    "NaN times": set_command("envelope", {"attack_s": NAN, "decay_s": NAN, "sustain": NAN}),
    "huge times": set_command("envelope", {"attack_s": 1e300, "release_s": INFINITE}),
    "huge weight": set_weight(3e38),
    "huge row gain": set_row("scale", 3e38),
    "a decay at once": set_row("decay_log2", -1e300),
    "an endless decay": set_row("decay_log2", -1e-300),
}


def play(change: Change) -> tuple[Mixer, NDArray[np.float32]]:
    mixer, row = Mixer(RATE_HZ), noise_row()
    command = raw_note(row.cdata)
    change(command, row.cdata)
    assert lib.lp_mixer_send(mixer.cdata, command)
    sound = mixer.render(5000)
    lib.lp_mixer_returns(mixer.cdata, ffi.new("LpReturn[]", 64), 64)
    return mixer, sound


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_makes_no_sense_is_refused_and_counted(name: str) -> None:
    mixer, sound = play(REFUSED[name])
    counters = mixer.counters()
    assert (counters.ignored_events, counters.active_voices) == (1, 0)
    assert not sound.any()


@pytest.mark.parametrize("name", list(TAKEN))
def test_values_out_of_range_are_clamped_or_silenced(name: str) -> None:
    mixer, sound = play(TAKEN[name])
    assert np.abs(sound).max() <= 1.0  # false for NaN too
    counters = mixer.counters()
    assert counters.ignored_events == 0
    assert math.isfinite(counters.peak)
    if name == "NaN pan":
        np.testing.assert_array_equal(sound[:, 0], sound[:, 1])  # in the centre
    if name in ("huge weight", "huge row gain"):
        assert counters.nonfinite > 0


@pytest.mark.parametrize("name", list(TAKEN))
def test_a_bad_note_leaves_no_trace_in_those_after_it(name: str) -> None:
    clean, row = Mixer(RATE_HZ), noise_row()
    mixer, _ = play(TAKEN[name])
    clean.render(5000)
    for each in (mixer, clean):
        each.panic(-1)
        each.render(RATE_HZ)  # the limiter has let go as well
        each.note_on(-1, 0, [row], [1.0], step=1.0, gain=0.5, envelope=GATE)
    np.testing.assert_array_equal(mixer.render(3000), clean.render(3000))


def test_no_change_of_a_sounding_note_can_make_it_no_number() -> None:
    mixer, row = Mixer(RATE_HZ), noise_row()
    mixer.note_on(0, 0, [row], [1.0], step=1.0, gain=0.5, envelope=GATE)
    kinds = (lib.LP_SET_GAIN, lib.LP_SET_PAN, lib.LP_SET_STEP, lib.LP_SET_MASTER)
    for kind in (*kinds, lib.LP_SET_ENVELOPE):
        for value in (NAN, INFINITE, -INFINITE, 1e38, -1e38):
            command = raw_note(row.cdata)
            command.kind, command.gain, command.pan, command.step = kind, value, value, value
            command.envelope = dict.fromkeys(("attack_s", "decay_s", "sustain", "release_s"), value)
            assert lib.lp_mixer_send(mixer.cdata, command)
            assert np.abs(mixer.render(700)).max() <= 1.0
    assert mixer.counters().nonfinite == 0


@pytest.mark.parametrize(
    ("gain", "row_gain", "decay_db_per_s"),
    [(1e-30, 1e-8, 0.0), (1e-40, 1.0, 0.0), (1e-3, 1e-3, -3000.0), (1.0, 1e-38, -100.0)],
)
def test_tiny_sounds_end_in_true_zeros(gain: float, row_gain: float, decay_db_per_s: float) -> None:
    mixer = Mixer(RATE_HZ)
    slow = Envelope(0.0, 0.5, 0.0, 0.5)
    for voice in range(8):
        row = noise_row(decay_db_per_s, row_gain)
        mixer.note_on(0, voice, [row], [1.0], step=0.77, gain=gain, envelope=slow)
    sound = mixer.render(RATE_HZ)
    tiny = np.finfo(np.float32).tiny  # the smallest number that is no denormal
    assert not ((sound != 0) & (np.abs(sound) < tiny)).any()
    assert not sound[-4800:].any()
    assert sorted(mixer.collect()) == list(range(8))
