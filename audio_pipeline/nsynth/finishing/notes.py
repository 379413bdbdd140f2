"""From codes to a note of a pack: click-free, begun at once, at its level, with its loop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from audio_pipeline.loudness import momentary_loudness_lufs
from audio_pipeline.nsynth import mulaw
from audio_pipeline.nsynth.finishing.clicks import without_clicks
from audio_pipeline.renderers.base import RenderedNote, SourceNote
from audio_pipeline.renderers.harmonic import HarmonicRenderer
from audio_pipeline.sources.conditioning import TAIL_FADE_S, without_rumble
from audio_pipeline.tuning import frequency_hz
from device.pack.model import Loop, PlayMode

FINISHING_VERSION = 1
"""Part of the renderer's version: raise it when the same codes give other notes."""

ONSET_SEARCHED_S = 0.25  # a swelling note may be loudest at its end: only its begin is searched
ONSET_DB = -40.0  # of the loudest in that quarter of a second; the network's hiss lies below
ONSET_WINDOW_S = 0.002
PRE_ROLL_S = 0.001
PEAK = 10 ** (-1 / 20)  # -1 dBFS: nothing rendered is louder
DIED_DB = -40.0  # below the loudest 50 ms: what sounds on there is the hiss of 8 bits
LEVEL_WINDOW_S = 0.05
LAST_FADE_S = 0.1
SILENT = 1e-5  # level of a note that is none
QUIETEST_LUFS = -70.0  # stands for silence: the gate of BS.1770

Samples = NDArray[np.float64]  # [frames]


@dataclass(frozen=True)
class Finisher:
    """Finishes the notes of one pitch."""

    pitch: int
    rate_hz: int
    loop: Loop | None
    loudness_lufs: Mapping[str, float]  # of the sources

    def finish(self, codes: NDArray[np.uint8], weights: Mapping[str, float]) -> RenderedNote:
        """The note that was generated as `codes` [samples] for these weights of the sources."""
        samples = mulaw.decode(mulaw.code_of(codes)).astype(np.float64)
        samples, _ = without_clicks(samples, self.rate_hz, frequency_hz(self.pitch))
        samples = trimmed(without_rumble(samples, self.rate_hz), self.rate_hz)
        samples = self._levelled(faded(samples, self.rate_hz, TAIL_FADE_S), weights)
        note = self._looped(samples) if self._lasts(samples) else self._once(samples)
        peak = float(np.abs(note.samples).max())
        if peak > PEAK:  # the loop's model may stand out a little
            note = replace(note, samples=(note.samples * (PEAK / peak)).astype(np.float32))
        return note

    def _levelled(self, samples: Samples, weights: Mapping[str, float]) -> Samples:
        """At the mean loudness of its sources in decibels: all the pack's notes by one rule."""
        target = sum(weight * max(QUIETEST_LUFS, self.loudness_lufs[name])
                     for name, weight in weights.items())  # fmt: skip
        now = max(QUIETEST_LUFS, momentary_loudness_lufs(samples, self.rate_hz))
        peak = float(np.abs(samples).max())
        gain = min(10 ** ((target - now) / 20), PEAK / max(peak, 1e-9))
        return samples * gain

    def _lasts(self, samples: Samples) -> bool:
        """Whether the note is to be held: it still sounds at the loop's end."""
        if self.loop is None or len(samples) < self.loop.end_frame:
            return False
        levels = levels_of(samples, self.rate_hz)
        window = round(LEVEL_WINDOW_S * self.rate_hz)
        at_end = levels[self.loop.end_frame // window - 1]
        return bool(levels.max() > SILENT and at_end > levels.max() * 10 ** (DIED_DB / 20))

    def _once(self, samples: Samples) -> RenderedNote:
        """The note up to where only hiss is left of it."""
        levels = levels_of(samples, self.rate_hz)
        heard = np.flatnonzero(levels >= levels.max() * 10 ** (DIED_DB / 20))[-1] + 1
        end = round((heard * LEVEL_WINDOW_S + LAST_FADE_S) * self.rate_hz)
        fade_s = LAST_FADE_S if end < len(samples) else TAIL_FADE_S
        cut = faded(samples[:end], self.rate_hz, fade_s)
        return RenderedNote(cut.astype(np.float32), PlayMode.ONE_SHOT, 0.0)

    def _looped(self, samples: Samples) -> RenderedNote:
        """The note as a corner of the harmonic renderer: itself, but a model of it in the loop.

        A crossfade of samples at loop points that all cells share would let partials cancel, as
        they meet in any phase.
        """
        source = SourceNote("note", self.pitch, samples, "nsynth")
        prepared = HarmonicRenderer().prepare([source], self.rate_hz, self.loop)
        return prepared.corners["note"]


def levels_of(samples: Samples, rate_hz: int) -> Samples:
    """RMS of consecutive 50 ms, the last filled up with silence."""
    window = round(LEVEL_WINDOW_S * rate_hz)
    blocks = np.pad(samples, (0, -len(samples) % window))
    return np.asarray(np.sqrt(np.mean(blocks.reshape(-1, window) ** 2, axis=1)))


def faded(samples: Samples, rate_hz: int, fade_s: float) -> Samples:
    """With its end faded out, as source notes have it."""
    note = samples.copy()
    fade = min(len(note), round(fade_s * rate_hz))
    note[len(note) - fade :] *= np.cos(0.5 * np.pi * np.arange(1, fade + 1) / fade) ** 2
    return note


def trimmed(samples: Samples, rate_hz: int) -> Samples:
    """From 1 ms before the onset, if there is one in the first quarter of a second."""
    window = round(ONSET_WINDOW_S * rate_hz)
    head = samples[: round(ONSET_SEARCHED_S * rate_hz)]
    blocks = head[: len(head) // window * window].reshape(-1, window)
    level = np.sqrt(np.mean(blocks**2, axis=1)) if len(blocks) else np.zeros(1)
    onset = int((level >= 10 ** (ONSET_DB / 20) * level.max()).argmax()) * window
    lead = min(onset, round(PRE_ROLL_S * rate_hz))
    note = samples[onset - lead :].copy()
    note[:lead] *= np.sin(0.5 * np.pi * np.arange(lead) / max(1, lead)) ** 2
    return note
