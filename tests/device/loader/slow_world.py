"""A slow card and a world on one simulated clock: nothing depends on the machine's speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from device.engine.mixer import LATENCY_FRAMES, Mixer
from device.events import CombinationSelected, Event
from device.grid import Grid
from device.loader.card_stream import CardFile
from device.loader.loader import Loader
from device.pack import Pack, PackDamagedError, PackNotFoundError
from device.player import Player
from device.settings import AudioSettings, EnvelopeSettings, PlayingSettings, Settings

RATE = 48_000
BLOCK = 128
STEP_S = 0.001  # what a step costs a slow board beside the card
MEBIBYTE = 2**20


class SlowFile:
    """A file on the card whose reading takes time that passes in the world."""

    def __init__(self, file: CardFile, card: SlowCard) -> None:
        self._file, self._card = file, card
        self.path, self.size = file.path, file.size

    def read(self, offset: int, size: int) -> bytes:
        if self._card.is_pulled:
            raise PackDamagedError(self.path, "cannot be read: Input/output error")
        self._card.spend(str(self.path), offset, size)
        return self._file.read(offset, size)

    def close(self) -> None:
        self._file.close()


class SlowCard:
    """So many megabytes per second, and so long for every reading that does not just go on."""

    def __init__(self, megabytes_per_s: float, seek_s: float) -> None:
        self._bytes_per_s, self._seek_s = megabytes_per_s * 1e6, seek_s
        self._at = ("", 0)
        self.pass_time: Callable[[float], None] = lambda seconds: None
        self.opened: list[str] = []
        self.is_pulled = False
        self.hang_s = 0.0  # once, at the next reading
        self.busy_s = 0.0

    def opener(self, pack: Pack) -> Callable[[str], SlowFile]:
        """Opens the pack's cells as if they were on this card."""

        def open_file(name: str) -> SlowFile:
            if self.is_pulled:
                raise PackNotFoundError(f"{name}.cell", "is not there")
            self.opened.append(name)
            self._pass(self._seek_s)
            return SlowFile(pack.open_cell_file(name), self)

        return open_file

    def spend(self, path: str, offset: int, size: int) -> None:
        """Let the time for a reading pass."""
        seek_s = 0.0 if self._at == (path, offset) else self._seek_s
        self._at = (path, offset + size)
        hang_s, self.hang_s = self.hang_s, 0.0
        self._pass(hang_s + seek_s + size / self._bytes_per_s)

    def _pass(self, seconds: float) -> None:
        self.busy_s += seconds
        self.pass_time(seconds)


class World:
    """A player, its engine and a loader; the engine renders while the loader reads or decodes."""

    def __init__(self, pack: Pack, card: SlowCard, limit_bytes: int = 64 * MEBIBYTE) -> None:
        settings = Settings(
            audio=AudioSettings(master_gain_db=0.0),
            envelope=EnvelopeSettings(attack_s=0.0, decay_s=0.0, sustain=1.0, release_s=0.05),
            playing=PlayingSettings(velocity_curve="fixed"),
        )
        self.manifest = pack.manifest
        self.card, self.mixer = card, (mixer := Mixer(RATE))
        self.loader = Loader(
            pack, limit_bytes, RATE, clock=lambda: mixer.frame, open_file=card.opener(pack)
        )
        grid = Grid(pack.manifest, pack.manifest.combinations[0])
        self.player = Player(
            self.mixer, self.loader, grid, pack.manifest, settings, wait_for_rows=False
        )
        self.loader.wait_for_pad()
        card.pass_time = self.pass_time
        self.switched_s: list[float] = []  # from each click to new notes on the new pad
        self._clicked_s: float | None = None
        self._events: list[tuple[float, Event]] = []
        self._blocks: list[NDArray[np.float32]] = []
        self._now_s = 0.0

    def play(self, events: Sequence[tuple[float, Event]], until_s: float) -> NDArray[np.float64]:
        """All that was heard until then, one channel."""
        self._events = sorted([*self._events, *events], key=lambda item: item[0])
        while self.mixer.frame < until_s * RATE + LATENCY_FRAMES:
            before = self.loader.counters().steps
            self.loader.work()
            steps = self.loader.counters().steps - before
            self.pass_time(STEP_S * steps if steps else BLOCK / RATE)
        heard = np.concatenate(self._blocks)[LATENCY_FRAMES:, 0]
        return heard[: round(until_s * RATE)].astype(np.float64)

    def pass_time(self, seconds: float) -> None:
        """The engine and the player go on while the loader is busy."""
        self._now_s += seconds
        while (self.mixer.frame + BLOCK) / RATE <= self._now_s:
            end = self.mixer.frame + BLOCK
            while self._events and self._events[0][0] * RATE < end:
                self._handle(*self._events.pop(0))
            self.player.advance(end - 1)
            self._watch(end / RATE)
            self._blocks.append(self.mixer.render(BLOCK))

    def _handle(self, time_s: float, event: Event) -> None:
        if isinstance(event, CombinationSelected):
            self._clicked_s, self._before = time_s, self.player.combination
        self.player.handle(round(time_s * RATE), event)

    def _watch(self, now_s: float) -> None:
        if self._clicked_s is not None and self.player.combination is not self._before:
            self.switched_s.append(now_s - self._clicked_s)
            self._clicked_s = None
