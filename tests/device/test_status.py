"""What is measured of the machine, and how often."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from device.engine.mixer import Envelope, Mixer, Row
from device.status import PEAK_FALL, PERIOD_S, StatusMeter, free_megabytes

RATE_HZ = 8000
MEMINFO = "MemTotal:       948000 kB\nMemFree:   1 kB\nMemAvailable:   512345 kB\n"


@pytest.fixture
def memory(tmp_path: Path) -> Path:
    path = tmp_path / "meminfo"
    path.write_text(MEMINFO)
    return path


def sound(mixer: Mixer) -> None:
    row = Row(np.full(RATE_HZ, 16384, np.int16), 1.0, None, 0, 0.0, RATE_HZ)
    envelope = Envelope(0.0, 0.0, 1.0, 0.01)
    mixer.note_on(0, 0, [row], [1.0], step=1.0, gain=1.0, envelope=envelope)
    mixer.render(RATE_HZ // 4)


def test_free_memory_is_what_programs_may_have(memory: Path, tmp_path: Path) -> None:
    assert free_megabytes(memory) == 512
    assert free_megabytes(tmp_path / "nothing") == 0
    memory.write_text("MemTotal: 3 kB\n")
    assert free_megabytes(memory) == 0


def test_it_measures_when_it_is_time(memory: Path) -> None:
    mixer = Mixer(RATE_HZ, max_voices=4)
    meter = StatusMeter(mixer, 3, memory)
    assert (meter.latest.voices, meter.latest.max_voices) == (0, 3)
    sound(mixer)
    meter.look(10.0, 0.004, ("Keys",))
    status = meter.latest
    assert (status.voices, status.max_voices, status.midi_ports) == (1, 3, ("Keys",))
    assert status.memory_free_mb == 512
    assert status.latency_ms == pytest.approx(4)
    assert 0.3 < status.peak <= 1
    meter.look(10.0 + PERIOD_S / 2, 0.0, ())
    assert meter.latest is status
    meter.look(10.0 + PERIOD_S, 0.0, ())
    assert meter.latest.midi_ports == ()


def test_the_peak_falls_slowly(memory: Path) -> None:
    mixer = Mixer(RATE_HZ, max_voices=1)
    meter = StatusMeter(mixer, 1, memory)
    sound(mixer)
    meter.look(10.0, 0.0, ())
    first = meter.latest.peak
    mixer.kill(mixer.frame, 0)
    mixer.render(RATE_HZ)
    mixer.counters()  # takes the peak of the fade
    for period in range(1, 4):
        meter.look(10.0 + 1.01 * period * PERIOD_S, 0.0, ())
        assert meter.latest.peak == pytest.approx(first * PEAK_FALL**period)
