"""Run by test_stream.py in a process of its own: plays a fixed piece to the default output device.

Arguments: frames to play, block size, number of Python threads that spin meanwhile.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
import time
from pathlib import Path
from types import ModuleType

from device.engine.mixer import Mixer
from device.engine.stream import AudioStream

RATE_HZ, VOICES, SEED = 48000, 8, 11
DEADLINE_S = 60.0


def load_playing() -> ModuleType:
    """Import playing.py from beside this file."""
    path = Path(__file__).with_name("playing.py")
    spec = importlib.util.spec_from_file_location("stream_child_playing", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def loaded_mixer(frames: int) -> Mixer:
    """A mixer with all commands of the piece waiting."""
    mixer = Mixer(RATE_HZ, max_voices=VOICES)
    calls = load_playing().random_calls(
        SEED, voices=VOICES, events=400, frames=frames, output_rate_hz=RATE_HZ, loud=0.4
    )
    for name, frame, arguments, options in calls:
        getattr(mixer, name)(frame, *arguments, **options)
    return mixer


def spin(until: threading.Event) -> None:
    """Hold the interpreter as long and as often as it allows."""
    numbers = list(range(200_000))
    while not until.is_set():
        numbers.sort(key=lambda n: -n)
        numbers.sort()


def main() -> None:
    """Play and print what happened as JSON."""
    frames, block_frames, spinners = (int(argument) for argument in sys.argv[1:])
    mixer, done = loaded_mixer(frames), threading.Event()
    threads = [threading.Thread(target=spin, args=(done,)) for _ in range(spinners)]
    for thread in threads:
        thread.start()
    deadline_s = time.monotonic() + DEADLINE_S
    with AudioStream(mixer, block_frames=block_frames) as stream:
        latency_s = stream.latency_s
        while mixer.frame < frames and time.monotonic() < deadline_s:
            time.sleep(0.001)
        was_playing = stream.is_playing
    done.set()
    for thread in threads:
        thread.join()
    mixer.collect()
    counters = mixer.counters()
    result = {
        "frames": counters.frames,
        "callbacks": counters.callbacks,
        "nonfinite": counters.nonfinite,
        "late_events": counters.late_events,
        "latency_s": latency_s,
        "was_playing": was_playing,
        "is_playing": stream.is_playing,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
