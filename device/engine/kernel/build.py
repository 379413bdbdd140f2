"""Builds the C mixer kernel as the cffi module device.engine._mixer."""

from __future__ import annotations

import re
from pathlib import Path

from cffi import FFI

KERNEL = Path("device/engine/kernel")  # relative: setuptools wants paths from the project's root
KERNEL_FOLDER = Path(__file__).resolve().parent
SOURCES = (
    "memory.c", "ring.c", "schedule.c", "envelope.c", "slot.c", "blend.c", "tables.c",
    "interpolate.c", "voice.c", "voice_render.c", "limiter.c", "commands.c", "mixer.c", "load.c",
    "ticks.c", "lifetime.c", "thread.c", "callback.c",
)  # fmt: skip
# No -ffast-math: NaN must stay detectable, and the loops are vectors already.
# No contraction: x86-64 without FMA and aarch64 with it then give the same sound.
FLAGS = (
    "-std=gnu11",
    "-O3",
    "-ffp-contract=off",
    "-fno-math-errno",
    "-fvisibility=hidden",
    "-Wall",
    "-Wextra",
)


def boundary() -> str:
    """The text of mixer.h for cffi, which knows no preprocessor lines but constants."""
    text = (KERNEL_FOLDER / "mixer.h").read_text(encoding="utf-8")
    return re.sub(r"^#(?!define)[^\n]*$", "", text, flags=re.MULTILINE)


ffibuilder = FFI()
ffibuilder.cdef(boundary())
ffibuilder.set_source(
    "device.engine._mixer",
    '#include "mixer.h"',
    sources=[str(KERNEL / name) for name in SOURCES],
    include_dirs=[str(KERNEL)],
    depends=[str(KERNEL / path.name) for path in sorted(KERNEL_FOLDER.glob("*.h"))],
    libraries=["m", "pthread"],
    extra_compile_args=list(FLAGS),
)

if __name__ == "__main__":
    ffibuilder.compile(verbose=True)
