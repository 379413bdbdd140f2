"""Cost and quality of the mixer: ns per voice and frame beside two peers, and an SNR table.

Workload: 32 voices, 128-frame buffers, 16 kHz notes of 60000 frames at 48 kHz, looping, envelopes
running; the engine mixes four cells with moving weights. All items run in turn, several times over;
the medians are compared. Thread CPU time.

    python tests/bench/engine_bench.py [--rounds 9] [--out result.json]
"""

from __future__ import annotations

import argparse
import ctypes
import datetime
import json
import os
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device.engine._mixer import ffi, lib
from device.engine.mixer import LATENCY_FRAMES, Envelope, Mixer, Row
from device.engine.quality import INTERPOLATIONS, Interpolation

HERE = Path(__file__).parent
VOICES, BLOCK, BLOCKS = 32, 128, 150
SOURCE_HZ, OUTPUT_HZ, FRAMES = 16000, 48000, 60000
LOOP_START, LOOP_END, LOOP_FADE = 12000, 24600, 4000
MORPH_EVERY = 480  # frames: the weights never rest
TARGETS = {"default": 0.6, "high": 1.0}  # of the faithful mixer's cost
DENORMAL_GAIN = 5e-34  # products with taps, weights and gains fall below the smallest normal float
DENORMAL_TARGET = 1.5  # of the cost of `default`
SNR_TARGETS_DB = {"default": (65.0, 50.0, 30.0), "high": (65.0, 65.0, 65.0)}
SNR_HZ = (1000, 3000, 6000)

Samples = NDArray[np.int16]
Run = Callable[[], float]  # seconds of CPU time for VOICES * BLOCK * BLOCKS frames


def _bank() -> list[Samples]:
    rng = np.random.default_rng(1)
    t = np.arange(FRAMES) / SOURCE_HZ
    waves = [
        sum(np.sin(2 * np.pi * f * h * t) / h for h in range(1, 8)) for f in (110, 147, 196, 262)
    ]
    noise = rng.standard_normal((4, FRAMES)) * 0.05
    return [(w / 3 * 20000 + n * 3000).astype(np.int16) for w, n in zip(waves, noise, strict=True)]


def _steps() -> list[float]:
    return [SOURCE_HZ / OUTPUT_HZ * 2 ** ((v % 4 - 2) / 12) for v in range(VOICES)]


def _cpu(action: Callable[[], object]) -> float:
    start = time.thread_time()
    action()
    return time.thread_time() - start


def engine_run(bank: list[Samples], interpolation: Interpolation, row_gain: float = 1.0) -> Run:
    """The whole engine, limiter and stereo included; commands are sent outside the timing."""
    mixer = Mixer(OUTPUT_HZ, max_voices=VOICES, interpolation=interpolation, commands=8192)
    rows = [
        Row(samples, row_gain, LOOP_START, LOOP_END - LOOP_START, decay, SOURCE_HZ)
        for samples, decay in zip(bank, (0.0, -1.0, -2.0, 0.0), strict=True)
    ]
    out = ffi.new("float[]", 2 * BLOCK)
    rng = np.random.default_rng(2)

    def blocks() -> None:
        for _ in range(BLOCKS):
            lib.lp_mixer_render(mixer.cdata, out, BLOCK)

    def run() -> float:
        mixer.collect()
        start = mixer.frame
        for voice, step in enumerate(_steps()):
            envelope = Envelope(0.2, 0.25, 0.5, 0.3)
            mixer.note_on(start, voice, rows, [0.25] * 4, step=step, gain=0.02, envelope=envelope)
            for at in range(start + 10 * voice, start + BLOCK * BLOCKS, MORPH_EVERY):
                mixer.set_cells(at, voice, rows, [float(w) for w in rng.dirichlet(np.ones(4))])
        return _cpu(blocks)

    return run


class _Note(ctypes.Structure):
    _fields_ = [
        ("row", ctypes.c_void_p),
        *((name, ctypes.c_float) for name in ("speed", "gain", "head", "direction")),
        *((name, ctypes.c_float) for name in ("old_head", "old_direction", "time", "off_time")),
        ("level", ctypes.c_float),
        ("fade_time", ctypes.c_int),
        ("done", ctypes.c_int),
    ]


class _Sound(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_float) for name in ("attack_s", "decay_s", "sustain", "release_s")),
        ("seconds_per_frame", ctypes.c_float),
        *((name, ctypes.c_int) for name in ("loop_start", "loop_end", "fade_frames")),
    ]


def faithful_run(peers: ctypes.CDLL, bank: list[Samples]) -> Run:
    """The upstream algorithm: one cell, mono."""
    sound = _Sound(0.2, 0.25, 0.5, 0.3, 1 / OUTPUT_HZ, LOOP_START, LOOP_END, LOOP_FADE)
    audio = (ctypes.c_float * BLOCK)()

    def run() -> float:
        notes = (_Note * VOICES)()
        for voice, step in enumerate(_steps()):
            row = bank[voice % 4].ctypes.data
            notes[voice] = _Note(row, step, 0.02 / 32768, 0, 1, 0, 1, 0, 0, 0, -1, 0)
        return _cpu(
            lambda: peers.faithful_mix(notes, VOICES, ctypes.byref(sound), audio, BLOCK, BLOCKS)
        )

    return run


