"""A tone that needs no pack: to hear whether the sound output works."""

from __future__ import annotations

import math

import numpy as np

from device.engine.mixer import Envelope, Mixer, Row

PITCH_HZ = 440.0
LEVEL = 0.1  # -20 dBFS: heard through anything, hurts nobody
SECONDS = 1.0
FADE_S = 0.05


class TestTone:
    """A sine on the mixer's last voice, which players leave alone (settings' max_voices + 1)."""

    __test__ = False  # pytest takes every Test... for a test

    def __init__(self, mixer: Mixer, rate_hz: int) -> None:
        self._mixer, self._voice = mixer, mixer.max_voices - 1
        time_s = np.arange(round(SECONDS * rate_hz)) / rate_hz
        fade = np.minimum(1.0, np.minimum(time_s, SECONDS - time_s) / FADE_S)
        wave = np.sin(2 * math.pi * PITCH_HZ * time_s) * fade
        self._row = Row((wave * 32767).astype(np.int16), LEVEL, None, 0, 0.0, rate_hz)

    def sound(self, frame: int) -> None:
        """Begin (again) at an output frame."""
        self._mixer.note_on(
            frame,
            self._voice,
            [self._row],
            [1.0],
            step=1.0,
            gain=1.0,
            envelope=Envelope(0.0, 0.0, 1.0, FADE_S),
        )
