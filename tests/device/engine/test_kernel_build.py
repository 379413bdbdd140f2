"""The kernel under sanitizers, and proof that the audio thread asks the system for nothing."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
KERNEL = HERE.parents[2] / "device" / "engine" / "kernel"
SOURCES = sorted(KERNEL.glob("*.c"))
OWNERS_SIDE = {
    "lifetime.c",
    "memory.c",
    "ring.c",
    "schedule.c",
    "thread.c",
    "ticks.c",
}  # they also create and free
OWNERS_NEEDS = {
    *("aligned_alloc", "free", "mlock", "munlock", "clock_gettime"),
    *("pthread_getschedparam", "pthread_setschedparam"),
}
ARITHMETIC = {
    "memcpy",
    "memmove",
    "memset",
    "exp",
    "exp2",
    "exp2f",
    "powf",
    "sincosf",
    "sinf",
    "cosf",
    "ceil",
    "floor",
    "lround",
    "llround",
    "fmin",
    "fmax",
    "fminf",
    "fmaxf",
    "pthread_self",
}  # pure functions of libc and libm
COMMON_FLAGS = ("-std=gnu11", "-fno-math-errno", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror")

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


def can_sanitize(folder: Path, sanitizers: str) -> bool:
    probe = folder / "probe.c"
    probe.write_text("int main(void) { return 0; }\n")
    flags = [f"-fsanitize={sanitizers}", "-o", str(folder / "probe")]
    built = subprocess.run(["gcc", str(probe), *flags], capture_output=True)
    return built.returncode == 0 and subprocess.run([folder / "probe"]).returncode == 0


def build_stress(folder: Path, sanitizers: str) -> Path:
    if not can_sanitize(folder, sanitizers):
        pytest.skip(f"this compiler has no -fsanitize={sanitizers}")
    program = folder / "stress"
    flags = [f"-fsanitize={sanitizers}", "-fno-sanitize-recover=all", "-g", "-O1", f"-I{KERNEL}"]
    sources = [str(HERE / "kernel_stress.c"), *map(str, SOURCES)]
    libraries = ["-lm", "-lpthread", "-o", str(program)]
    command = ["gcc", *COMMON_FLAGS, *flags, *sources, *libraries]
    built = subprocess.run(command, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return program


def run_stress(program: Path, *arguments: object) -> dict[str, int]:
    command = [str(program), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-4000:]
    words = done.stdout.split()
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


def test_random_commands_under_address_and_undefined_sanitizers(tmp_path: Path) -> None:
    program = build_stress(tmp_path, "address,undefined")
    totals: dict[str, int] = {}
    for seed in range(1, 7):
        for name, count in run_stress(program, seed, 400).items():
            totals[name] = totals.get(name, 0) + count
    assert min(totals.values()) > 0, totals  # notes, refusals, NaN rows and late rows all happened


def test_two_threads_under_the_thread_sanitizer(tmp_path: Path) -> None:
    program = build_stress(tmp_path, "thread")
    for seed in (1, 2):
        assert run_stress(program, seed, 3000, "threads")["rows"] > 100


def undefined_symbols(source: Path, folder: Path) -> set[str]:
    compiled = folder / f"{source.stem}.o"
    command = ["gcc", *COMMON_FLAGS, "-O3", "-c", str(source), "-o", str(compiled)]
    subprocess.run(command, check=True)
    listed = subprocess.run(["nm", "-u", str(compiled)], check=True, capture_output=True, text=True)
    return set(listed.stdout.replace(" U ", " ").split()) - {"_GLOBAL_OFFSET_TABLE_"}


def defined_symbols(folder: Path) -> set[str]:
    objects = [str(path) for path in folder.glob("*.o")]
    listed = subprocess.run(
        ["nm", "--defined-only", "-g", *objects], check=True, capture_output=True, text=True
    )
    return {line.split()[-1] for line in listed.stdout.splitlines() if line.count(" ") == 2}


def test_the_audio_threads_code_calls_nothing_but_itself_and_arithmetic(tmp_path: Path) -> None:
    needs = {source.name: undefined_symbols(source, tmp_path) for source in SOURCES}
    own = defined_symbols(tmp_path)
    assert "lp_mixer_callback" in own
    foreign = {name: symbols - own - ARITHMETIC for name, symbols in needs.items()}
    assert foreign.pop("tables.c") <= {"sin", "sqrt"}  # when a mixer is made
    for name in OWNERS_SIDE:
        assert foreign.pop(name) <= OWNERS_NEEDS
    assert {name: symbols for name, symbols in foreign.items() if symbols} == {}
