"""Sounding notes and what the engine was told about each: cells, pitch, gain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from device import mapping, parameters
from device.blend import Blend
from device.channels import ChannelState
from device.engine.mixer import MAX_STEP, Envelope, Mixer, Row
from device.events import Origin
from device.grid import Grid
from device.pack.places import Cells
from device.rows import Reach, RowSource, is_complete
from device.settings import Settings
from device.voices import Key


@dataclass
class Note:
    """One sounding note."""

    key: Key
    pitch: int  # the stored pitch that sounds
    gain: float  # of its velocity
    cells: Cells  # what the engine was last told to sound
    pad: Grid  # that it was started on and goes on following
    rows: dict[str, Row] = field(default_factory=dict)  # of `cells`
    reach: Reach = field(default_factory=lambda: Reach(0, 0.0, 1.0))  # where it reads
    is_settled: bool = True  # its weights came from complete rows


ENVELOPE_FIELDS = {
    parameters.ATTACK: "attack_s",
    parameters.DECAY: "decay_s",
    parameters.RELEASE: "release_s",
}
ENOUGH = 0.5  # of the weight of what is wanted: a note follows the finger with so much of it


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
        self.start_position = shape.start_position  # 0..1, of notes to come
        self._notes: dict[int, Note] = {}
        self._blend = Blend()

    def __len__(self) -> int:
        return len(self._notes)

    def __contains__(self, voice: int) -> bool:
        return voice in self._notes

    def rows_for(self, pitch: int, pad: Grid, x: float, y: float) -> tuple[list[Row], Cells]:
        """Rows to start a note with, and the cells that they are.

        Live, a missing cell joins at a later tick; a note that has none at all takes the nearest
        one that is at hand, and waits only if there is no such cell on the pad. Raises PackError
        for a damaged row.
        """
        cells = pad.at(x, y)
        if self._wait:
            return [self._rows.get(name, pitch) for name, _ in cells], cells
        rows = {name: row for name, _ in cells if (row := self._rows.start(name, pitch))}
        if rows:
            return list(rows.values()), _among(cells, rows)
        spare = self._rows.nearest(pad.nearest_first(x, y), pitch)
        if spare is not None and (row := self._rows.start(spare, pitch)) is not None:
            return [row], ((spare, 1.0),)
        name, _ = max(cells, key=lambda item: item[1])
        return [self._rows.get(name, pitch)], ((name, 1.0),)

    def start(
        self, frame: int, voice: int, note: Note, rows: list[Row], channel: ChannelState
    ) -> None:
        """Sound a note on a voice."""
        self.ended(voice)  # what it sounded before is stolen
        self._notes[voice] = note
        longest = max(len(row.samples) for row in rows)
        begin = mapping.start_frame(self.start_position, longest)
        note.reach = Reach(frame, begin, self._step(frame, note, channel))
        self._sounds(voice, note, rows)
        self._mixer.note_on(
            frame,
            voice,
            rows,
            self._blend.weights(rows, [weight for _, weight in note.cells]),
            step=note.reach.step,
            gain=note.gain * channel.gain,
            pan=channel.pan,
            start_frame=begin,
            envelope=self._envelope,
        )

    def morph(self, frame: int, x: float, y: float) -> None:
        """All notes follow the finger on the pads that they were started on.

        A note stays where it is until most of what is wanted is at hand; the rest joins later.
        """
        wanted: dict[Grid, Cells] = {}
        for voice, note in self._notes.items():
            if note.pad not in wanted:
                wanted[note.pad] = note.pad.at(x, y)
            if note.cells != wanted[note.pad]:
                self._follow(frame, voice, note, wanted[note.pad])
            elif not note.is_settled and all(map(is_complete, note.rows.values())):
                self._tell(frame, voice, note, note.rows)

    def _follow(self, frame: int, voice: int, note: Note, wanted: Cells) -> None:
        rows = {name: row for name, _ in wanted if (row := self._row(frame, note, name))}
        if sum(weight for name, weight in wanted if name in rows) < ENOUGH:
            return
        cells = _among(wanted, rows)
        if cells != note.cells:
            note.cells = cells
            self._tell(frame, voice, note, rows)

    def _row(self, frame: int, note: Note, name: str) -> Row | None:
        if name in note.rows:
            return note.rows[name]
        if self._wait:
            return self._rows.get(name, note.pitch)
        return self._rows.ready(name, note.pitch, note.reach.turned(frame, note.reach.step))

    def _tell(self, frame: int, voice: int, note: Note, rows: dict[str, Row]) -> None:
        sounding = list(rows.values())
        self._sounds(voice, note, sounding)  # first: a row may become complete right after
        weights = self._blend.weights(sounding, [weight for _, weight in note.cells])
        self._mixer.set_cells(frame, voice, sounding, weights)

    def _sounds(self, voice: int, note: Note, rows: list[Row]) -> None:
        """Remember what a note sounds, and that what its rows lack will be needed."""
        was_settled = note.is_settled
        note.rows = {name: row for (name, _), row in zip(note.cells, rows, strict=True)}
        strongest_first = [name for name, _ in sorted(note.cells, key=lambda item: -item[1])]
        late = [(n, note.pitch) for n in strongest_first if not is_complete(note.rows[n])]
        note.is_settled = not late
        if late or not was_settled:
            self._rows.plays(voice, late, note.reach)

    def retune(self, frame: int, origin: Origin, channel: ChannelState) -> None:
        """Bend or vibrato of an origin has changed."""
        for voice, note in self._of(origin):
            note.reach = note.reach.turned(frame, self._step(frame, note, channel))
            self._mixer.set_step(frame, voice, note.reach.step)

    def remix(self, frame: int, origin: Origin, channel: ChannelState) -> None:
        """Volume, expression or pan of an origin has changed."""
        for voice, note in self._of(origin):
            self._mixer.set_gain(frame, voice, note.gain * channel.gain)
            self._mixer.set_pan(frame, voice, channel.pan)

    def reshape(self, frame: int, parameter: int, turn: float) -> None:
        """A time or level of the envelope has changed, also for the notes that sound."""
        if parameter == parameters.SUSTAIN:
            self._envelope = replace(self._envelope, sustain=turn)
        else:
            field_name = ENVELOPE_FIELDS[parameter]
            time_s = parameters.seconds(parameter, turn)
            self._envelope = replace(self._envelope, **{field_name: time_s})
        for voice in self._notes:
            self._mixer.set_envelope(frame, voice, self._envelope)

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
        note = self._notes.pop(voice, None)
        if note is not None and not note.is_settled:
            self._rows.plays(voice, (), note.reach)

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


def _among(cells: Cells, rows: dict[str, Row]) -> Cells:
    """The cells of which there are rows; their weights add up to 1."""
    if len(rows) == len(cells):
        return cells
    total = sum(weight for name, weight in cells if name in rows)
    return tuple((name, weight / total) for name, weight in cells if name in rows)
