"""A slow card and a world on one simulated clock: nothing depends on the machine's speed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from device.engine.mixer import LATENCY_FRAMES, Mixer
from device.events import CombinationSelected, Event
from device.grid import Grid
from device.loader.card_stream import CardFile
from device.loader.loader import Loader
from device.pack import (
    WEIGHT_LAWS,
    Combination,
    Instrument,
    Loop,
    Manifest,
    NoteAudio,
    Pack,
    PackDamagedError,
    PackNotFoundError,
    PlayMode,
    Recipe,
    encode_cell,
    encode_note,
    open_pack,
    write_cell,
    write_manifest,
)
from device.player import Player
from device.settings import AudioSettings, EnvelopeSettings, PlayingSettings, Settings

RATE = 48_000
PERIOD = 160  # frames: every sound of the pack repeats after so many, at all pitches
LOOP = Loop(150 * PERIOD, 300 * PERIOD)  # 0.5 s, then 1 s
PITCHES = tuple(range(36, 84, 3))
SIDE = 5
COMBINATIONS = 4
BLOCK = 128
STEP_S = 0.001  # what a step costs a slow board beside the card
MEBIBYTE = 2**20


def tone(amplitudes: Sequence[float]) -> NDArray[np.float32]:
    """Harmonics in sine phase and some noise, all of one period, so that FLAC has work to do."""
    phase = 2 * np.pi * np.arange(PERIOD) / PERIOD
    wave = np.sum([a * np.sin((n + 1) * phase) for n, a in enumerate(amplitudes)], axis=0)
    wave += np.random.default_rng(3).normal(0, 1e-4, PERIOD)
    return np.tile(wave, LOOP.end_frame // PERIOD).astype(np.float32)


def corners_of(choice: int) -> NDArray[np.float64]:
    """Harmonics of the four corners of a combination; the first corner is the same in all."""
    rng = np.random.default_rng(choice)
    return np.array([(0.05, 0.01, 0.0), *(np.r_[0.05, rng.uniform(0, 0.02, 2)] for _ in range(3))])


def write_pad(path: Path, choice: int) -> tuple[tuple[str, ...], ...]:
    """The cells of one combination."""
    grid = []
    for row in range(SIDE):
        names = []
        for column in range(SIDE):
            weights = WEIGHT_LAWS["bilinear"](column / (SIDE - 1), row / (SIDE - 1))
            sound = tone(np.asarray(weights) @ corners_of(choice))
            note = encode_note(NoteAudio(36, sound, PlayMode.LOOP, 0.0, -20.0), RATE)
            notes = [replace(note, info=replace(note.info, pitch=pitch)) for pitch in PITCHES]
            sources = {f"{n if n == 0 else (choice, n)}": w for n, w in enumerate(weights) if w > 0}
            recipe = Recipe(tuple(sorted(sources.items())))
            loops = dict.fromkeys(PITCHES, LOOP)
            names.append(write_cell(path, encode_cell(RATE, recipe, "t", "1", notes, loops)))
        grid.append(tuple(names))
    return tuple(grid)


@pytest.fixture(scope="session")
def large_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four combinations of 5 x 5 cells at 16 pitches, which all sound at 300 Hz and in phase."""
    path = tmp_path_factory.mktemp("large") / "pack"
    combinations = tuple(
        Combination((0, choice, choice, choice), write_pad(path, choice))
        for choice in range(COMBINATIONS)
    )
    first = (Instrument("common", "common", "co"),)
    others = tuple(Instrument(f"i{n}", f"i{n}", f"i{n}") for n in range(COMBINATIONS))
    manifest = Manifest(
        pack_id="6f0e3c0a-1d7b-4f0e-9a51-0c9d5b6a7e42", name="large", author="tests",
        licence="CC0-1.0", credits=(), sample_rate_hz=RATE, pitches=PITCHES, columns=SIDE,
        rows=SIDE, weight_law="bilinear", renderer_name="t", renderer_version="1",
        corners=(first, others, others, others), combinations=combinations,
        loops=dict.fromkeys(PITCHES, LOOP), loudness_lufs=-20.0, peak_dbfs=-1.0,
    )  # fmt: skip
    write_manifest(path, manifest)
    return path


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
        self.card, self.mixer = card, Mixer(RATE)
        self.loader = Loader(
            pack, limit_bytes, RATE, clock=lambda: self.mixer.frame, open_file=card.opener(pack)
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
            self.pass_time(STEP_S if self.loader.work() else BLOCK / RATE)
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


@pytest.fixture
def world(large_pack: Path) -> Callable[..., World]:
    """Makes a world with a card of so many MB/s and seconds per seek."""

    def make(megabytes_per_s: float, seek_s: float = 0.005, **options: int) -> World:
        return World(open_pack(large_pack), SlowCard(megabytes_per_s, seek_s), **options)

    return make
