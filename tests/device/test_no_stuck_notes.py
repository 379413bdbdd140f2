"""No bytes on a cable leave a note held once its keyboard said "all notes off" or went away."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from device.channels import ALL_NOTES_OFF, ALL_SOUND_OFF, PEDAL_DOWN_FROM, SOSTENUTO, SUSTAIN
from device.events import Control, Event, NoteOff, NoteOn, Origin, PortLost, Sustain
from device.midi_events import report_event
from device.voices import Key, VoiceAllocator
from hardware.interfaces import MidiPortLost, MidiReceived
from hardware.midi import MidiParser

VOICES = 8  # fewer than a hand can ask for, so that notes are stolen too
CABLE, OTHER = "cable", "other"
data_byte = st.integers(0, 127)
note = st.tuples(st.integers(0x80, 0x9F), st.integers(60, 66), st.sampled_from([0, 1, 100]))
pedal = st.tuples(
    st.integers(0xB0, 0xBF), st.sampled_from([SUSTAIN, SOSTENUTO]), st.sampled_from([0, 127])
)
other_control = st.tuples(st.integers(0xB0, 0xBF), data_byte, data_byte)
noise = st.lists(st.integers(0, 255), max_size=4)
music = st.lists(st.one_of(note, note, pedal, other_control, noise), max_size=60)


class Hands:
    """Voices that are told of every event as the player tells them."""

    def __init__(self) -> None:
        self.voices = VoiceAllocator(VOICES)

    def play(self, port: str, stream: Iterable[int]) -> None:
        """Bytes of one cable, all channels heard."""
        for message in MidiParser().feed(stream):
            event = report_event(MidiReceived(port, message, 0.0), 0)
            if event is not None:
                self.handle(event)

    def handle(self, event: Event) -> None:
        voices = self.voices
        match event:
            case NoteOn(origin, number):
                voices.start(Key(origin, number))
            case NoteOff(origin, number):
                voices.stop(Key(origin, number))
            case Sustain(origin, down):
                voices.sustain(origin, down)
            case Control(origin, controller, value):
                self._control(origin, controller, value)
            case PortLost(port):
                voices.lift_pedals(lambda origin: origin.port == port)
                voices.release(lambda key: key.origin.port == port)
            case _:
                pass

    def _control(self, origin: Origin, controller: int, value: int) -> None:
        if controller == SOSTENUTO:
            self.voices.sostenuto(origin, value >= PEDAL_DOWN_FROM)
        elif controller == ALL_SOUND_OFF:
            self.voices.drop(lambda key: key.origin == origin)
        elif controller >= ALL_NOTES_OFF:
            self.voices.stop_all(lambda key: key.origin == origin)

    def held(self) -> set[Key]:
        """Keys whose voices nothing has let go: asking lets them go."""
        numbers = self.voices.release(lambda key: True)
        keys = {self.voices.key(number) for number in numbers}
        return {key for key in keys if key is not None}


def flat(parts: Iterable[Iterable[int]]) -> list[int]:
    return [value for part in parts for value in part]


def all_off() -> list[int]:
    """All notes off, then both pedals up, on every channel."""
    return flat(
        (0xB0 | channel, ALL_NOTES_OFF, 0, SUSTAIN, 0, SOSTENUTO, 0) for channel in range(16)
    )


@given(music)
def test_all_notes_off_with_pedals_up_lets_everything_go(parts: list[Iterable[int]]) -> None:
    hands = Hands()
    hands.play(CABLE, [*flat(parts), *all_off()])
    assert hands.held() == set()


@given(music)
def test_pedals_up_first_is_as_good(parts: list[Iterable[int]]) -> None:
    hands = Hands()
    up = flat((0xB0 | channel, SUSTAIN, 0, SOSTENUTO, 0) for channel in range(16))
    hands.play(CABLE, [*flat(parts), *up, *all_off()])
    assert hands.held() == set()


@given(music)
def test_a_lost_port_lets_go_of_its_own_notes_only(parts: list[Iterable[int]]) -> None:
    hands = Hands()
    hands.play(CABLE, flat(parts))
    hands.play(OTHER, [0x90, 30, 100])
    lost = report_event(MidiPortLost(CABLE, 0.0), 0)
    assert lost is not None
    hands.handle(lost)
    assert hands.held() == {Key(Origin(OTHER, 0), 30)}


@given(music)
def test_a_port_that_comes_back_has_no_pedal_down(parts: list[Iterable[int]]) -> None:
    hands = Hands()
    hands.play(CABLE, flat(parts))
    hands.handle(PortLost(CABLE))
    hands.play(CABLE, flat((0x90 | channel, 60, 100, 60, 0) for channel in range(16)))
    assert hands.held() == set()


def test_the_check_would_notice_a_held_note() -> None:
    hands = Hands()
    hands.play(CABLE, [0x90, 60, 100, 64, 100, 0xB0, SUSTAIN, 127, 0x80, 60, 0])
    assert hands.held() == {Key(Origin(CABLE, 0), 60), Key(Origin(CABLE, 0), 64)}
