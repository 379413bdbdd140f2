"""The conductor: takes events at their frames and tells the engine what to play.

It is shared by bounce and live play and knows no clock but the output frame. Between events it
runs a control tick every CONTROL_S, in which held notes follow the pad and vibrato swings.
"""

from __future__ import annotations

from collections.abc import Callable

from device import channels, mapping, parameters
from device.channels import ChannelState
from device.engine.mixer import Mixer
from device.events import (
    Bend,
    ChannelSelected,
    CombinationSelected,
    Control,
    Event,
    NoteOff,
    NoteOn,
    Origin,
    Panicked,
    ParameterSet,
    PortLost,
    Sustain,
    TouchMoved,
)
from device.grid import Grid
from device.lookahead import Lookahead
from device.notes import Note, Notes
from device.pack.model import Combination, Manifest
from device.position import PadPosition
from device.rows import PadState, RowSource
from device.settings import Settings
from device.voices import Key, VoiceAllocator
from device.zones import Zones

CONTROL_S = 0.005


class Player:
    """Owns voices, pad position and controllers; the only sender of engine commands."""

    def __init__(
        self,
        mixer: Mixer,
        rows: RowSource,
        grid: Grid,
        manifest: Manifest,
        settings: Settings,
        *,
        wait_for_rows: bool,
        frame: int = 0,
        sets_volume: bool = True,
    ) -> None:
        """With wait_for_rows (offline) every note waits for all its cells; live it does not.

        frame: the output frame from which on it plays. Without sets_volume the mixer keeps the
        volume that it has.
        """
        self._mixer, self._rows, self._grid, self._manifest = mixer, rows, grid, manifest
        self._coming: Grid | None = None  # a pad that is being opened
        self._midi, self._playing = settings.midi, settings.playing
        # A note that lies between two pitches needs two voices.
        crossfaded = self._playing.zone_crossfade == "on" and self._playing.max_voices > 1
        self._zones = Zones(manifest.pitches, crossfaded)
        rate_hz = manifest.sample_rate_hz
        self._notes = Notes(mixer, rows, rate_hz, settings, wait=wait_for_rows)
        self._voices = VoiceAllocator(settings.playing.max_voices)
        self._channels: dict[Origin, ChannelState] = {}
        self._position = PadPosition(0.5, 0.5, settings.playing.morph_smoothing_s)
        self._lookahead = None if wait_for_rows else Lookahead(grid)
        self._output_rate_hz = settings.audio.rate_hz
        self._control_frames = max(1, round(CONTROL_S * settings.audio.rate_hz))
        self._next_tick = self._glided_frame = frame
        self._full_gain = mapping.decibels_to_gain(settings.audio.master_gain_db)
        if sets_volume:
            mixer.set_master(0, self._full_gain)
        if not wait_for_rows:
            self._open(grid, frame)
        self._aim(None, None)

    @property
    def combination(self) -> Combination:
        """What new notes play."""
        return self._grid.combination

    @property
    def stolen(self) -> int:
        """Notes cut short for want of voices."""
        return self._voices.stolen

    @property
    def sounding(self) -> int:
        """Voices that the engine has not finished with."""
        return len(self._notes)

    @property
    def target(self) -> tuple[float, float]:
        """(x, y) that the pad is moving to."""
        return self._position.target_x, self._position.target_y

    def advance(self, frame: int) -> None:
        """Run the control ticks up to and including this output frame."""
        while self._next_tick <= frame:
            self._tick(self._next_tick)
            self._next_tick += self._control_frames

    def handle(self, frame: int, event: Event) -> None:
        """Let an event happen at an output frame; call with frames that do not decrease.

        Raises PackError when a note's row is damaged; the player goes on without that note.
        """
        self.advance(frame)
        match event:
            case NoteOn():
                self._note_on(frame, event)
            case NoteOff(origin, note):
                self._notes.release(frame, self._voices.stop(Key(origin, note)))
            case Bend(origin, amount):
                self._channel(origin).bend = amount
                self._notes.retune(frame, origin, self._channel(origin))
            case Sustain(origin, down):
                self._notes.release(frame, self._voices.sustain(origin, down))
            case Control():
                self._control(frame, event)
            case TouchMoved(x, y):
                self._touch(frame, x, y)
            case CombinationSelected(index):
                self._select(frame, index)
            case PortLost(port):
                self._lose(frame, port)
            case ParameterSet(parameter, turn):
                self._set_parameter(frame, parameter, turn)
            case Panicked():
                self._notes.kill(frame, self._voices.drop(lambda key: True))
                self._voices.lift_pedals(lambda origin: True)
                self._channels.clear()
            case ChannelSelected():
                self._let_go(frame, lambda origin: True)
            case _:
                pass  # nothing that sounds: programs are patches, and those the instrument's

    def release_all(self, frame: int) -> None:
        """Let go of every key and pedal."""
        self.advance(frame)
        self._let_go(frame, lambda origin: True)

    def _set_parameter(self, frame: int, parameter: int, turn: float) -> None:
        if parameter == parameters.VOLUME:
            gain = parameters.volume_gain(turn) * self._full_gain
            self._mixer.set_master(frame, gain)
        elif parameter == parameters.POSITION:
            self._notes.start_position = turn
        else:
            self._notes.reshape(frame, parameter, turn)

    def _lose(self, frame: int, port: str) -> None:
        """A port went away; if it comes back, its wheels and pedals start afresh."""
        self._let_go(frame, lambda origin: origin.port == port)
        kept = {origin: state for origin, state in self._channels.items() if origin.port != port}
        self._channels = kept

    def _note_on(self, frame: int, event: NoteOn) -> None:
        x, y = self._position.x, self._position.y
        zones = self._zones.of(event.note)
        found = [self._notes.rows_for(pitch, self._grid, x, y) for pitch, _ in zones]
        key = Key(event.origin, event.note)
        gain = mapping.velocity_gain(event.velocity, self._playing.velocity_curve)
        allotted = self._voices.start(key, len(zones))
        self._notes.kill(frame, allotted.surplus)
        shares = self._zones.gains(event.note, zones, found)
        for i, voice in enumerate(allotted.voices):
            (rows, cells), pitch = found[i], zones[i][0]
            note = Note(key, pitch, gain * shares[i], cells, self._grid)
            self._notes.start(frame, voice, note, rows, self._channel(event.origin))
            self._expect_after(pitch)

    def _expect_after(self, pitch: int) -> None:
        if self._lookahead is not None and self._lookahead.played(pitch):
            self._rows.expect(self._lookahead.wishes(*self.target))

    def _tick(self, frame: int) -> None:
        for voice in self._mixer.collect():
            self._voices.ended(voice)
            self._notes.ended(voice)
        self._finish_opening()
        if not len(self._notes):
            self._position.jump()
            self._glided_frame = frame
            return
        self._follow(frame)
        for origin, channel in self._channels.items():
            if channel.modulation > 0:
                self._notes.retune(frame, origin, channel)

    def _touch(self, frame: int, x: float | None, y: float | None) -> None:
        """The finger is elsewhere: held notes set off at once, not at the next control tick."""
        self._aim(x, y)
        if len(self._notes):
            self._follow(frame)

    def _follow(self, frame: int) -> None:
        """Glide on towards the finger, and let held notes follow."""
        passed_frames = max(0, frame - self._glided_frame)  # a tick may lie ahead of an event
        self._position.glide(passed_frames / self._output_rate_hz)
        self._glided_frame += passed_frames
        self._notes.morph(frame, self._position.x, self._position.y)

    def _aim(self, x: float | None, y: float | None) -> None:
        self._position.aim(x, y)
        if not len(self._notes):
            self._position.jump()
        if self._lookahead is not None and self._lookahead.moved(*self.target):
            self._rows.near((self._coming or self._grid).nearest_first(*self.target))
            self._rows.expect(self._lookahead.wishes(*self.target))

    def _select(self, frame: int, index: int) -> None:
        """Go over to another combination: offline at once, live when it can be played."""
        combinations = self._manifest.combinations
        if not 0 <= index < len(combinations):
            last = len(combinations) - 1
            self._rows.refuse(f"no combination {index}: this pack has 0..{last}")
            return
        grid = Grid(self._manifest, combinations[index])
        if self._lookahead is None:
            self._grid = grid
        else:
            self._coming = grid
            self._open(grid, frame)

    def _open(self, grid: Grid, frame: int) -> None:
        first = len(grid.at(*self.target))
        self._rows.open_pad(grid.nearest_first(*self.target), first, frame)

    def _finish_opening(self) -> None:
        """New notes take the new pad; those that sound stay on theirs."""
        if self._coming is None or self._lookahead is None:
            return
        state = self._rows.pad_state()
        if state is PadState.OPEN:
            self._grid = self._coming
            self._lookahead.use(self._grid)
        if state is not PadState.OPENING:
            self._coming = None
            self._aim(None, None)

    def _control(self, frame: int, event: Control) -> None:
        origin, value = event.origin, event.value
        match event.controller:
            case self._midi.pad_x_controller:
                self._touch(frame, value / 127, None)
            case self._midi.pad_y_controller:
                self._touch(frame, None, value / 127)
            case channels.SOSTENUTO:
                voices = self._voices.sostenuto(origin, value >= channels.PEDAL_DOWN_FROM)
                self._notes.release(frame, voices)
            case channels.ALL_SOUND_OFF:
                self._notes.kill(frame, self._voices.drop(lambda key: key.origin == origin))
            case channels.RESET_CONTROLLERS:
                self._reset(frame, origin)
            case number if number >= channels.ALL_NOTES_OFF:
                stopped = self._voices.stop_all(lambda key: key.origin == origin)
                self._notes.release(frame, stopped)
            case _:
                self._channel(origin).control(event.controller, value)
                self._refresh(frame, origin)

    def _reset(self, frame: int, origin: Origin) -> None:
        self._channel(origin).reset()
        self._notes.release(frame, self._voices.sustain(origin, False))
        self._notes.release(frame, self._voices.sostenuto(origin, False))
        self._refresh(frame, origin)

    def _refresh(self, frame: int, origin: Origin) -> None:
        self._notes.retune(frame, origin, self._channel(origin))
        self._notes.remix(frame, origin, self._channel(origin))

    def _let_go(self, frame: int, chosen: Callable[[Origin], bool]) -> None:
        self._voices.lift_pedals(chosen)
        released = self._voices.release(lambda key: chosen(key.origin))
        self._notes.release(frame, released)

    def _channel(self, origin: Origin) -> ChannelState:
        if origin not in self._channels:
            self._channels[origin] = ChannelState(self._playing.bend_range_semitones)
        return self._channels[origin]
