"""How the machine does: the engine's counters and the memory, as a StatusView."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from device.engine.mixer import Mixer
from device.view import Playable, StatusView

MEMORY_FILE = Path("/proc/meminfo")
PERIOD_S = 0.2
PEAK_FALL = 0.7  # per period: a meter that falls slowly can be read


class StatusMeter:
    """Looks at the mixer every PERIOD_S; the peak falls slowly."""

    def __init__(self, mixer: Mixer, max_voices: int, memory_file: Path = MEMORY_FILE) -> None:
        self._mixer, self._memory_file = mixer, memory_file
        self._next_s = 0.0
        self.latest = StatusView(max_voices=max_voices)

    def look(self, now_s: float, latency_s: float, ports: tuple[str, ...]) -> None:
        """Measure again when it is time."""
        if now_s < self._next_s:
            return
        self._next_s = now_s + PERIOD_S
        counters = self._mixer.counters()
        self.latest = replace(
            self.latest,
            load=counters.load,
            late_buffers=counters.underflows,
            voices=counters.active_voices,
            memory_free_mb=free_megabytes(self._memory_file),
            latency_ms=latency_s * 1e3,
            peak=max(counters.peak, self.latest.peak * PEAK_FALL),
            midi_ports=ports,
        )

    def started(self, playable: Playable) -> None:
        """Notes can be played now for the first time."""
        self.latest = replace(self.latest, playable=playable)


def free_megabytes(memory_file: Path = MEMORY_FILE) -> int:
    """Memory that is available to programs, in MB; 0 where the system does not tell."""
    try:
        lines = memory_file.read_text().splitlines()
    except OSError:
        return 0
    found = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(found[0]) // 1000 if found else 0
