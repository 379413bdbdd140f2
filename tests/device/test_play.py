"""The play command as a user runs it: into ALSA's file plugin at real-time pace, or with nothing.

The file plugin pipes into a process that reads no faster than the audio's own rate, because
ALSA's null device, which lies behind it, would swallow hours of audio per second.
"""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from device.__main__ import main
from device.pack import Manifest

RATE = 48_000
PATIENCE_S = 60
Song = Callable[[list[tuple[float, float, int, int]]], Path]

PACER = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1] + ".pid").write_text(str(os.getpid()))
out, frames, start = open(sys.argv[1], "wb", buffering=0), 0, None
while data := sys.stdin.buffer.read(1024):
    start = start or time.monotonic()
    out.write(data)
    frames += len(data) // 4
    time.sleep(max(0.0, start + frames / 48000 - time.monotonic()))
"""

ASOUND = """
</usr/share/alsa/alsa.conf>
pcm.!default { type plug; slave { pcm "cap"; format S16_LE; rate 48000; channels 2 } }
pcm.cap { type file; slave.pcm "nul"; file "| PYTHON PACER CAPTURE"; format "raw" }
pcm.nul { type null }
"""

needs_alsa = pytest.mark.skipif(
    not Path("/usr/share/alsa/alsa.conf").exists(), reason="needs the ALSA library's configuration"
)


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "device", "play", *map(str, arguments)]


@pytest.fixture
def capture(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """(environment with a sound output, the raw file that it plays into)."""
    pacer, path, config = tmp_path / "pacer.py", tmp_path / "heard.raw", tmp_path / "asound.conf"
    pacer.write_text(PACER)
    text = ASOUND.replace("PYTHON", sys.executable).replace("PACER", str(pacer))
    config.write_text(text.replace("CAPTURE", str(path)))
    return {**os.environ, "ALSA_CONFIG_PATH": str(config)}, path


@contextlib.contextmanager
def started(environment: dict[str, str], stdin: int, *arguments: object) -> Iterator[Popen[str]]:
    """The play command running; killed at the end if it still does."""
    with Popen(
        command(*arguments), env=environment, stdin=stdin, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def finished(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    """The play command run to its end without a terminal."""
    return subprocess.run(
        command(*arguments), env=environment, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip


def heard(path: Path) -> NDArray[np.float64]:
    """Left channel [frames] of what was played."""
    return np.fromfile(path, "<i2").reshape(-1, 2)[:, 0] / 32768


@needs_alsa
def test_a_song_sounds_live_as_it_does_when_bounced(
    capture: tuple[dict[str, str], Path], test_pack: Path, write_song: Song, tmp_path: Path
) -> None:
    environment, path = capture
    song = write_song([(0, 0.4, 60, 90), (0.1, 0.6, 70, 127), (0.35, 0.3, 50, 60)])
    ran = finished(environment, "--pack", test_pack, "--midi-file", song, "--midi", "none")
    assert ran.returncode == 0, ran.stderr
    assert "playing Test pack" in ran.stdout
    assert "voices stolen" in ran.stdout
    bounced_path = tmp_path / "bounced.wav"
    main(["bounce", "--pack", str(test_pack), "--midi", str(song), "-o", str(bounced_path)])
    bounced = soundfile.read(bounced_path)[0][:, 0]
    live = heard(path)
    start, first = np.flatnonzero(np.abs(live) > 2e-3)[0], np.flatnonzero(np.abs(bounced) > 2e-3)[0]
    lag = min(range(-8, 9), key=lambda n: _difference(live[start - first + n :], bounced))
    # An overloaded machine may be late with an event; without that it is the same but for 16 bits.
    if "0 late buffers, 0 late events" in ran.stdout:
        assert _difference(live[start - first + lag :], bounced) < 1e-4
    assert len(live) > len(bounced)


def _difference(live: NDArray[np.float64], bounced: NDArray[np.float64]) -> float:
    frames = min(len(live), len(bounced))
    return float(np.abs(live[:frames] - bounced[:frames]).max())


@needs_alsa
def test_the_computer_keyboard_plays_and_the_terminal_comes_back(
    capture: tuple[dict[str, str], Path], test_pack: Path
) -> None:
    environment, path = capture
    keyboard, terminal = pty.openpty()
    before = termios.tcgetattr(terminal)
    options = ("--pack", test_pack, "--midi", "none", "--release", "0.1")
    with started(environment, terminal, *options) as playing:
        assert playing.stdout is not None
        for line in playing.stdout:
            if "latency" in line:
                break
        os.write(keyboard, b"a\x1b[C")
        _wait_for_sound(path)
        assert termios.tcgetattr(terminal)[3] & termios.ICANON == 0
        os.write(keyboard, b"q")
        assert playing.wait(PATIENCE_S) == 0
    assert termios.tcgetattr(terminal) == before
    os.close(keyboard)
    os.close(terminal)
    assert np.abs(heard(path)[-RATE // 100 :]).max() < 1e-3, "the note was let go before the end"


@needs_alsa
def test_brackets_choose_other_instruments_while_it_plays(
    capture: tuple[dict[str, str], Path], tmp_path: Path, make_test_pack: Callable[..., Manifest]
) -> None:
    environment, path = capture
    make_test_pack(tmp_path / "pack", instruments_per_corner=2)
    keyboard, terminal = pty.openpty()
    options = ("--pack", tmp_path / "pack", "--midi", "none", "--release", "0.1")
    with started(environment, terminal, *options) as playing:
        assert playing.stdout is not None
        told = (line for line in playing.stdout if line.startswith("playing "))
        first = next(told)
        os.write(keyboard, b"]")
        second = next(told)
        os.write(keyboard, b"]")
        assert next(told) == first, "round and round"
        os.write(keyboard, b"a")
        _wait_for_sound(path)
        os.write(keyboard, b"q")
        assert playing.wait(PATIENCE_S) == 0
    assert ("-0" in first, "-1" in second) == (True, True)
    os.close(keyboard)
    os.close(terminal)


@needs_alsa
def test_a_polite_kill_ends_it_like_ctrl_c(
    capture: tuple[dict[str, str], Path], test_pack: Path, write_song: Song
) -> None:
    environment, path = capture
    song = write_song([(0, 600, 60, 127)])
    options = ("--pack", test_pack, "--midi-file", song, "--midi", "none")
    with started(environment, subprocess.DEVNULL, *options) as playing:
        _wait_for_sound(path)
        playing.send_signal(signal.SIGTERM)
        assert playing.wait(PATIENCE_S) == 0


@needs_alsa
def test_an_output_that_goes_away_is_said_opened_again_and_plays_on(
    capture: tuple[dict[str, str], Path], test_pack: Path, write_song: Song
) -> None:
    environment, path = capture
    song = write_song([(0, 5, 60, 127)])
    options = ("--pack", test_pack, "--midi-file", song, "--midi", "none")
    with started(environment, subprocess.DEVNULL, *options) as playing:
        _wait_for_sound(path)
        os.kill(int(path.with_name(path.name + ".pid").read_text()), signal.SIGKILL)
        assert playing.stdout is not None
        said = playing.stdout.read()
        assert playing.wait(PATIENCE_S) == 0
    assert said.index("has stopped: was it unplugged?") < said.index("the sound output is back")
    assert "sound output lost 1 times" in said
    again = heard(path)  # written anew by the process that the second opening began
    assert np.abs(again).max() > 0.01
    assert len(again) < 5 * RATE, "the song went on meanwhile"


def _wait_for_sound(path: Path) -> None:
    """Until the capture holds something loud; the process that plays it may just have started."""
    for _ in range(PATIENCE_S * 20):
        if path.exists() and path.stat().st_size >= 4:
            frames = path.stat().st_size // 4
            data = np.fromfile(path, "<i2", count=2 * frames)
            if np.abs(data.astype(int)).max() > 100:
                return
        subprocess.run(["sleep", "0.05"], check=True)
    raise AssertionError("nothing was played")


@pytest.mark.skipif(Path("/dev/snd").exists(), reason="this machine may have a sound output")
def test_without_a_sound_output_it_says_so(test_pack: Path, write_song: Song) -> None:
    song = write_song([(0, 0.1, 60, 90)])
    environment = {**os.environ, "ALSA_CONFIG_PATH": "/usr/share/alsa/alsa.conf"}
    ran = finished(environment, "--pack", test_pack, "--midi-file", song, "--midi", "none")
    assert ran.returncode == 3
    assert "no output device" in ran.stderr
    assert "latentpad-device bounce" in ran.stderr


def test_without_anything_to_play_with_it_says_so(test_pack: Path) -> None:
    ran = finished(dict(os.environ), "--pack", test_pack, "--midi", "none")
    assert ran.returncode == 3
    assert "nothing to play with: connect a MIDI keyboard" in ran.stderr


@pytest.mark.skipif(Path("/dev/snd/seq").exists(), reason="this machine has an ALSA sequencer")
def test_a_named_port_without_a_sequencer(
    test_pack: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["play", "--pack", str(test_pack), "--midi", "Keystation"]) == 3
    assert "/dev/snd/seq is missing" in capsys.readouterr().err
