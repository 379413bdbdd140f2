"""The machine's steady clock."""

from __future__ import annotations

import time


class SystemClock:
    """Seconds of the operating system's monotonic clock."""

    def now_s(self) -> float:
        """Seconds since an arbitrary moment; unaffected by setting the time of day."""
        return time.monotonic()