def plain_run(peers: ctypes.CDLL, bank: list[Samples]) -> Run:
    """One cell, linear, nothing else."""
    audio = (ctypes.c_float * BLOCK)()
    rows = (ctypes.c_void_p * VOICES)(*(bank[v % 4].ctypes.data for v in range(VOICES)))
    steps = (ctypes.c_uint64 * VOICES)(*(round(s * 2**32) for s in _steps()))
    phases = (ctypes.c_uint64 * VOICES)()
    end, gain = ctypes.c_uint64((FRAMES - 200) << 32), ctypes.c_float(0.02 / 32768)

    def run() -> float:
        return _cpu(
            lambda: peers.plain_mix(rows, steps, phases, VOICES, end, gain, audio, BLOCK, BLOCKS)
        )

    return run


def build_peers(folder: Path) -> ctypes.CDLL:
    """Compile engine_peers.c as the kernel is compiled."""
    library = folder / "peers.so"
    command = ["gcc", "-std=gnu11", "-O3", "-shared", "-fPIC", "-o", str(library)]
    subprocess.run([*command, str(HERE / "engine_peers.c"), "-lm"], check=True)
    return ctypes.CDLL(str(library))


def measure(rounds: int) -> dict[str, float]:
    """Item -> ns per voice and frame, the median of interleaved rounds."""
    bank = _bank()
    with tempfile.TemporaryDirectory() as folder:
        peers = build_peers(Path(folder))
        runs = {"plain": plain_run(peers, bank), "faithful": faithful_run(peers, bank)}
        runs |= {name: engine_run(bank, name) for name in INTERPOLATIONS}
        runs["denormal"] = engine_run(bank, "default", DENORMAL_GAIN)
        times: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(rounds + 1):
            for name, run in runs.items():
                times[name].append(run())
    per_frame = 1e9 / (VOICES * BLOCK * BLOCKS)
    return {name: statistics.median(t[1:]) * per_frame for name, t in times.items()}


def sine_snr_db(sound: NDArray[np.float64], cycles_per_frame: float) -> float:
    """Power of the best fitting sine of that frequency over the power of all the rest."""
    angle = 2 * np.pi * cycles_per_frame * np.arange(len(sound))
    basis = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    fitted = basis @ np.linalg.lstsq(basis, sound, rcond=None)[0]
    return float(10 * np.log10(np.sum(fitted**2) / np.sum((sound - fitted) ** 2)))


def snr_db(interpolation: Interpolation, source_hz: float, semitones: float) -> float:
    """A sine of a 16 kHz pack through the whole mixer at 48 kHz."""
    samples = np.round(0.9 * 32767 * np.sin(2 * np.pi * source_hz / SOURCE_HZ * np.arange(16000)))
    row = Row(samples.astype(np.int16), 1.0, None, 0, 0.0, SOURCE_HZ)
    step = SOURCE_HZ / OUTPUT_HZ * 2 ** (semitones / 12)
    mixer = Mixer(OUTPUT_HZ, interpolation=interpolation)
    envelope = Envelope(0.0, 0.0, 1.0, 0.0)
    mixer.note_on(0, 0, [row], [1.0], step=step, gain=0.8, envelope=envelope)
    sound = mixer.render(30000)[LATENCY_FRAMES + 1000 :, 0].astype(np.float64)
    return sine_snr_db(sound, source_hz * step / SOURCE_HZ)


def snr_table() -> dict[str, list[float]]:
    """Interpolation -> dB at 1, 3, 6 kHz at the root, then at +4 semitones."""
    return {
        name: [snr_db(name, f, semitones) for semitones in (0, 4) for f in SNR_HZ]
        for name in INTERPOLATIONS
    }


def machine() -> str:
    """Architecture, processor and number of cores."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{platform.machine()}, {(models or ['unknown'])[0]}, {os.cpu_count()} cores"


def report(cost: dict[str, float], snr: dict[str, list[float]]) -> str:
    """The tables as text."""
    lines = [f"{'item':10} {'ns/vf':>7} {'x plain':>8} {'x faithful':>11}  target"]
    for name, ns in cost.items():
        target = f"<= {TARGETS[name]}" if name in TARGETS else ""
        ratios = f"{ns / cost['plain']:8.2f} {ns / cost['faithful']:11.2f}"
        lines.append(f"{name:10} {ns:7.2f} {ratios}  {target}")
    denormal = cost["denormal"] / cost["default"]
    lines.append(f"denormal input: {denormal:.2f} x default, target <= {DENORMAL_TARGET}")
    heads = [f"{f // 1000}k{shift}" for shift in ("", "+4") for f in SNR_HZ]
    lines.append(f"\n{'SNR, dB':10} " + " ".join(f"{head:>6}" for head in heads))
    for name, row in snr.items():
        wanted = SNR_TARGETS_DB.get(name)
        lines.append(
            f"{name:10} "
            + " ".join(f"{x:6.1f}" for x in row)
            + (f"  >= {wanted}" if wanted else "")
        )
    return "\n".join(lines)


def main() -> None:
    """Measure, print, and write JSON if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    cost, snr = measure(arguments.rounds), snr_table()
    print(report(cost, snr))
    if arguments.out:
        result: dict[str, Any] = {
            "date": datetime.date.today().isoformat(),
            "machine": machine(),
            "ns_per_voice_frame": cost,
            "relative_to_faithful": {k: v / cost["faithful"] for k, v in cost.items()},
            "snr_db": snr,
        }
        arguments.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
