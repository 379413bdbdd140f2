"""In the callback of a real PortAudio stream: no allocation, lock, system call or page fault."""

from __future__ import annotations

import ctypes.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
ALSA_BASE = Path("/usr/share/alsa/alsa.conf")
LONG_RUN_FRAMES = 300 * 48000

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("portaudio") is None
    or not ALSA_BASE.exists()
    or shutil.which("gcc") is None
    or not sys.platform.startswith("linux"),
    reason="needs Linux, gcc, libportaudio2 and ALSA's configuration (libasound2-data)",
)

Run = Any  # (frames, abort_every) -> what was seen


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs probe_child.py with the probe preloaded and an output that plays into nothing."""
    probe = tmp_path / "probe.so"
    flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    source = str(HERE / "callback_probe.c")
    subprocess.run(["gcc", *flags, source, "-o", str(probe), "-ldl"], check=True)
    config = tmp_path / "asound.conf"
    config.write_text(f"<{ALSA_BASE}>\npcm.!default {{ type plug; slave.pcm nothing }}\n"
                      "pcm.nothing { type null }\n")  # fmt: skip
    environment = {
        **os.environ,
        "ALSA_CONFIG_PATH": str(config),
        "PYTHONPATH": str(PROJECT),
        "LD_PRELOAD": str(probe),
    }

    def run_child(frames: int, abort_every: int = 0) -> Any:  # noqa: ANN401  (JSON)
        command = [sys.executable, str(HERE / "probe_child.py"), str(probe)]
        done = subprocess.run(
            [*command, str(frames), str(abort_every)],
            env=environment, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return run_child


def test_the_probe_sees_each_sin(run: Run) -> None:
    allocates, locks, asks_the_kernel, touches_new_memory = run(0)
    assert allocates["library_calls"] == 20  # ten times malloc and free
    assert locks["library_calls"] == 20
    assert locks["last_library_call"] == "pthread_mutex_unlock"
    if asks_the_kernel["traps_syscalls"]:  # Linux 5.11 on x86
        assert asks_the_kernel["system_calls"] == 10
    assert touches_new_memory["minor_faults"] >= 7 * 16  # the first three callbacks are not counted


def test_minutes_of_playing_ask_the_system_for_nothing(run: Run) -> None:
    seen = run(LONG_RUN_FRAMES)
    assert seen["frames"] >= LONG_RUN_FRAMES
    assert seen["callbacks"] >= LONG_RUN_FRAMES // 128
    assert (seen["library_calls"], seen["last_library_call"]) == (0, "")
    assert (seen["system_calls"], seen["last_system_call"]) == (0, 0)
    assert (seen["minor_faults"], seen["major_faults"]) == (0, 0)
    assert (seen["nonfinite"], seen["losses"]) == (0, 0)


def test_a_stream_that_aborts_is_opened_again_and_the_mixer_plays_on(run: Run) -> None:
    seen = run(48000, 1000)  # PortAudio ends the stream as it does when the device has gone
    assert (seen["returns"], seen["errors"]) == (2, 0)
    assert seen["losses"] in (2, 3)  # the third stream may have aborted by the time it is closed
    assert seen["frames"] > 2 * 1000 * 128
    assert seen["nonfinite"] == 0
