"""The temporal envelope of a note, and what can be read from it."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from .numeric import Float64

FLOOR = 1e-4  # of the maximum: keeps the flattened signal finite where a note is silent
DB_PER_NEPER = 8.685889638065037
TRUST_DB = 60.0  # below the maximum; what lies deeper is extrapolated
END_NEPERS = 14.0  # below the maximum (120 dB): where extrapolated decays stop
ATTACK_SEARCH_S = 0.6
MIN_ATTACK_S = 0.002


def measure(samples: Float64, period_frames: float, rate_hz: int) -> Float64:
    """RMS looking ahead over whole periods of at least 3 ms, [frames]: sharp at the onset.

    Looking ahead, the envelope rises before the sound does, so that an attack divided by it
    is not smeared by the analysis windows.
    """
    periods = max(1, round(0.004 * rate_hz / period_frames))
    window = round(max(period_frames * periods, 0.003 * rate_hz))
    energy = np.concatenate([[0.0], np.cumsum(np.pad(samples, (0, window)) ** 2)])
    rms = np.sqrt(np.maximum(energy[window:] - energy[:-window], 0.0)[: len(samples)] / window)
    rms = np.maximum(rms, rms.max() * FLOOR)
    return np.asarray(np.exp(uniform_filter1d(np.log(rms), window, mode="nearest")))


def last_trusted_frame(log_envelope: Float64) -> int:
    """Last frame that is loud enough to be the note and not its noise floor."""
    level_db = log_envelope * DB_PER_NEPER
    floor_db = np.percentile(level_db, 5)
    top_db = level_db.max()
    threshold_db = max(top_db - TRUST_DB, min(floor_db + 18, top_db - 30))
    return int(np.nonzero(level_db > threshold_db)[0][-1])


def extend_decay(log_envelope: Float64, trusted: int, rate_hz: int) -> Float64:
    """The log envelope with its last trusted 0.3 s continued as a straight decay."""
    frames = len(log_envelope)
    if trusted >= frames - 1:
        return log_envelope
    extended = log_envelope.copy()
    span = max(1, min(trusted, int(0.3 * rate_hz)))
    slope = min(-1e-6, (log_envelope[trusted] - log_envelope[trusted - span]) / span)
    line = log_envelope[trusted] + slope * np.arange(frames - trusted)
    extended[trusted:] = np.maximum(line, log_envelope.max() - END_NEPERS)
    return extended


def attack_s(envelope: Float64, rate_hz: int) -> float:
    """Time until the envelope first reaches -3 dB of its early maximum, in seconds."""
    early = envelope[: int(ATTACK_SEARCH_S * rate_hz)]
    return max(MIN_ATTACK_S, float(np.argmax(early >= early.max() * 0.7079)) / rate_hz)
