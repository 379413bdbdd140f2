"""Random rows and random playing, the same for any mixer that has the methods of Mixer."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from device.engine.mixer import Envelope, Row


class Player(Protocol):
    """What is asked of a mixer here, beside the methods named by the calls."""

    def render(self, frames: int) -> NDArray[np.floating[Any]]:
        """The next frames."""


Call = tuple[str, int, tuple[Any, ...], dict[str, Any]]  # method, frame, arguments

PACK_RATES_HZ = (16000, 22050, 44100, 48000)


def random_row(rng: np.random.Generator, rate_hz: int) -> Row:
    """Half sines, half noise; one in four is a one-shot, half of the loops decay."""
    frames = int(rng.integers(20, 3000))
    noise = rng.standard_normal(frames)
    sine = np.sin(2 * np.pi * rng.uniform(0.001, 0.45) * np.arange(frames))
    wave = noise / 4 if rng.random() < 0.5 else sine
    samples = np.clip(np.round(wave * 32767), -32768, 32767).astype(np.int16)
    is_loop = rng.random() < 0.75
    length = int(rng.integers(1, frames + 1)) if is_loop else 0
    return Row(
        samples,
        gain=float(rng.uniform(0.1, 1.5)),
        loop_start_frame=int(rng.integers(0, frames - length + 1)) if is_loop else None,
        loop_length_frames=length,
        decay_db_per_s=float(-rng.choice([0, 6, 60, 2000])) if is_loop else 0.0,
        rate_hz=rate_hz,
    )


def random_weights(rng: np.random.Generator, count: int) -> list[float]:
    """Weights that sum to one; sometimes a single cell has it all."""
    weights = rng.dirichlet(np.full(count, rng.choice([0.2, 1.0])))
    return [float(w) for w in np.round(weights, 6) / max(1.0, np.round(weights, 6).sum())]


def random_envelope(rng: np.random.Generator) -> Envelope:
    """From nothing at all to a good part of the scenario."""
    times = [float(rng.choice([0.0, 0.003, 0.02, 0.1])) for _ in range(3)]
    return Envelope(times[0], times[1], float(rng.choice([0.0, 0.3, 1.0])), times[2])


def random_calls(
    seed: int, *, voices: int, events: int, frames: int, output_rate_hz: int, loud: float = 0.5
) -> list[Call]:
    """Playing that uses everything: starts, steals, morphs, bends, ends."""
    rng = np.random.default_rng(seed)
    pack_rate_hz = int(rng.choice(PACK_RATES_HZ))
    rows = [random_row(rng, pack_rate_hz) for _ in range(9)]
    ratio = pack_rate_hz / output_rate_hz

    def cells() -> tuple[list[Row], list[float]]:
        count = int(rng.integers(1, 5))
        chosen = [rows[int(i)] for i in rng.integers(0, len(rows), count)]
        return chosen, random_weights(rng, count)

    def step() -> float:
        return float(min(8.0, ratio * 2 ** rng.uniform(-2, 3)))

    def start(frame: int, voice: int) -> Call:
        options = {
            "step": step(),
            "gain": float(rng.uniform(0, 2 * loud)),
            "pan": float(rng.choice([0.0, rng.uniform(-1, 1)])),
            "start_frame": float(rng.choice([0.0, rng.uniform(0, 2000)])),
            "envelope": random_envelope(rng),
        }
        return ("note_on", frame, (voice, *cells()), options)

    def change(frame: int, voice: int) -> Call:
        kinds: dict[str, tuple[Any, ...]] = {
            "note_off": (voice,),
            "kill": (voice,),
            "set_step": (voice, step()),
            "set_gain": (voice, float(rng.uniform(0, 2 * loud))),
            "set_pan": (voice, float(rng.uniform(-1, 1))),
            "set_envelope": (voice, random_envelope(rng)),
            "set_master": (float(rng.uniform(0.2, 1.5)),),
            "panic": (),
        }
        odds = np.array([4, 1, 4, 4, 4, 3, 1, 0.3])
        kind = str(rng.choice(list(kinds), p=odds / odds.sum()))
        return (kind, frame, kinds[kind], {})

    calls = [start(0, voice) for voice in range(voices)]
    for _ in range(events):
        frame, voice = int(rng.integers(0, frames)), int(rng.integers(0, voices))
        kind = rng.random()
        if kind < 0.25:
            calls.append(start(frame, voice))
        elif kind < 0.6:
            calls.append(("set_cells", frame, (voice, *cells()), {}))
        else:
            calls.append(change(frame, voice))
    return calls


def play(
    mixer: Player, calls: list[Call], frames: int, blocks: list[int]
) -> NDArray[np.floating[Any]]:
    """Send every call, then render in blocks of the given sizes, over and over."""
    for name, frame, arguments, options in calls:
        getattr(mixer, name)(frame, *arguments, **options)
    done, parts = 0, []
    while done < frames:
        size = min(blocks[len(parts) % len(blocks)], frames - done)
        parts.append(mixer.render(size))
        done += size
    return np.concatenate(parts)
