"""What every renderer is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from device.pack.model import Loop, PlayMode


@dataclass(frozen=True)
class SourceNote:
    """One prepared note of one instrument: mono, at the pack's rate, trimmed, tuned, levelled."""

    instrument: str
    pitch: int  # MIDI note number
    samples: NDArray[np.float64]  # [frames], full scale = 1
    source_id: str  # hash of the prepared samples


@dataclass(frozen=True)
class RenderedNote:
    """One note of one cell as it goes into a pack (see device.pack.model.NoteInfo)."""

    samples: NDArray[np.float32]  # [frames]; the loop region flattened
    mode: PlayMode
    decay_db_per_s: float  # <= 0


class Renderer(Protocol):
    """An engine that renders the notes between source notes of one pitch.

    A note may depend only on the active sources, their weights, the pitch, the loop points and
    the renderer's version: equal recipes must give equal bytes on one machine.
    """

    name: str
    version: str

    def prepare(self, sources: Sequence[SourceNote], rate_hz: int, loop: Loop | None) -> Any:  # noqa: ANN401
        """Analyse all instruments of one pitch; the result is this renderer's own affair."""

    def render(self, prepared: Any, weights: Mapping[str, float]) -> RenderedNote:  # noqa: ANN401
        """Render the note between the instruments with weight > 0 (weights add up to 1)."""
