"""A whole instrument in simulated time: app, drivers, chips, and a mixer that is rendered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from device.app import App
from device.events import Event
from device.settings import FilesSettings, Settings
from device.usb.install_process import start_install
from device.usb.worker import StartInstall
from device.view import Playable, View
from hardware.config import BoardConfig
from hardware.instrument_board import Board, build
from hardware.sim.instrument import SimInstrument

TICK_S = 0.005
START = Playable(9.84, 1.42)  # what is measured when it is playable
LOADER_STEPS = 20  # per tick: a loader that is as fast as on a small computer


class SimClock:
    """A clock that somebody else lets run."""

    def __init__(self) -> None:
        self.time_s = 1000.0

    def now_s(self) -> float:
        """Seconds of simulated time."""
        return self.time_s


class World:
    """The instrument and the one who plays it; run() lets time pass."""

    def __init__(
        self,
        folder: Path,
        packs: Path,
        settings: Settings | None = None,
        usb: Path | None = None,
        start_install: StartInstall = start_install,
        find_address: Callable[[], str] = lambda: "",
    ) -> None:
        """Patches are kept in `folder`; `packs` is a pack or a folder of packs.

        `usb`: where sticks are mounted. `find_address`: of this machine in its network.
        """
        settings = settings or Settings()
        files = FilesSettings(
            packs=str(packs),
            patches=str(folder / "patches.json"),
            memory=settings.files.memory,
            usb=str(usb or ""),
        )
        is_gpio = settings.board.board == "gpio"
        board = settings.board if is_gpio else dataclasses.replace(settings.board, board="sim")
        self.settings = dataclasses.replace(settings, files=files, board=board)
        self.clock = SimClock()
        self.hands = SimInstrument(board, self.clock, wait=lambda seconds: None)
        self.board: Board = build(board, self.hands, wait=lambda seconds: None)
        self.reports: list[str] = []
        self.events: list[Event] = []
        self.app = App(
            self.settings,
            self.board,
            self.clock,
            self.reports.append,
            background=False,
            uptime=lambda: START,
            start_install=start_install,
            find_address=find_address,
        )
        mixer = self.app.mixer  # its own pulse tells the age in real time, which stands still here
        mixer.pulse = lambda: (mixer.frame, 0.0)  # type: ignore[method-assign]
        self._due = dict.fromkeys(self.app.workers, self.clock.time_s)
        self._owed_frames = 0.0
        self.sound: list[NDArray[np.float32]] = []
        self.run(0.1)  # time stands still in the self-test: by now converters have converted
        self.app.chores.run_self_test()

    @property
    def faults_told(self) -> list[str]:
        """What was reported of parts, "part: what", without what plays."""
        return [line for line in self.reports if ": " in line]

    @property
    def view(self) -> View:
        """What is to be seen."""
        return self.app.view()

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> None:
        """Let time pass in ticks; `until` ends it early."""
        end_s = self.clock.time_s + seconds
        while self.clock.time_s < end_s and not until():
            self.tick()

    def click(self, button: int) -> None:
        """Press a patch button for a moment."""
        self._press([button], 0.1)
        self.run(0.2)

    def open_pages(self) -> None:
        """Press the two outer buttons."""
        self._press([0, 3], 0.05)

    def _press(self, buttons: list[int], each_s: float) -> None:
        for button in buttons:
            self.hands.press(button)
            self.run(each_s)
        for button in buttons:
            self.hands.release(button)
            self.run(each_s)

    def tick(self) -> None:
        """One step of the clock: sound, workers that are due, and the app."""
        self.clock.time_s += TICK_S
        self._owed_frames += TICK_S * self.settings.audio.rate_hz
        output = self.app.output
        if output is None or output.is_playing:  # without its device it renders by itself
            self.sound.append(self.app.mixer.render(int(self._owed_frames)))
        self._owed_frames %= 1
        for worker, due_s in self._due.items():
            if self.clock.time_s >= due_s:
                self._due[worker] = worker.step(self.clock.time_s)
        self.app.step(0)
        self._load()

    def heard(self, seconds: float) -> NDArray[np.float32]:
        """Let time pass; the sound of it, float32 [frames, 2]."""
        self.sound.clear()
        self.run(seconds)
        return np.concatenate(self.sound)

    def play(self, messages: Iterable[int]) -> None:
        """MIDI bytes into the DIN socket."""
        self.hands.midi(bytes(messages))

    def close(self) -> None:
        """Close everything."""
        for worker in self.app.workers:
            worker.close()
        self.app.close()
        self.board.close()

    def _load(self) -> None:
        """Without its thread the loader works when it is asked."""
        deck = self.app.conductor.deck
        for _ in range(LOADER_STEPS):
            if deck is None or not deck.loader.work():
                return


__all__ = ["TICK_S", "BoardConfig", "World"]
