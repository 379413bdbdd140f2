"""Prints the engine's numbers beside their targets, from the result files.

A benchmark that has not been run yet is said to be so.

    python tests/bench/table.py [--results FOLDER]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Results = dict[str, Any]  # name of the benchmark -> its result file
Line = tuple[str, str, str, bool]  # what, target, reached, whether that is enough

SNR_TARGETS_DB = {"default": (65, 50, 30), "high": (65, 65, 65)}
COST_TARGETS = {"default": 0.6, "high": 1.0}
FIFO = "C callback, SCHED_FIFO"


def costs(results: Results) -> Iterator[Line]:
    """Against the faithful linear mixer."""
    for name, target in COST_TARGETS.items():
        reached = results["engine"]["relative_to_faithful"][name]
        yield f"cost, {name}", f"<= {target} x faithful", f"{reached:.2f} x", reached <= target


def ratios(results: Results) -> Iterator[Line]:
    """Signal to noise at the root and four semitones up."""
    for name, targets in SNR_TARGETS_DB.items():
        reached = results["engine"]["snr_db"][name]
        enough = all(r >= t for r, t in zip(reached, targets * 2, strict=True))
        wanted = "/".join(map(str, targets))
        yield (
            f"SNR 1/3/6 kHz, root and +4, {name}",
            f">= {wanted} dB",
            " ".join(f"{r:.0f}" for r in reached) + " dB",
            enough,
        )


def pitch(results: Results) -> Iterator[Line]:
    """The worst of all rates."""
    worst = max(results["pitch"]["worst_cents"].values())
    yield "pitch over 30 s", "<= 0.01 cent", f"{worst:.1e} cent", worst <= 0.01


def stream(results: Results) -> Iterator[Line]:
    """Buffers missed; in brackets those missed while the idle stream was punctual."""
    case = results["stream"]["cases"][FIFO]
    ours, minutes = case["missed_while_machine_kept_pace"], case["buffers"] * 128 / 48000 / 60
    yield (
        "callback under SCHED_FIFO, Python spinning",
        "none missed in 10 min",
        f"{case['missed']} missed in {minutes:.1f} min ({ours} at the machine's pace)",
        ours == 0 and minutes >= 9.99,
    )


def midi(results: Results) -> Iterator[Line]:
    """With Python at rest and busy."""
    target = results["midi"]["target_ms"]
    for name, case in results["midi"]["cases"].items():
        p99 = case["ms"]["p99"]
        wanted = f"p99 <= {target:.2f} ms"
        yield f"MIDI to first sample, {name}", wanted, f"{p99:.2f} ms", p99 <= target


def aarch64(results: Results) -> Iterator[Line]:
    """Only reported."""
    for name, counts in results["aarch64"]["counts"].items():
        instructions = f"{counts['instructions_per_voice_frame']:.1f}"
        neon = f"{counts['vector_share']:.0%} NEON"
        yield f"aarch64 instructions, {name}", "NEON used", f"{instructions}, {neon}", True


def soak(results: Results) -> Iterator[Line]:
    """What must not have happened."""
    names = ("nonfinite", "dropped_commands", "page_faults_rendering", "rows_left")
    figures = [results["soak"][name] for name in names]
    said = ", ".join(f"{name} {figure}" for name, figure in zip(names, figures, strict=True))
    yield f"soak of {results['soak']['hours']:.1f} h", "all 0", said, not any(figures)


def loader(results: Results) -> Iterator[Line]:
    """From the click of an encoder until new notes play the new pad."""
    cases = {"warm": (results["loader"]["switch_warm"], 100)}
    for name, figures in results["loader"]["switch_card"].items():
        if name.startswith("20 MB/s"):
            cases[f"card of {name}"] = (figures, 1000)
    for name, (figures, target_ms) in cases.items():
        p99 = figures["p99_ms"]
        yield f"pad switch, {name}", f"p99 <= {target_ms} ms", f"{p99:.0f} ms", p99 <= target_ms


def memory(results: Results) -> Iterator[Line]:
    """Resident, at the most."""
    most, target = results["memory"]["most_mb"], results["memory"]["target_mb"]
    yield "memory, 32 voices of 256 combinations", f"<= {target} MB", f"{most} MB", most <= target


def start(results: Results) -> Iterator[Line]:
    """Of the whole instrument."""
    figures = results["start"]
    reached, target_s = figures["median_s"], figures["target_s"]
    said = f"{reached:.2f} s ({figures['ratio']:.1f} x importing NumPy)"
    yield "start to playable", f"<= {target_s:g} s", said, reached <= target_s


def panel(results: Results) -> Iterator[Line]:
    """From the finger to the engine's command for a held voice, the display on the same bus."""
    target = results["panel"]["target_ms"]
    for name, case in results["panel"]["cases"].items():
        handled, told = case["handled_ms"]["p99"], case["engine_ms"]["p99"]
        rates = f"{case['polls_per_s']:.0f} polls/s, {case['pictures_per_s']:.0f} pictures/s"
        yield (
            f"panel to engine, {name}",
            f"p99 <= {target:.0f} ms",
            f"{told:.1f} ms (all done {handled:.1f} ms), {rates}",
            told <= target,
        )


