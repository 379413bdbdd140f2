"""The conductor against an engine that remembers: notes, pedals, controllers, morphs and ports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pytest

from device.engine.mixer import Row
from device.events import (
    Bend,
    CombinationSelected,
    Control,
    Event,
    NoteOff,
    NoteOn,
    Origin,
    PortLost,
    ProgramChange,
    Sustain,
    TouchMoved,
)
from device.grid import Grid
from device.pack.model import Combination, Manifest
from device.player import CONTROL_S, Player
from device.rows import PadState, Reach
from device.settings import PlayingSettings, Settings

HERE = Origin("here", 0)
CELLS = tuple(tuple(f"{column}{row}" for column in range(3)) for row in range(3))
OTHER_CELLS = tuple(tuple(f"{name}'" for name in row) for row in CELLS)
PITCHES = (48, 60, 72)
TICK = round(CONTROL_S * 48000)


class RecordingMixer:
    """Stands in for the mixer: keeps every command, ends a voice when told to."""

    def __init__(self) -> None:
        self.commands: list[tuple[str, int, Any]] = []
        self.finished: list[int] = []
        self.frame = 0

    def note_on(
        self, at_frame: int, voice: int, rows: list[Row], weights: list[float], **how: object
    ) -> bool:
        return self._keep("note_on", at_frame, (voice, rows, weights, how))

    def set_cells(self, at_frame: int, voice: int, rows: list[Row], weights: list[float]) -> bool:
        return self._keep("set_cells", at_frame, (voice, rows, weights))

    def note_off(self, at_frame: int, voice: int) -> bool:
        return self._keep("note_off", at_frame, voice)

    def kill(self, at_frame: int, voice: int) -> bool:
        return self._keep("kill", at_frame, voice)

    def set_step(self, at_frame: int, voice: int, step: float) -> bool:
        return self._keep("set_step", at_frame, (voice, step))

    def set_gain(self, at_frame: int, voice: int, gain: float) -> bool:
        return self._keep("set_gain", at_frame, (voice, gain))

    def set_pan(self, at_frame: int, voice: int, pan: float) -> bool:
        return self._keep("set_pan", at_frame, (voice, pan))

    def set_master(self, at_frame: int, gain: float) -> bool:
        return self._keep("set_master", at_frame, gain)

    def collect(self) -> list[int]:
        finished, self.finished = self.finished, []
        return finished

    def of(self, *kinds: str) -> list[tuple[int, Any]]:
        """(frame, what) of the commands of some kinds, in order."""
        return [(frame, what) for kind, frame, what in self.commands if kind in kinds]

    def clear(self) -> None:
        self.commands.clear()

    def _keep(self, kind: str, at_frame: int, what: object) -> bool:
        self.commands.append((kind, at_frame, what))
        return True


class FakeRows:
    """Rows for any (cell, pitch); those in `slow` are not ready until get() has waited for them."""

    def __init__(self) -> None:
        self.slow: set[str] = set()
        self.waited: list[str] = []
        self.expected: list[tuple[str, int]] = []
        self.reaches: list[Reach] = []
        self.opened: list[tuple[int, list[str], int]] = []
        self.state = PadState.OPENING
        self.nearest_cell = ""
        self.refused: list[str] = []
        self._rows: dict[tuple[str, int], Row] = {}

    def get(self, cell: str, pitch: int) -> Row:
        if cell in self.slow:
            self.waited.append(cell)
            self.slow.discard(cell)
        if (cell, pitch) not in self._rows:
            self._rows[cell, pitch] = Row(np.zeros(1000, np.int16), 1.0, 0, 1000, 0.0, 48000)
        return self._rows[cell, pitch]

    def start(self, cell: str, pitch: int) -> Row | None:
        return None if cell in self.slow else self.get(cell, pitch)

    def ready(self, cell: str, pitch: int, reach: Reach) -> Row | None:
        self.reaches.append(reach)
        return self.start(cell, pitch)

    def plays(self, voice: int, keys: Sequence[tuple[str, int]], reach: Reach) -> None:
        raise AssertionError("all rows are complete")

    def nearest(self, cells: Sequence[str], pitch: int) -> str | None:
        return next((cell for cell in cells if cell not in self.slow), None)

    def open_pad(self, cells: Sequence[str], first: int, frame: int) -> None:
        self.opened.append((frame, list(cells[:first]), len(cells)))

    def pad_state(self) -> PadState:
        return self.state

    def near(self, cells: Sequence[str]) -> None:
        self.nearest_cell = cells[0]

    def refuse(self, what: str) -> None:
        self.refused.append(what)

    def expect(self, keys: Iterable[tuple[str, int]]) -> None:
        self.expected = list(keys)

    def names(self, rows: list[Row]) -> list[str]:
        """The cells that rows belong to."""
        return [next(cell for (cell, _), known in self._rows.items() if known is r) for r in rows]


class Table:
    """A player with its fake engine and rows."""

    def __init__(
        self,
        mixer: RecordingMixer,
        rows: FakeRows,
        wait: bool = True,
        playing: PlayingSettings = PlayingSettings(),  # noqa: B008  (frozen)
    ) -> None:
        manifest = _manifest()
        grid = Grid(manifest, manifest.combinations[0])
        settings = Settings(playing=playing)
        self.mixer, self.rows = mixer, rows
        self.player = Player(mixer, rows, grid, manifest, settings, wait_for_rows=wait)
        mixer.clear()

    def at(self, frame: int, *events: Event) -> None:
        for event in events:
            self.player.handle(frame, event)


def _manifest() -> Manifest:
    combination = Combination((0, 0, 0, 0), CELLS)
    other = Combination((1, 1, 1, 1), OTHER_CELLS)
    return Manifest(
        pack_id="", name="fake", author="", licence="", credits=(), sample_rate_hz=24000,
        pitches=PITCHES, columns=3, rows=3, weight_law="bilinear", renderer_name="",
        renderer_version="", corners=((), (), (), ()), combinations=(combination, other), loops={},
        loudness_lufs=-20, peak_dbfs=-1,
    )  # fmt: skip


@pytest.fixture
def mixer() -> RecordingMixer:
    return RecordingMixer()


@pytest.fixture
def rows() -> FakeRows:
    return FakeRows()


@pytest.fixture
def table(mixer: RecordingMixer, rows: FakeRows) -> Table:
    return Table(mixer, rows)


def test_a_note_plays_the_nearest_pitch_of_the_cells_at_the_finger(table: Table) -> None:
    table.at(0, TouchMoved(0.25, 0))
    table.at(100, NoteOn(HERE, 62, 127))
    ((frame, (voice, rows, weights, how)),) = table.mixer.of("note_on")
    assert (frame, voice) == (100, 0)
    assert table.rows.names(rows) == ["00", "10"]
    assert weights == [0.5, 0.5]
    assert how["step"] == pytest.approx(0.5 * 2 ** (2 / 12))
    assert (how["gain"], how["pan"], how["start_frame"]) == (1, 0, 0)


def test_key_up_and_pedal(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 9), Sustain(HERE, True), NoteOn(HERE, 64, 9))
    table.at(1, NoteOff(HERE, 60), NoteOff(HERE, 64))
    assert table.mixer.of("note_off") == []
    table.at(2, Sustain(HERE, False))
    assert table.mixer.of("note_off") == [(2, 0), (2, 1)]


def test_held_notes_follow_the_finger_smoothly_and_arrive_exactly(table: Table) -> None:
    table.at(0, TouchMoved(0, 0), NoteOn(HERE, 60, 100))
    table.at(10, TouchMoved(1, 1))
    table.player.advance(60 * TICK)
    sets = table.mixer.of("set_cells")
    assert [frame for frame, _ in sets] == [10, *(TICK * n for n in range(1, len(sets)))]
    last_rows, last_weights = sets[-1][1][1:]
    assert (table.rows.names(last_rows), last_weights) == (["22"], [1.0])
    assert len(sets) > 10, "the pad glides over several ticks"


def test_an_unmoved_finger_sends_nothing(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 100))
    table.mixer.clear()
    table.player.advance(100 * TICK)
    assert table.mixer.commands == []


def test_a_new_note_after_silence_starts_at_the_finger_at_once(table: Table) -> None:
    table.at(5, TouchMoved(1, 0), NoteOn(HERE, 60, 100))
    assert table.rows.names(table.mixer.of("note_on")[0][1][1]) == ["20"]


def test_released_notes_follow_until_the_engine_has_ended_them(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 100), NoteOff(HERE, 60))
    table.at(1, TouchMoved(0, 0))
    table.player.advance(TICK)
    assert [frame for frame, _ in table.mixer.of("set_cells")] == [1, TICK]
    table.mixer.finished = [0]
    table.player.advance(3 * TICK)
    assert table.player.sounding == 0
    assert len(table.mixer.of("set_cells")) == 2


def test_bend_moves_sounding_notes_of_its_own_channel_only(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 9), NoteOn(Origin("here", 1), 60, 9), Bend(HERE, 1.0))
    assert table.mixer.of("set_step") == [(0, (0, pytest.approx(0.5 * 2 ** (2 / 12))))]


def test_bend_range_by_controllers(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 9))
    table.at(0, Control(HERE, 101, 0), Control(HERE, 100, 0), Control(HERE, 6, 12))
    table.at(1, Bend(HERE, -1.0))
    assert table.mixer.of("set_step")[-1] == (1, (0, pytest.approx(0.25)))


def test_volume_expression_and_pan_reach_sounding_and_later_notes(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 127), Control(HERE, 7, 50), Control(HERE, 10, 0))
    assert table.mixer.of("set_gain")[0] == (0, (0, 0.25))
    assert table.mixer.of("set_pan")[-1] == (0, (0, -1.0))
    table.at(1, NoteOn(HERE, 61, 127))
    how = table.mixer.of("note_on")[-1][1][3]
    assert (how["gain"], how["pan"]) == (0.25, -1.0)


def test_modulation_swings_the_pitch_around_its_centre(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 9), Control(HERE, 1, 127))
    table.player.advance(48000)
    steps = [step for _, (_, step) in table.mixer.of("set_step")]
    half_semitone = 2 ** (0.5 / 12)
    assert max(steps) == pytest.approx(0.5 * half_semitone, rel=1e-3)
    assert min(steps) == pytest.approx(0.5 / half_semitone, rel=1e-3)
    table.at(48001, Control(HERE, 1, 0))
    assert table.mixer.of("set_step")[-1] == (48001, (0, 0.5))


def test_panic_messages(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 9), NoteOn(Origin("here", 1), 60, 9), Sustain(HERE, True))
    table.at(1, Control(HERE, 123, 0))
    assert table.mixer.of("note_off", "kill") == [], "the pedal holds what notes-off lets go"
    table.at(2, Control(HERE, 121, 0))
    assert table.mixer.of("note_off") == [(2, 0)]
    table.at(3, Control(HERE, 120, 0))
    assert table.mixer.of("kill") == [(3, 0)]
    assert table.player.sounding == 1


def test_local_control_is_not_a_panic(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 9), Control(HERE, 122, 0))
    assert table.mixer.of("note_off", "kill") == []


def test_controllers_move_the_pad(table: Table) -> None:
    table.at(0, Control(HERE, 16, 127), Control(HERE, 17, 0), NoteOn(HERE, 60, 9))
    assert table.rows.names(table.mixer.of("note_on")[0][1][1]) == ["20"]


def test_a_lost_port_lets_go_of_its_notes_only(table: Table) -> None:
    table.at(0, NoteOn(HERE, 60, 9), NoteOn(Origin("there", 0), 60, 9), Sustain(HERE, True))
    table.at(1, PortLost("here"))
    assert table.mixer.of("note_off") == [(1, 0)]


def test_a_port_that_comes_back_starts_afresh(table: Table) -> None:
    table.at(0, Bend(HERE, 1.0), Control(HERE, 7, 0), Sustain(HERE, True), PortLost("here"))
    table.at(1, NoteOn(HERE, 60, 127), NoteOff(HERE, 60))
    how = table.mixer.of("note_on")[0][1][3]
    assert (how["step"], how["gain"]) == (0.5, 1)
    assert table.mixer.of("note_off") == [(1, 0)]


def test_program_changes_are_taken_without_effect(table: Table) -> None:
    table.at(0, ProgramChange(HERE, 5))
    assert table.mixer.commands == []


def test_a_note_far_above_the_pack_keeps_its_pitch_class_within_the_engine(table: Table) -> None:
    table.at(0, NoteOn(HERE, 127, 9))
    step = table.mixer.of("note_on")[0][1][3]["step"]
    assert step == pytest.approx(0.5 * 2 ** ((127 - 72) / 12 - 1))


def test_live_a_note_starts_with_the_cells_at_hand_and_the_others_join(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, wait=False)
    rows.slow = {"00", "11"}
    table.at(0, TouchMoved(0.25, 0.25), NoteOn(HERE, 60, 9))
    ((_, (_, started, weights, _)),) = mixer.of("note_on")
    assert rows.names(started) == ["10", "01"]
    assert weights == [0.5, 0.5]
    assert rows.waited == []
    rows.slow = set()
    table.player.advance(TICK)
    ((_, (_, joined, weights)),) = mixer.of("set_cells")
    assert rows.names(joined) == ["00", "10", "01", "11"]
    assert weights == [0.25] * 4


def test_live_a_note_waits_for_one_cell_when_the_pad_has_none(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, wait=False)
    rows.slow = {name for line in CELLS for name in line}
    table.at(0, TouchMoved(0.2, 0.0), NoteOn(HERE, 60, 9))
    assert rows.waited == ["00"]
    assert mixer.of("note_on")[0][1][2] == [1.0]


def test_live_a_note_takes_the_nearest_cell_when_none_of_its_own_is_at_hand(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, wait=False)
    rows.slow = {"00", "10"}
    table.at(0, TouchMoved(0.2, 0.0), NoteOn(HERE, 60, 9))
    ((_, (_, started, weights, _)),) = mixer.of("note_on")
    assert (rows.names(started), weights) == (["01"], [1.0])
    assert rows.waited == []
    rows.slow = set()
    table.player.advance(TICK)
    ((_, (_, joined, _)),) = mixer.of("set_cells")
    assert rows.names(joined) == ["00", "10"]


def test_live_a_morph_waits_for_nothing(mixer: RecordingMixer, rows: FakeRows) -> None:
    table = Table(mixer, rows, wait=False, playing=PlayingSettings(morph_smoothing_s=0.0))
    table.at(0, TouchMoved(0, 0), NoteOn(HERE, 60, 9))
    rows.slow = {"22"}
    table.at(1, TouchMoved(1, 1))
    table.player.advance(5 * TICK)
    assert mixer.of("set_cells") == []
    rows.slow = set()
    table.player.advance(6 * TICK)
    assert [frame for frame, _ in mixer.of("set_cells")] == [6 * TICK]


def test_live_the_cells_near_the_finger_are_expected_for_pitches_just_played(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, wait=False)
    table.at(0, TouchMoved(0, 0), NoteOn(HERE, 70, 9), NoteOn(HERE, 50, 9))
    assert rows.expected[:2] == [("00", 48), ("00", 72)]
    assert set(rows.expected[2:]) == {
        (f"{column}{row}", pitch) for column in range(3) for row in range(3) for pitch in (48, 72)
    } - {("00", 48), ("00", 72)}


def test_a_note_between_two_pitches_sounds_from_both(mixer: RecordingMixer, rows: FakeRows) -> None:
    playing = PlayingSettings(zone_crossfade="on", morph_smoothing_s=0.0)
    table = Table(mixer, rows, playing=playing)
    table.at(0, TouchMoved(0, 0), NoteOn(HERE, 66, 127))
    (low, high) = (what for _, what in mixer.of("note_on"))
    assert [what[3]["step"] for what in (low, high)] == pytest.approx([0.5 * 2**0.5, 0.5 / 2**0.5])
    assert [what[3]["gain"] for what in (low, high)] == pytest.approx([0.5**0.5] * 2)
    table.at(1, Bend(HERE, 1.0), TouchMoved(1, 1))
    table.player.advance(TICK)
    table.at(TICK, NoteOff(HERE, 66))
    for command in ("set_step", "set_cells", "note_off"):
        heard = [what if command == "note_off" else what[0] for _, what in mixer.of(command)]
        assert sorted(heard) == [0, 1], command


def test_a_note_on_a_stored_pitch_needs_one_voice_and_steals_whole_notes(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, playing=PlayingSettings(zone_crossfade="on", max_voices=3))
    table.at(0, NoteOn(HERE, 66, 9), NoteOn(HERE, 60, 9))
    assert [what[0] for _, what in mixer.of("note_on")] == [0, 1, 2]
    table.at(1, NoteOn(HERE, 72, 9))
    assert mixer.of("kill") == [(1, 1)], "the other voice of the stolen note"
    assert table.player.sounding == 2
    mixer.finished = [1]
    table.player.advance(TICK)
    table.at(TICK, NoteOn(HERE, 48, 9))
    assert mixer.of("note_on")[-1][1][0] == 1
    assert table.player.stolen == 1


def test_another_combination_is_opened_in_the_background_nearest_cells_first(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, wait=False)
    assert rows.opened == [(0, ["11"], 9)]
    table.at(0, TouchMoved(0.2, 0.0), CombinationSelected(1))
    assert rows.opened[1:] == [(0, ["00'", "10'"], 9)]
    table.at(1, NoteOn(HERE, 60, 9))
    rows.state = PadState.OPEN
    table.player.advance(TICK)
    table.at(TICK + 1, NoteOn(HERE, 62, 9))
    first, second = (what[1] for _, what in mixer.of("note_on"))
    assert (rows.names(first), rows.names(second)) == (["00", "10"], ["00'", "10'"])
    assert rows.expected[0][0] == "00'"


def test_notes_follow_the_finger_on_the_pad_that_they_began_on(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, wait=False, playing=PlayingSettings(morph_smoothing_s=0.0))
    rows.state = PadState.OPEN
    table.at(0, TouchMoved(0, 0), NoteOn(HERE, 60, 9), CombinationSelected(1))
    table.at(TICK, NoteOn(HERE, 62, 9))
    table.at(TICK + 1, TouchMoved(1, 1))
    table.player.advance(2 * TICK)
    moved = {what[0]: rows.names(what[1]) for _, what in mixer.of("set_cells")}
    assert moved == {0: ["22"], 1: ["22'"]}
    assert rows.reaches[-1].frame == TICK + 1
    assert rows.reaches[-1].source_frame == pytest.approx(rows.reaches[-1].step)


def test_a_combination_that_cannot_be_opened_changes_nothing(
    mixer: RecordingMixer, rows: FakeRows
) -> None:
    table = Table(mixer, rows, wait=False)
    rows.state = PadState.FAILED
    table.at(0, TouchMoved(0, 0), CombinationSelected(1))
    table.at(TICK, CombinationSelected(7), CombinationSelected(-1), NoteOn(HERE, 60, 9))
    assert table.rows.names(mixer.of("note_on")[0][1][1]) == ["00"]
    assert rows.refused == [f"no combination {index}: this pack has 0..1" for index in (7, -1)]


def test_offline_another_combination_plays_at_once(table: Table) -> None:
    table.at(0, TouchMoved(0, 0), CombinationSelected(1), NoteOn(HERE, 60, 9))
    assert table.rows.names(table.mixer.of("note_on")[0][1][1]) == ["00'"]
    assert table.rows.opened == []
