"""Sounding notes and what the engine was told about each: cells, pitch, gain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from device import mapping
from device.blend import Blend
from device.channels import ChannelState
from device.engine.mixer import MAX_STEP, Envelope, Mixer, Row
from device.events import Origin
from device.grid import Cells
from device.rows import RowKey
from device.settings import Settings
from device.voices import Key


class RowSource(Protocol):
    """Where rows come from (device.rows.RowStore)."""

    def get(self, cell: str, pitch: int) -> Row:
        """The row, waiting for it if need be."""
        ...

    def ready(self, cell: str, pitch: int) -> Row | None:
        """The row if there is no need to wait."""
        ...

    def expect(self, keys: Iterable[RowKey]) -> None:
        """Prepare these in the background."""
        ...


@dataclass
class Note:
    """One sounding note."""

    key: Key
    pitch: int  # the stored pitch that sounds
    gain: float  # of its velocity
    cells: Cells  # what the engine was last told to sound


class Notes:
    """Starts, morphs, bends and forgets notes by voice number; sends the engine commands."""

    def __init__(
        self, mixer: Mixer, rows: RowSource, pack_rate_hz: int, settings: Settings, *, wait: bool
    ) -> None:
        """With `wait` (offline) a note waits for all its cells; live it starts with those ready."""
        self._mixer, self._rows, self._wait = mixer, rows, wait
        self._rate_hz, self._playing = settings.audio.rate_hz, settings.playing
        self._step_base = mapping.playback_step(0, pack_rate_hz, settings.audio.rate_hz)
        shape = settings.envelope
        self._envelope = Envelope(shape.attack_s, shape.decay_s, shape.sustain, shape.release_s)
        self._start_position = shape.start_position
        self._notes: dict[int, Note] = {}
        self._blend = Blend()

    def __len__(self) -> int:
        return len(self._notes)

    def __contains__(self, voice: int) -> bool:
        return voice in self._notes

    def rows_for(self, pitch: int, cells: Cells) -> tuple[list[Row], Cells]:
        """Rows to start a note with, and the cells that they are.

        Live, a missing cell joins at a later tick; only a note with none at all waits for one.
        Raises PackError for a damaged row.
        """
        if self._wait:
            return [self._rows.get(name, pitch) for name, _ in cells], cells
        found = [(name, weight, self._rows.ready(name, pitch)) for name, weight in cells]
        if all(row is None for _, _, row in found):
            name, weight = max(cells, key=lambda item: item[1])
            found = [(name, weight, self._rows.get(name, pitch))]
        total = sum(weight for _, weight, row in found if row is not None)
        ready = [(name, weight / total, row) for name, weight, row in found if row is not None]
        rows = [row for _, _, row in ready]
        if len(rows) == len(cells):
            return rows, cells
        return rows, tuple((name, weight) for name, weight, _ in ready)

    def start(
        self, frame: int, voice: int, note: Note, rows: list[Row], channel: ChannelState
    ) -> None:
        """Sound a note on a voice."""
        self._notes[voice] = note
        longest = max(len(row.samples) for row in rows)
        self._mixer.note_on(
            frame,
            voice,
            rows,
            self._blend.weights(rows, [weight for _, weight in note.cells]),
            step=self._step(frame, note, channel),
            gain=note.gain * channel.gain,
            pan=channel.pan,
            start_frame=mapping.start_frame(self._start_position, longest),
            envelope=self._envelope,
        )

    def morph(self, frame: int, cells: Cells) -> None:
        """All notes follow the pad, each once its cells are at hand; until then it stays."""
        get = self._rows.get if self._wait else self._rows.ready
        for voice, note in self._notes.items():
            if note.cells == cells:
                continue
            rows = [get(name, note.pitch) for name, _ in cells]
            ready = [row for row in rows if row is not None]
            if len(ready) == len(rows):
                weights = self._blend.weights(ready, [weight for _, weight in cells])
                self._mixer.set_cells(frame, voice, ready, weights)
                note.cells = cells

    def retune(self, frame: int, origin: Origin, channel: ChannelState) -> None:
        """Bend or vibrato of an origin has changed."""
        for voice, note in self._of(origin):
            self._mixer.set_step(frame, voice, self._step(frame, note, channel))

    def remix(self, frame: int, origin: Origin, channel: ChannelState) -> None:
        """Volume, expression or pan of an origin has changed."""
        for voice, note in self._of(origin):
            self._mixer.set_gain(frame, voice, note.gain * channel.gain)
            self._mixer.set_pan(frame, voice, channel.pan)

    def release(self, frame: int, voices: Iterable[int]) -> None:
        """Let notes die away; they go on following the pad until the engine has ended them."""
        for voice in voices:
            self._mixer.note_off(frame, voice)

    def kill(self, frame: int, voices: Iterable[int]) -> None:
        """Silence notes at once, without a click."""
        for voice in voices:
            self._mixer.kill(frame, voice)
            self.ended(voice)

    def ended(self, voice: int) -> None:
        """The engine has finished with a voice."""
        self._notes.pop(voice, None)

    def _of(self, origin: Origin) -> list[tuple[int, Note]]:
        return [(voice, note) for voice, note in self._notes.items() if note.key.origin == origin]

    def _step(self, frame: int, note: Note, channel: ChannelState) -> float:
        """Source frames per output frame of a note: its own transposition, bend and vibrato."""
        turns = self._playing.vibrato_rate_hz * frame / self._rate_hz
        swing = channel.modulation * math.sin(2 * math.pi * turns)
        vibrato = swing * self._playing.vibrato_depth_semitones
        semitones = note.key.note - note.pitch + channel.bend_semitones + vibrato
        octaves = math.log2(self._step_base) + semitones / 12
        # Too far above the stored pitches for the engine, a note sounds some octaves lower.
        too_many = max(0, math.ceil(octaves - math.log2(MAX_STEP)))
        return float(2 ** (octaves - too_many))
