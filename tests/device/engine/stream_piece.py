"""A piece that asks everything of a stream, and a program that plays it to a real sound device.

32 voices sound all the time, every one of them morphing 200 times a second and some bending; five
times a second eight of them start anew from the other pad. The player runs in a process of its own:

    python stream_piece.py --device NAME --frames N

It sends commands lead_s ahead of the sound while Python threads spin, and prints JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.engine.mixer import Envelope, Mixer, Row
from device.engine.stream import AudioStream

RATE_HZ, PACK_RATE_HZ, VOICES, SEED = 48000, 44100, 32, 5
MORPH_FRAMES, PAD_FRAMES = 240, 9600
PADS, CELLS, PITCHES = 2, 4, 4
DEADLINE_S = 120.0
SWITCH_S = 0.0005  # as the player does
TAIL_FRAMES = 2400  # so that closing the stream cuts off nothing of the piece

Call = tuple[int, str, tuple[Any, ...], dict[str, Any]]  # frame, method of Mixer, arguments


def make_rows(rng: np.random.Generator) -> list[list[list[Row]]]:
    """Rows by pad, pitch and cell: a second of eight harmonics each, looped."""
    t = np.arange(PACK_RATE_HZ) / PACK_RATE_HZ
    rows = []
    for _ in range(PADS):
        pitches = []
        for hertz in (110.0, 147.0, 196.0, 262.0)[:PITCHES]:
            levels = rng.dirichlet(np.ones(8), size=CELLS)
            waves = [
                sum(a * np.sin(2 * np.pi * hertz * (h + 1) * t) for h, a in enumerate(level))
                for level in levels
            ]
            pitches.append([_row(np.asarray(wave)) for wave in waves])
        rows.append(pitches)
    return rows


def _row(wave: NDArray[np.float64]) -> Row:
    samples = np.round(wave / np.abs(wave).max() * 30000).astype(np.int16)
    return Row(samples, 1.0, PACK_RATE_HZ // 4, PACK_RATE_HZ // 2, -1.0, PACK_RATE_HZ)


def piece(frames: int) -> Iterator[Call]:
    """All commands in order of their frames; the same in every process."""
    rng = np.random.default_rng(SEED)
    rows = make_rows(rng)
    base = PACK_RATE_HZ / RATE_HZ
    pads = [0] * VOICES
    envelope = Envelope(0.005, 0.1, 0.8, 0.1)
    for frame in range(0, frames, MORPH_FRAMES):
        switched = frame // PAD_FRAMES
        starting = range(8 * (switched % 4), 8 * (switched % 4) + 8)
        all_weights = (rng.dirichlet(np.ones(CELLS), size=VOICES) * 0.99).tolist()
        for voice, weights in enumerate(all_weights):
            begins = frame == 0 or (frame % PAD_FRAMES == 0 and voice in starting)
            if begins:
                pads[voice] = switched % PADS
            cells = (voice, rows[pads[voice]][voice % PITCHES], weights)
            if begins:
                step = base * float(2 ** rng.uniform(-0.5, 0.5))
                pan = float(rng.uniform(-1, 1))
                options = {"step": step, "gain": 0.06, "pan": pan, "envelope": envelope}
                yield frame, "note_on", cells, options
            else:
                yield frame + 7 * voice, "set_cells", cells, {}
        bent = int(rng.integers(VOICES))
        yield frame + 230, "set_step", (bent, base * float(2 ** rng.uniform(-0.5, 0.5))), {}


def new_mixer() -> Mixer:
    """A mixer with room for two seconds of the piece."""
    return Mixer(RATE_HZ, max_voices=VOICES, commands=32768)


class Sender:
    """Hands the piece to a mixer, never more than lead_frames ahead of the sound."""

    def __init__(self, mixer: Mixer, calls: Iterable[Call], lead_frames: int) -> None:
        self._mixer, self._lead_frames = mixer, lead_frames
        self._calls = iter(calls)
        self._next = next(self._calls, None)
        self.sent = 0

    def step(self) -> None:
        """Send what is due; what the mixer has no room for is sent again at the next step."""
        horizon = self._mixer.frame + self._lead_frames
        while self._next is not None and self._next[0] < horizon:
            frame, name, arguments, options = self._next
            if not getattr(self._mixer, name)(frame, *arguments, **options):
                break
            self.sent += 1
            self._next = next(self._calls, None)
        self._mixer.collect()


def expected(frames: int, block_frames: int) -> NDArray[np.float32]:
    """The piece as an offline render: float32 [at least frames, 2]."""
    mixer = new_mixer()
    sender = Sender(mixer, piece(frames), RATE_HZ)
    blocks = []
    while mixer.frame < frames:
        sender.step()
        blocks.append(mixer.render(block_frames))
    return np.concatenate(blocks)


def spin(until: threading.Event) -> None:
    """Hold the interpreter as long and as often as it allows."""
    numbers = list(range(5_000))  # small: memory from the system would be a burden of another kind
    while not until.is_set():
        numbers.sort(key=lambda n: -n)
        numbers.sort()


def play(frames: int, sender: Sender, stream: AudioStream) -> dict[str, Any]:
    """Play the piece until it and a little more is out; what the counters say."""
    mixer = stream.mixer
    deadline_s = time.monotonic() + DEADLINE_S
    sender.step()
    stream.start()
    while mixer.frame < frames + TAIL_FRAMES and time.monotonic() < deadline_s:
        sender.step()
        time.sleep(0.01)
    return {**asdict(mixer.counters()), "sent": sender.sent, "was_playing": stream.is_playing}


def main() -> None:
    """Play as asked and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device")
    parser.add_argument("--frames", type=int, required=True)
    parser.add_argument("--block", type=int, default=128)
    parser.add_argument("--spinners", type=int, default=1)
    parser.add_argument("--lead-s", type=float, default=2.0)
    parser.add_argument("--priority", type=int, default=0, help="real-time, of the stream")
    options = parser.parse_args()
    done = threading.Event()
    threads = [threading.Thread(target=spin, args=(done,)) for _ in range(options.spinners)]
    mixer = new_mixer()
    calls = list(piece(options.frames))  # made before the clock runs
    sender = Sender(mixer, calls, round(options.lead_s * RATE_HZ))
    sys.setswitchinterval(SWITCH_S)
    stream = AudioStream(
        mixer,
        device=options.device,
        block_frames=options.block,
        realtime_priority=options.priority,
    )
    try:
        for thread in threads:
            thread.start()
        result = play(options.frames, sender, stream)
    finally:
        done.set()
        stream.close()
    print(json.dumps(result))


if __name__ == "__main__":
    main()
