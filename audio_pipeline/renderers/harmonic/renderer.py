"""The harmonic renderer: the default engine, from analysis to the note of a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from audio_pipeline.loudness import momentary_loudness_lufs
from device.pack.model import Loop, PlayMode

from ..base import RenderedNote, SourceNote
from . import looping, residual, tracks
from .analysis import HarmonicNote, analyse, frame_of, phase_of
from .numeric import Float32, Float64
from .returning import Return
from .synthesis import synthesise

PEAK = 10 ** (-1 / 20)  # -1 dBFS: nothing rendered is louder
QUIETEST_LUFS = -70.0  # stands for silence in the level law: the gate of BS.1770
INAUDIBLE_NEPERS = 8.6  # below the maximum (75 dB): where one-shots are cut
FADE_S = 0.01
INACTIVE = 1e-9  # weights below do not count


@dataclass(frozen=True)
class PreparedPitch:
    """All analysed instruments of one pitch, and the corner cells that they become."""

    notes: dict[str, HarmonicNote]
    corners: dict[str, RenderedNote]
    loudness_lufs: dict[str, float]  # of the corners as they are played
    loop: Loop | None


class HarmonicRenderer:
    """Envelope-flattened pitch-synchronous harmonics and a whitened residual.

    A note between sources has power-mean amplitudes, the log mean of the pitch, coinciding
    attacks, and a loudness interpolated in decibels. A corner is its source itself.
    """

    name = "harmonic"
    version = "1"

    def prepare(
        self, sources: Sequence[SourceNote], rate_hz: int, loop: Loop | None
    ) -> PreparedPitch:
        """Analyse all instruments of one pitch: about 0.2 s each."""
        frame = frame_of(sources[0].pitch, rate_hz)
        notes = {source.instrument: analyse(source, frame, loop) for source in sources}
        corners = {name: _source_note(note, loop) for name, note in notes.items()}
        loudness = {name: _loudness(_played(note, loop, rate_hz), rate_hz)
                    for name, note in corners.items()}  # fmt: skip
        return PreparedPitch(notes, corners, loudness, loop)

    def render(self, prepared: PreparedPitch, weights: Mapping[str, float]) -> RenderedNote:
        """The note at the given weights of instruments, which add up to 1."""
        active = {name: weight for name, weight in sorted(weights.items()) if weight > INACTIVE}
        if len(active) == 1:
            return prepared.corners[next(iter(active))]
        notes = [prepared.notes[name] for name in active]
        shares = np.array(list(active.values()))
        shares /= shares.sum()
        target = shares @ [prepared.loudness_lufs[name] for name in active]
        return _mixed_note(notes, shares, prepared.loop, float(target))


def _loudness(samples: Float64 | Float32, rate_hz: int) -> float:
    return max(QUIETEST_LUFS, momentary_loudness_lufs(samples, rate_hz))


def _source_note(note: HarmonicNote, loop: Loop | None) -> RenderedNote:
    """A corner: the source up to the loop, its own model inside the loop."""
    rate = note.frame.rate_hz
    if loop is None or looping.has_ended(note.log_envelope, loop, rate):
        return _one_shot(note.samples.astype(np.float32), note.log_envelope, rate)
    own = tracks.of_source(note, loop.end_frame)
    samples, decay_db_per_s = _looped(own, loop)
    samples[: loop.start_frame] = note.samples[: loop.start_frame]
    return RenderedNote(samples, PlayMode.LOOP, decay_db_per_s)


def _mixed_note(
    notes: Sequence[HarmonicNote], shares: Float64, loop: Loop | None, target_lufs: float
) -> RenderedNote:
    rate = notes[0].frame.rate_hz
    frames = max(len(note.samples) for note in notes)
    envelope = tracks.envelope_mix(notes, shares, frames)
    if loop is None or looping.has_ended(envelope, loop, rate):
        mix = tracks.of_mix(notes, shares, frames, envelope)
        samples = _levelled(_synthesised(mix, phase_of_tracks(mix)), target_lufs, rate)
        return _without_dc(_one_shot(samples, envelope, rate), envelope, None)
    mix = tracks.of_mix(notes, shares, loop.end_frame, envelope[: loop.end_frame])
    samples, decay_db_per_s = _looped(mix, loop)
    fading = _decay(loop, decay_db_per_s, rate)
    samples = _levelled(samples * fading, target_lufs, rate) / fading
    return _without_dc(RenderedNote(samples, PlayMode.LOOP, decay_db_per_s), envelope, loop)


def phase_of_tracks(mix: tracks.Tracks) -> Float64:
    """Phase of the fundamental in cycles, [frames]."""
    return phase_of(mix.pitch_hz, mix.frames, mix.frame)


def _looped(own: tracks.Tracks, loop: Loop) -> tuple[Float32, float]:
    """Samples up to the loop's end, the loop seamless and flat, and its decay in dB/s."""
    frame = own.frame
    looped, span, decay_db_per_s = looping.loop_tracks(own, loop)
    phase = looping.close_phase(phase_of_tracks(looped), loop, frame.nominal_hz / frame.rate_hz)
    return _synthesised(looped, phase, span), decay_db_per_s


