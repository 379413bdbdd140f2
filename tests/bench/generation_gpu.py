"""The GPU's part of the generation benchmark, in stages that stop when time runs out."""

from __future__ import annotations

import statistics
import subprocess
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import generation_checks
import numpy as np
import torch
from generation_models import FRAMES, HOP, NOTES, PUBLISHED, TINY, operations, random_model
from generation_models import random_job as job_of

from audio_pipeline.nsynth.generation import Generator, plain
from audio_pipeline.nsynth.generation.capacity import notes_that_fit
from audio_pipeline.nsynth.generation.cuda import CudaEngine, gpu, kernels_for
from audio_pipeline.nsynth.generation.decoder import fold
from audio_pipeline.nsynth.generation.devices import Cuda, Device, plan_bytes
from audio_pipeline.nsynth.generation.launching import Launcher
from audio_pipeline.nsynth.generation.tiles import Gpu, Tile, Tiles, choose_tiles
from audio_pipeline.nsynth.model import Model

TARGET = 0.5  # of the card's rate at large products, that whole steps must reach
GATES = [Tile(128, 256, 64, 8, 3), Tile(128, 256, 64, 8, 4), Tile(256, 128, 64, 8, 3),
         Tile(128, 128, 64, 4, 3), Tile(128, 128, 64, 8, 4), Tile(64, 256, 64, 4, 3)]  # fmt: skip


