"""The sound output as one of the instrument's parts: its faults, and its self-test."""

from __future__ import annotations

from device.engine.steady import SteadyStream
from device.events import Fault, FaultCleared
from device.parts import SOUND
from hardware.interfaces import CheckResult

GONE = "the sound output has gone"


def sound_news(output: SteadyStream) -> Fault | FaultCleared:
    """Whether there is an output."""
    return FaultCleared(SOUND) if output.is_playing else Fault(SOUND, output.last_error or GONE)


def check_playing(output: SteadyStream | None, device: str | None) -> CheckResult:
    """The self-test of an output that is open; `device` is what was asked for."""
    if output is None:
        return CheckResult("NONE", "played into memory")
    if output.is_playing:
        name = device or "default output"
        return CheckResult("PASS", f"{name}, {output.latency_s * 1e3:.0f} ms")
    return CheckResult("FAIL", output.last_error or GONE)