def _synthesised(mix: tracks.Tracks, phase_cycles: Float64, span: Return | None = None) -> Float32:
    """The note's samples: (harmonics + residual) * envelope, [frames]."""
    angle = np.empty((len(mix.phase_steps) + 1, mix.frame.harmonics))
    angle[0] = mix.phase_start
    np.cumsum(mix.phase_steps, axis=0, out=angle[1:], dtype=np.float64)
    angle[1:] += mix.phase_start
    angle -= 2 * np.pi * np.round(angle / (2 * np.pi))
    small = angle.astype(np.float32)
    amplitude = np.exp(mix.log_amplitude)
    spectra = np.empty(small.shape, np.complex64)
    spectra.real = amplitude * np.cos(small)
    spectra.imag = amplitude * np.sin(small)
    samples = synthesise(spectra, phase_cycles, mix.frame.hop_frames)
    noise = _noise(mix)
    samples += noise if span is None else looping.loop_samples(noise, span)
    samples *= np.exp(mix.log_envelope.astype(np.float32))
    return samples if span is None else looping.close_seam(samples, span.loop, mix.frame.rate_hz)


def _noise(mix: tracks.Tracks) -> Float32:
    form = mix.frame.residual
    spectra = mix.excitations[0] * (mix.shares[0] @ form.bands_to_bins)
    for excitation, share in zip(mix.excitations[1:], mix.shares[1:], strict=True):
        spectra += excitation * (share @ form.bands_to_bins)
    return residual.inverse(spectra, mix.frames, form)


def _levelled(samples: Float32, target_lufs: float, rate_hz: int) -> Float32:
    """At the target loudness, or as near to it as the peak allows."""
    gain = 10 ** ((target_lufs - _loudness(samples, rate_hz)) / 20)
    peak = float(np.abs(samples).max()) * gain
    return samples * np.float32(gain * min(1.0, PEAK / max(peak, 1e-9)))


def _without_dc(note: RenderedNote, log_envelope: Float64, loop: Loop | None) -> RenderedNote:
    """The note without its mean: a fast envelope leaves one of low partials.

    The loop's own mean is taken out of the loop and what leads into it; the rest, before the
    loop, in the shape of the envelope, which fades to nothing at the loop's start.
    """
    samples = note.samples.astype(np.float64)
    until = loop.start_frame if loop and note.mode is PlayMode.LOOP else len(samples)
    if until < len(samples):
        lead = np.ones(len(samples))
        lead[:until] = np.linspace(0, 1, until)
        samples -= lead * samples[until:].mean()
    shape = np.exp(log_envelope[:until]) * np.linspace(1, 0, until)
    samples[:until] -= shape * (samples[:until].sum() / max(1e-9, shape.sum()))
    return replace(note, samples=samples.astype(np.float32))


def _decay(loop: Loop, decay_db_per_s: float, rate_hz: int) -> Float32:
    """The factor [loop end] that the player applies from the loop's start on."""
    factor = np.ones(loop.end_frame, np.float32)
    if decay_db_per_s < 0:
        late = np.arange(loop.length_frames, dtype=np.float32)
        factor[loop.start_frame :] = np.exp(late * (decay_db_per_s * np.log(10) / 20 / rate_hz))
    return factor


def _played(note: RenderedNote, loop: Loop | None, rate_hz: int) -> Float32:
    """The note's stored frames as the player sounds them, once through."""
    if loop is None or note.mode is PlayMode.ONE_SHOT:
        return note.samples
    return note.samples * _decay(loop, note.decay_db_per_s, rate_hz)


def _one_shot(samples: Float32, log_envelope: Float64, rate_hz: int) -> RenderedNote:
    """The note up to where it is inaudible, with a short fade."""
    audible = np.nonzero(log_envelope > log_envelope.max() - INAUDIBLE_NEPERS)[0][-1] + 1
    fade = min(int(FADE_S * rate_hz), int(audible))
    cut = samples[:audible].copy()
    cut[audible - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    return RenderedNote(cut, PlayMode.ONE_SHOT, 0.0)