class Part:
    """The stages, and what they found so far in `figures`."""

    def __init__(
        self, *, rehearse: bool, until: float, kept: Callable[[dict[str, Any]], None]
    ) -> None:
        self.rehearse, self._until, self._kept = rehearse, until, kept
        self.device = torch.device("cpu" if rehearse else "cuda")
        self.sizes = TINY if rehearse else PUBLISHED
        self.chip = Gpu(4, 101_376) if rehearse else gpu(self.device)
        self.kernels = plain if rehearse else kernels_for(self.device, self.sizes)
        model = random_model(self.sizes)
        self.decoder = fold(model)
        self.batches = [3, 8, 16] if rehearse else self.fitting_batches()
        self.large = max(batch for batch in self.batches if batch <= 8448)
        tensors = {name: tensor.to(self.device) for name, tensor in model.tensors.items()}
        self.model = Model(model.sizes, tensors, model.source)
        self.figures: dict[str, Any] = {"kernels": self.kernels.__name__, "card": self.card()}

    def fitting_batches(self) -> list[int]:
        """Batches for which the card has memory."""
        free, _ = torch.cuda.mem_get_info(self.device)
        fit = notes_that_fit(free, *plan_bytes(self.decoder, self.chip))
        return [batch for batch in (64, 512, 1024, 2048, 4224, 8448, 16_896) if batch <= fit]

    def run(self) -> bool:
        """All stages for which there is time; whether every check went well."""
        torch.set_float32_matmul_precision("highest")
        stages: list[tuple[str, float, Callable[[], Any]]] = [
            ("checks", 60, self.checks), ("ceilings", 20, self.ceilings),
            ("steps", 90, self.steps), ("kernel_us", 40, self.kernel_times),
            ("gate_tiles", 60, self.gate_tiles), ("two_streams", 30, self.two_streams),
            ("many_notes", 75, self.many_notes),
        ]  # fmt: skip
        for name, need_s, stage in stages:
            left_s = self._until - time.monotonic()
            print(f"-- {name}, {left_s:.0f} s left", flush=True)
            self.figures[name] = self.outcome(stage) if left_s > need_s else "no time left"
            self._kept(self.figures)
        checks = self.figures["checks"]
        return isinstance(checks, dict) and all(check["ok"] for check in checks.values())

    def outcome(self, stage: Callable[[], Any]) -> Any:  # noqa: ANN401
        """What a stage found, or how it failed: the others may still tell something."""
        try:
            return stage()
        except Exception as error:
            traceback.print_exc()
            return f"failed: {type(error).__name__}: {error}"[:500]

    def engine(
        self, notes: int, tiles: Tiles | None = None, kernels: ModuleType | None = None
    ) -> CudaEngine:
        """An engine for so many notes."""
        chosen = tiles or choose_tiles(self.sizes, notes, self.chip)
        return CudaEngine(
            self.decoder, notes, chosen, device=self.device, kernels=kernels or self.kernels
        )

    def checks(self) -> dict[str, Any]:
        """Is it right: of the kernels, and of the fallback in PyTorch."""
        tiles, few = choose_tiles(self.sizes, self.large, self.chip), self.large // 33 or 5
        results = {}
        for name, kernels in {"kernels": self.kernels, "plain": plain}.items():

            def make(notes: int, kernels: ModuleType = kernels) -> CudaEngine:
                return self.engine(notes, tiles, kernels)

            found = generation_checks.exactness(make, self.model, few, min(few, 16))
            if name == "kernels":
                found |= generation_checks.company(make, self.model, few, self.large)
            found |= generation_checks.sampler(make(few))
            results |= {f"{name}: {what}": check for what, check in found.items()}
        return results

    def ceilings(self) -> dict[str, float]:
        """Rates of cuBLAS in TFLOP/s, and of a copy in GB/s."""
        rows, width = self.large, self.sizes.decoder_width
        depth = self.sizes.decoder_depth * width
        size = 256 if self.rehearse else 8192
        shapes = {
            "square": (size, size, size),
            "gate": (rows, 3 * width, 2 * width),
            "res": (rows, width, width),
            "skip": (rows, depth, self.sizes.skip_width),
        }
        rates: dict[str, float] = {}
        for name, (m, k, n) in shapes.items():
            a = torch.randn(m, k, device=self.device, dtype=torch.float16)
            many = [torch.randn(k, n, device=self.device, dtype=torch.float16) for _ in range(8)]
            out = torch.empty(m, n, device=self.device, dtype=torch.float16)
            s = self.time_s(lambda a=a, many=many, out=out: [torch.mm(a, b, out=out) for b in many])
            rates[f"{name}_tflops"] = three(8 * 2 * m * n * k / s / 1e12)
        source = torch.zeros(2**20 if self.rehearse else 2**30, device=self.device)
        target = torch.empty_like(source)
        s = self.time_s(lambda: target.copy_(source))
        return rates | {"copy_gb_per_s": round(2 * source.nbytes / s / 1e9, 1)}

    def steps(self) -> dict[str, Any]:
        """Whole steps at batch sizes, and of the fallback at the large one."""
        results = {}
        cases = [(notes, self.kernels) for notes in self.batches]
        for notes, kernels in [*cases, (self.large, plain)]:
            name = f"{kernels.__name__.rpartition('.')[2]}, batch {notes}"
            try:
                results[name] = self.step_figures(notes, kernels)
            except torch.cuda.OutOfMemoryError:
                results[name] = "out of memory"
                torch.cuda.empty_cache()
        return results

    def step_figures(self, notes: int, kernels: ModuleType) -> dict[str, float]:
        """Of one engine: a frame to record and settle, then two timed ones."""
        engine = self.engine(notes, kernels=kernels)
        engine.begin(job_of(notes, 4, self.sizes.bottleneck))
        engine.frame()
        times = []
        for _ in range(3):
            begin = time.perf_counter()
            engine.frame()  # waits for the samples
            times.append(time.perf_counter() - begin)
        engine.close()
        step_s = min(times) / self.sizes.hop
        return self.rates(notes, step_s)

    def rates(self, notes: int, step_s: float) -> dict[str, float]:
        """What a step's time means."""
        tflops = notes * operations(self.sizes) / step_s / 1e12
        figures = {"us": round(1e6 * step_s, 1), "samples_per_s": round(notes / step_s),
                   "tflops": three(tflops)}  # fmt: skip
        square = self.figures["ceilings"]
        if isinstance(square, dict):
            figures["share_of_square"] = three(tflops / square["square_tflops"])
        return figures

    def kernel_times(self) -> dict[str, float]:
        """Microseconds that each kernel takes of a step at the large batch."""
        tiles = choose_tiles(self.sizes, self.large, self.chip)
        names = ("start", "gate", "res", "skip", "combine", "head", "output", "draw")
        return {name: self.kernel_us(name, tiles) for name in names}

    def kernel_us(self, name: str, tiles: Tiles) -> float:
        """Microseconds of all of a step's launches of one kernel, on random data."""
        engine = self.engine(self.large, tiles)
        engine.begin(job_of(self.large, 1, self.sizes.bottleneck))
        for buffer in engine.plan.state:
            if engine._tensors[buffer].is_floating_point():
                engine._tensors[buffer].normal_()
        launches = (*engine.plan.trunk, *engine.plan.head, *engine.plan.draw)
        launcher = Launcher(self.kernels, engine._tensors)
        run = launcher.bind([launch for launch in launches if launch.kernel == name])
        used_s = self.time_s(lambda: run(0))
        engine.close()
        return three(1e6 * used_s)

    def gate_tiles(self) -> dict[str, Any]:
        """Microseconds of all gates of a step by tile, at the large batch."""
        chosen = choose_tiles(self.sizes, self.large, self.chip)
        times: dict[str, Any] = {}
        for tile in [chosen.gate] if self.rehearse else GATES:
            name = f"{tile.m} x {tile.n} x {tile.k}, {tile.warps} warps, {tile.stages} stages"
            if tile.shared_bytes() > self.chip.shared_bytes:
                continue
            try:
                times[name] = self.kernel_us("gate", replace(chosen, gate=tile))
            except Exception as error:  # a tile that does not compile on this card is a finding
                times[name] = f"{type(error).__name__}: {error}"[:200]
        return times

    def two_streams(self) -> Any:  # noqa: ANN401
        """Two batches at a time, each with its graph: do they fill each other's gaps?"""
        if self.rehearse:
            return "needs CUDA"
        fit = max(self.batches)
        notes = self.large if 2 * self.large <= fit else self.large // 2
        engines = [self.engine(notes) for _ in range(2)]
        for engine in engines:
            engine.begin(job_of(notes, 4, self.sizes.bottleneck))
            engine.frame()
        streams = [torch.cuda.Stream() for _ in engines]
        graphs: list[Any] = [engine._free for engine in engines]
        replays = self.sizes.hop // graphs[0]._length
        torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(replays):
            for stream, recorded in zip(streams, graphs, strict=True):
                with torch.cuda.stream(stream):
                    recorded._graph.replay()
        torch.cuda.synchronize()
        figures = self.rates(2 * notes, (time.perf_counter() - begin) / self.sizes.hop)
        for engine in engines:
            engine.close()
        return {"batch": f"2 x {notes}"} | figures

    def many_notes(self) -> dict[str, Any]:
        """As a user's run goes: as many frames of the lite set as a minute has, extrapolated."""
        notes = 24 if self.rehearse else NOTES["lite set (2^4)"]
        frames = 2 if self.rehearse else FRAMES
        job = job_of(notes, frames, self.sizes.bottleneck)
        device: str | Device = "cpu" if self.rehearse else Cuda()
        run = Generator(
            self.model, job.conditions, seeds=[int(seed) for seed in job.seeds], device=device
        )
        run.advance()  # compiles
        begin, before = time.perf_counter(), run.done
        while time.perf_counter() - begin < 60 and run.advance():
            pass
        seconds, made = time.perf_counter() - begin, run.done - before
        assert len(np.unique(run.classes)) > 1
        run.close()
        per_s = made / seconds
        hours = {name: round(count * FRAMES / per_s / 3600, 3) for name, count in NOTES.items()}
        return {"notes": notes, "frames_timed": made, "samples_per_s": round(per_s * HOP),
                "hours": hours, "card": self.card()}  # fmt: skip

    def time_s(self, run: Callable[[], object]) -> float:
        """Median seconds of one call, recorded as a graph on a GPU."""
        if self.rehearse:
            begin = time.perf_counter()
            run()
            return time.perf_counter() - begin
        run()
        torch.cuda.synchronize()
        graph: Any = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            run()
        times = []
        for _ in range(6):
            first, last = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            first.record()
            graph.replay()
            last.record()
            torch.cuda.synchronize()
            times.append(first.elapsed_time(last) / 1000)
        return statistics.median(times[1:])

    def card(self) -> str:
        """Name, driver, clock and power now; only read."""
        if self.rehearse:
            return "none"
        fields = "name,driver_version,clocks.sm,power.draw,temperature.gpu"
        command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader"]
        try:
            told = subprocess.run(command, capture_output=True, text=True, timeout=10).stdout
            return told.strip()
        except (OSError, subprocess.TimeoutExpired):
            return torch.cuda.get_device_name(self.device)


def three(value: float) -> float:
    """Three digits of a figure."""
    return float(f"{value:.3g}")


def show(figures: dict[str, Any]) -> None:
    """The short table."""
    print(f"\nGPU: {figures['card']}; {figures['kernels']}")
    checks = figures["checks"]
    for name, check in checks.items() if isinstance(checks, dict) else ():
        verdict = "ok  " if check["ok"] else "MISS"
        print(f"  {name:56} <= {check['limit']:<8} {verdict} {check['value']}")
    if not isinstance(checks, dict):
        print(f"  checks: MISS {checks}")
    for stage in ("ceilings", "steps", "kernel_us", "gate_tiles", "two_streams", "many_notes"):
        print(f"  {stage}: ", end="")
        found = figures[stage]
        if not isinstance(found, dict):
            print(found)
            continue
        print("".join(f"\n    {name:44} {value}" for name, value in found.items()))
    steps = figures["steps"] if isinstance(figures["steps"], dict) else {}
    reached = [step["share_of_square"] for step in steps.values()
               if "share_of_square" in step]  # fmt: skip
    if reached:
        verdict = "ok  " if max(reached) >= TARGET else "MISS"
        print(f"  best step: share of the card's rate >= {TARGET} {verdict} {max(reached)}")
