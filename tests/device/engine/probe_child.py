"""Run by test_callback.py with callback_probe.c preloaded: plays a piece with the probe in between.

Arguments: the probe's library, frames to play, and how many buffers until it aborts (0 never).
Without frames it runs the probe's own sinners instead of the mixer, to show that it sees them.
"""

from __future__ import annotations

import ctypes
import json
import sys
import time
from typing import Any

import sounddevice
from stream_child import loaded_mixer

from device.engine._mixer import ffi, lib
from device.engine.mixer import Mixer
from device.engine.steady import SteadyStream

BLOCK_FRAMES = 128
DEADLINE_S = 60.0


class Seen(ctypes.Structure):
    """The probe's notes."""

    _fields_ = [
        *(
            (name, ctypes.c_int64)
            for name in (
                "callbacks", "library_calls", "system_calls", "traps_syscalls", "minor_faults",
                "major_faults", "last_system_call",
            )
        ),
        ("last_library_call", ctypes.c_char * 32),
    ]  # fmt: skip


def load_probe(path: str) -> ctypes.CDLL:
    """The probe as it has been preloaded."""
    probe = ctypes.CDLL(path)
    probe.probe_watch.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    probe.probe_seen.restype = ctypes.POINTER(Seen)
    probe.probe_sinner.restype = ctypes.c_void_p
    return probe


def what_was_seen(probe: ctypes.CDLL) -> dict[str, Any]:
    """The probe's notes as JSON."""
    seen = probe.probe_seen().contents
    notes = {name: getattr(seen, name) for name, _ in Seen._fields_}
    return {**notes, "last_library_call": seen.last_library_call.decode()}


def put_between(probe: ctypes.CDLL, abort_every: int) -> None:
    """Every stream that is opened from now on calls the probe, which calls the mixer."""
    stream_base = sounddevice._StreamBase
    between = ctypes.cast(probe.probe_callback, ctypes.c_void_p).value

    def open_stream(**settings: Any) -> object:  # noqa: ANN401
        mixer = int(ffi.cast("uintptr_t", settings["userdata"]))
        real = int(ffi.cast("uintptr_t", ffi.addressof(lib, "lp_mixer_callback")))
        probe.probe_watch(real, mixer, abort_every)
        return stream_base(**{**settings, "callback": ffi.cast("void *", between)})

    sounddevice._StreamBase = open_stream


def play(mixer: Mixer, frames: int, losses: int) -> dict[str, int]:
    """To a real output, until so many frames are played and the output was lost so often."""
    deadline_s = time.monotonic() + DEADLINE_S
    returns = 0
    with SteadyStream(mixer, time.monotonic, block_frames=BLOCK_FRAMES) as stream:
        while time.monotonic() < deadline_s and (mixer.frame < frames or returns < losses):
            returns += stream.watch() and stream.is_playing
            mixer.collect()
            time.sleep(0.002)
    return {"losses": stream.losses, "returns": returns, "errors": stream.failed_openings}


def sin(probe: ctypes.CDLL, kind: int) -> dict[str, Any]:
    """Ten buffers of one of the probe's own sinners."""
    probe.probe_watch(probe.probe_sinner(kind), None, 0)
    for _ in range(10):
        probe.probe_callback(None, None, ctypes.c_ulong(16), None, ctypes.c_ulong(0), None)
    return what_was_seen(probe)


def main() -> None:
    """Play, or sin, and print what was seen as JSON."""
    probe = load_probe(sys.argv[1])
    frames, abort_every = int(sys.argv[2]), int(sys.argv[3])
    if not frames:
        print(json.dumps([sin(probe, kind) for kind in range(4)]))
        return
    put_between(probe, abort_every)
    mixer = loaded_mixer(frames)
    result = play(mixer, frames, losses=2 if abort_every else 0)
    counters = mixer.counters()
    result |= {"nonfinite": counters.nonfinite, "late_events": counters.late_events}
    print(json.dumps({**what_was_seen(probe), **result, "frames": mixer.frame}))


if __name__ == "__main__":
    main()