def generation(results: Results) -> Iterator[Line]:
    """Of the CPU's and the GPU's part, whichever was measured."""
    cpu, gpu = results["generate"].get("cpu"), results["generate"].get("gpu")
    for name, model in cpu["models"].items() if cpu else ():
        target, ratio = cpu["target_ratio"], model["ratio"]
        wanted = f"<= {target} x products"
        yield f"generation step on the CPU, {name}", wanted, f"{ratio:.2f} x", ratio <= target
    if gpu is None:
        return
    checks = gpu["checks"].values() if isinstance(gpu["checks"], dict) else [{"ok": False}]
    right, every = sum(check["ok"] for check in checks), len(checks)
    yield "generation checks on the GPU", "all", f"{right} of {every}", right == every
    steps = gpu["steps"].values() if isinstance(gpu["steps"], dict) else ()
    shares = [step["share_of_square"] for step in steps if "share_of_square" in step]
    best = max(shares, default=0.0)
    yield "generation step on the GPU", ">= 0.5 of its rate", f"{best:.2f}", best >= 0.5


def install(results: Results) -> Iterator[Line]:
    """Of a pack, hashed on its way, beside a plain file of the same length."""
    target = results["install"]["target_ratio"]
    for name, case in results["install"]["cases"].items():
        said = f"{case['ratio']:.2f} ({case['install_mb_s']} of {case['plain_mb_s']} MB/s)"
        yield f"pack install, {name}", f">= {target} x raw", said, case["ratio"] >= target


def export(results: Results) -> Iterator[Line]:
    """Of one pad, with the processor's time beside what the clock said."""
    case = results["export"]
    reached, target_s = case["wall_s"], case["target_s"]
    said = f"{reached:.1f} s ({case['cpu_s']:.1f} s of {case['cores']} cores)"
    yield "export of a pad", f"<= {target_s:g} s", said, reached <= target_s


PARTS: dict[str, Callable[[Results], Iterator[Line]]] = {
    "engine": costs,
    "engine, sound": ratios,
    "pitch": pitch,
    "stream": stream,
    "midi": midi,
    "panel": panel,
    "loader": loader,
    "memory": memory,
    "start": start,
    "aarch64": aarch64,
    "soak": soak,
    "generate": generation,
    "install": install,
    "export": export,
}


def main() -> None:
    """Print a line for each number."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path, default=Path(__file__).parent / "results")
    folder = parser.parse_args().results
    results = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    for name, part in PARTS.items():
        if name.split(",")[0] not in results:
            print(f"{name:44} not measured")
            continue
        for what, target, reached, enough in part(results):
            print(f"{what:44} {target:24} {'ok  ' if enough else 'MISS'} {reached}")


if __name__ == "__main__":
    main()
