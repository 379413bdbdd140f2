"""A renderer whose process is killed in the middle of its work, as for want of memory."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping

from tally_renderer import Prepared, TallyRenderer

from audio_pipeline.renderers.base import RenderedNote


class KillingRenderer(TallyRenderer):
    """Ends its process at the second note."""

    def render(self, prepared: Prepared, weights: Mapping[str, float]) -> RenderedNote:
        """The first note as usual."""
        if self.tally():
            os.kill(os.getpid(), signal.SIGKILL)
        return super().render(prepared, weights)
