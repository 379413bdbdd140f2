"""A real PortAudio stream on ALSA's file plugin: what comes out is what an offline render gives."""

from __future__ import annotations

import ctypes.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile

from device.engine.errors import AudioLibraryMissingError
from device.engine.mixer import Mixer
from device.engine.stream import AudioStream

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
ALSA_BASE = Path("/usr/share/alsa/alsa.conf")
FRAMES = 24000

real_stream = pytest.mark.skipif(
    ctypes.util.find_library("portaudio") is None or not ALSA_BASE.exists(),
    reason="needs libportaudio2 and ALSA's configuration (libasound2-data)",
)


@pytest.fixture
def alsa(tmp_path: Path) -> dict[str, str]:
    """An environment whose default output writes capture.wav and plays nothing."""
    config = tmp_path / "asound.conf"
    config.write_text(
        f"<{ALSA_BASE}>\n"
        'pcm.!default { type plug; slave { pcm "cap"; format S16_LE; rate 48000; channels 2 } }\n'
        f'pcm.cap {{ type file; slave.pcm "nul"; file "{tmp_path}/capture.wav"; format "wav" }}\n'
        "pcm.nul { type null }\n"
    )
    return {**os.environ, "ALSA_CONFIG_PATH": str(config), "PYTHONPATH": str(PROJECT)}


def run_child(alsa: dict[str, str], *arguments: object) -> dict[str, Any]:
    command = [sys.executable, str(HERE / "stream_child.py"), *map(str, arguments)]
    done = subprocess.run(command, env=alsa, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@real_stream
@pytest.mark.parametrize(("block_frames", "spinners"), [(256, 0), (64, 1), (300, 2)])
def test_the_captured_sound_equals_an_offline_render(
    alsa: dict[str, str],
    tmp_path: Path,
    stream_child: ModuleType,
    block_frames: int,
    spinners: int,
) -> None:
    result = run_child(alsa, FRAMES, block_frames, spinners)
    assert result["was_playing"] is True
    assert result["is_playing"] is False
    assert result["nonfinite"] == result["late_events"] == 0
    assert result["frames"] == result["callbacks"] * block_frames
    assert result["latency_s"] > 0

    captured, rate_hz = soundfile.read(tmp_path / "capture.wav", dtype="int16")
    mixer = stream_child.loaded_mixer(FRAMES)
    expected = np.concatenate([mixer.render(block_frames) for _ in range(result["callbacks"])])
    silence = int(
        np.flatnonzero(captured.any(1))[0] - np.flatnonzero(abs(expected).max(1) > 1e-4)[0]
    )
    assert rate_hz == 48000
    assert silence >= 0  # PortAudio fills the device's buffer before the first callback
    heard = captured[silence : silence + FRAMES].astype(np.float64)
    assert len(heard) == FRAMES
    assert np.abs(heard).max() > 3000
    np.testing.assert_allclose(
        heard, expected[:FRAMES] * 32768, rtol=0, atol=1.01
    )  # one int16 step


def error_of(alsa: dict[str, str], rate_hz: int, device: str) -> str:
    script = (
        "from device.engine.mixer import Mixer\n"
        "from device.engine.stream import AudioStream\n"
        "from device.engine.errors import EngineError\n"
        f"try: AudioStream(Mixer({rate_hz}), device={device})\n"
        "except EngineError as error: print(type(error).__name__, '|', error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=alsa, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


@real_stream
def test_a_device_that_is_not_there_is_named_with_those_that_are(alsa: dict[str, str]) -> None:
    message = error_of(alsa, 48000, "'grand piano'")
    assert message.startswith("OutputDeviceMissingError | no output device 'grand piano'")
    assert "default" in message


@real_stream
def test_a_rate_beyond_the_device_is_named_with_its_own(alsa: dict[str, str]) -> None:
    message = error_of(alsa, 700_000, "None")
    assert message.startswith("RateUnsupportedError | ")
    assert "700000 Hz" in message
    assert "48000 Hz" in message


@real_stream
def test_stop_and_start_again_and_close_twice(alsa: dict[str, str]) -> None:
    script = (
        "from device.engine.mixer import Mixer\n"
        "from device.engine.stream import AudioStream\n"
        "s = AudioStream(Mixer(48000))\n"
        "states = [s.is_playing]\n"
        "for act in (s.start, s.start, s.stop, s.stop, s.start, s.close, s.close, s.stop):\n"
        "    act(); states.append(s.is_playing)\n"
        "print(*map(int, states))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=alsa, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.split() == list("011001000"), done.stderr


def test_a_missing_portaudio_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sounddevice.py").write_text('raise OSError("PortAudio library not found")\n')
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(AudioLibraryMissingError, match="libportaudio2") as caught:
        AudioStream(Mixer(48000))
    assert isinstance(caught.value, OSError)


PRIORITY_SCRIPT = """
import os, sys
from pathlib import Path
from device.engine.mixer import Mixer
from device.engine.stream import AudioStream

def in_real_time():
    tasks = [int(task.name) for task in Path("/proc/self/task").iterdir()]
    return [os.sched_getparam(t).sched_priority for t in tasks if os.sched_getscheduler(t)]

stream = AudioStream(Mixer(48000), realtime_priority=int(sys.argv[1]))
if sys.argv[2] == "as nobody":
    os.setresuid(65534, 65534, 65534)
for _ in range(2):
    stream.start()
    print(stream.is_realtime, in_real_time())
    stream.stop()
stream.close()
"""


def said_about_priority(alsa: dict[str, str], priority: int, who: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PRIORITY_SCRIPT, str(priority), who],
        env=alsa, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def may_run_in_real_time() -> bool:
    attempt = "import os; os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(40))"
    return subprocess.run([sys.executable, "-c", attempt], capture_output=True).returncode == 0


@real_stream
@pytest.mark.skipif(not may_run_in_real_time(), reason="this user may not run real-time threads")
def test_only_the_audio_thread_gets_the_priority_at_each_start(alsa: dict[str, str]) -> None:
    assert said_about_priority(alsa, 40, "as it is") == ["True [40]"] * 2


@real_stream
def test_no_priority_is_asked_for_unless_wanted(alsa: dict[str, str]) -> None:
    assert said_about_priority(alsa, 0, "as it is") == ["False []"] * 2


@real_stream
@pytest.mark.skipif(os.getuid() != 0, reason="becomes another user, which only root can")
def test_a_user_who_may_not_have_the_priority_plays_without_it(alsa: dict[str, str]) -> None:
    assert said_about_priority(alsa, 40, "as nobody") == ["False []"] * 2
