"""The daemon on this machine's drivers, with hands on its panel and ears at its output."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from buses import Hand, simulated_bus
from expected import note_sound
from header import Header
from numpy.typing import NDArray
from reading import shows
from recorder import PLAYED, RATE_HZ, Recorder, from_onset
from waiting import wait_for

from device.settings import load_settings
from hardware.interfaces import FRAME_BYTES
from hardware.serial_port import LinuxSerialPort

SHARE = Path("/mnt")  # the folder of the host
PACK, SAID = SHARE / "pack", SHARE / "daemon-output"
POTS = (0, 30, 40, 200, 60, 255)  # position, attack, decay, sustain, release, volume
TURNS = tuple(pot / 255 for pot in POTS)
NOTE, VELOCITY = 60, 100
COMPARED_S = 0.4
TOLERANCE = 1e-4  # of full scale: at first the gain is still on its way to where its knob stands
END_S = 30.0
ATTEMPTS = 5  # in one without a difference no sample is missing or late
SETTINGS = """
[audio]
device = "{PLAYED}"
rate_hz = {RATE_HZ}
block_frames = 512
[board]
board = "onss"
i2c_bus = {bus}
din_device = "/dev/ttyS0"
din_rate = "31250"
[panel]
pot_takeover = "jump"
poll_hz = 50
display_hz = 10
hold_s = 5.0
touch_smoothing_s = 0.0
[remote]
web = false
osc = false
[files]
packs = "{PACK}"
patches = "patches.json"
"""


def write_settings(folder: Path) -> Path:
    """Settings of an instrument on this machine; returns the file."""
    file = folder / "settings.toml"
    values = {"PLAYED": PLAYED, "RATE_HZ": RATE_HZ, "PACK": PACK, "bus": simulated_bus()}
    file.write_text(SETTINGS.format(**values))
    return file


class Instrument:
    """The running daemon, with hands on its panel and ears at its output."""

    def __init__(self, stack: ExitStack, settings_file: Path, header: Header) -> None:
        """All is given back by `stack`."""
        self.hand, self.header = Hand(), header
        self.settings = load_settings(settings_file)
        self.patches = settings_file.parent / self.settings.files.patches
        self.din = LinuxSerialPort("/dev/ttyS1", "31250")
        stack.callback(self.din.close)
        for pot, value in enumerate(POTS):
            self.hand.do("panel.pot", pot, value)
        self.recorder = Recorder()
        stack.callback(self.recorder.close)
        self.process = self._start(settings_file)
        stack.callback(self._stop)

    def _start(self, settings_file: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "device", "run", "--settings", str(settings_file)]
        with SAID.open("w") as output:
            return subprocess.Popen(
                command, stdout=output, stderr=subprocess.STDOUT, cwd=settings_file.parent
            )

    def _stop(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def end(self) -> int:
        """Tell it to stop; its exit code, or an AssertionError that says where it hangs."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            self.process.wait()
            raise AssertionError(f"still there after {END_S:g} s: {SAID.read_text()}") from None

    def shows(self, words: str) -> bool:
        """The display has these words somewhere."""
        return shows(self.picture(), words)

    def picture(self) -> bytes:
        """The dots of the display."""
        return self.hand.ask("oled.picture")[:FRAME_BYTES]

    def is_silent(self) -> bool:
        """Nothing is heard, and the daemon is alive."""
        assert self.process.poll() is None, SAID.read_text()
        return self.recorder.is_silent()

    def play(self, begin: Callable[[], object], end: Callable[[], object]) -> NDArray[np.float32]:
        """What is heard of a note from its first sample on, COMPARED_S of it."""
        wait_for("silence", self.is_silent)
        start, frames = self.recorder.frames, round(COMPARED_S * RATE_HZ)

        def heard() -> NDArray[np.float32]:
            return from_onset(self.recorder.heard(start))[:frames]

        begin()
        wait_for("the note", lambda: len(heard()) == frames)
        end()
        return heard()

    def assert_plays(
        self,
        what: str,
        begin: Callable[[], object],
        end: Callable[[], object],
        place: tuple[float, float],
        combination: int = 0,
        turns: tuple[float, ...] = TURNS,
    ) -> None:
        """A note sounds as it does offline; an attempt in which the machine stalled is repeated."""
        note = (combination, turns, place, NOTE, VELOCITY)
        expected = note_sound(PACK, self.settings, *note, COMPARED_S + 0.1)
        expected = expected[: round(COMPARED_S * RATE_HZ)]
        differences = []
        for _ in range(ATTEMPTS):
            differences.append(float(np.abs(self.play(begin, end) - expected).max()))
            if differences[-1] < TOLERANCE:
                print(what, *differences)
                return
        raise AssertionError(f"{what} differs from the offline render by {differences}")

    def play_din(self, what: str, place: tuple[float, float], **how: object) -> None:
        """Compare a note that comes from the DIN socket."""
        self.assert_plays(
            what,
            lambda: self.din.write(bytes([0x90, NOTE, VELOCITY])),
            lambda: self.din.write(bytes([0x80, NOTE, 0])),
            place,
            **how,  # type: ignore[arg-type]
        )
