"""Pictures and sounds as data URIs, so that the page is one file."""

from __future__ import annotations

import base64
import io

import numpy as np
import soundfile
from matplotlib.figure import Figure

from audio_pipeline.quality.bands import Float32

DOTS_PER_INCH = 110
FADE_S = 0.02
CHUNK_FRAMES = 16_384  # libsndfile's Vorbis encoder overflows its stack on long blocks


def picture(figure: Figure) -> str:
    """A figure as a PNG with a clear background."""
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=DOTS_PER_INCH, transparent=True)
    return _uri("image/png", data.getvalue())


def sound(samples: Float32, rate_hz: int) -> str:
    """A mono sound [frames] as Ogg Vorbis, faded out at its end."""
    faded = np.clip(samples, -1, 1)
    fade = min(len(faded), round(FADE_S * rate_hz))
    faded[len(faded) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
    data = io.BytesIO()
    with soundfile.SoundFile(
        data, "w", samplerate=rate_hz, channels=1, format="OGG", subtype="VORBIS"
    ) as file:
        for start in range(0, len(faded), CHUNK_FRAMES):
            file.write(faded[start : start + CHUNK_FRAMES])
    return _uri("audio/ogg", data.getvalue())


def _uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
