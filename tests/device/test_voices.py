"""Voice allocation: pedals, retriggers, stealing, and no voice ever lost or shared."""

from __future__ import annotations

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from device.events import Origin
from device.voices import Key, VoiceAllocator

HERE = Origin("here", 0)
THERE = Origin("there", 0)


def key(note: int, origin: Origin = HERE) -> Key:
    return Key(origin, note)


def one(voices: VoiceAllocator, wanted: Key) -> int:
    """The voice of a note that needs only one."""
    allotted = voices.start(wanted)
    assert allotted.surplus == ()
    (number,) = allotted.voices
    return number


def test_a_key_up_releases_its_voice_once() -> None:
    voices = VoiceAllocator(4)
    number = one(voices, key(60))
    assert voices.stop(key(60)) == [number]
    assert voices.stop(key(60)) == []


def test_the_same_key_again_takes_its_own_voice_unless_it_is_dying() -> None:
    voices = VoiceAllocator(4)
    first = one(voices, key(60))
    assert one(voices, key(60)) == first
    voices.stop(key(60))
    assert one(voices, key(60)) != first


def test_the_same_note_of_another_keyboard_is_another_voice() -> None:
    voices = VoiceAllocator(4)
    first, second = one(voices, key(60)), one(voices, key(60, THERE))
    assert voices.stop(key(60, THERE)) == [second]
    assert voices.key(first) == key(60)


def test_the_pedal_holds_until_it_comes_up() -> None:
    voices = VoiceAllocator(4)
    number, other = one(voices, key(60)), one(voices, key(62, THERE))
    voices.sustain(HERE, True)
    assert voices.stop(key(60)) == []
    assert voices.stop(key(62, THERE)) == [other]
    assert voices.sustain(HERE, False) == [number]


def test_keys_still_down_outlive_the_pedal() -> None:
    voices = VoiceAllocator(4)
    voices.sustain(HERE, True)
    one(voices, key(60))
    assert voices.sustain(HERE, False) == []


def test_sostenuto_holds_only_the_keys_of_its_press() -> None:
    voices = VoiceAllocator(4)
    kept = one(voices, key(60))
    voices.sostenuto(HERE, True)
    later = one(voices, key(64))
    assert voices.stop(key(60)) == []
    assert voices.stop(key(64)) == [later]
    assert voices.sostenuto(HERE, False) == [kept]


def test_sustain_still_holds_what_sostenuto_lets_go() -> None:
    voices = VoiceAllocator(4)
    number = one(voices, key(60))
    voices.sostenuto(HERE, True)
    voices.sustain(HERE, True)
    voices.stop(key(60))
    assert voices.sostenuto(HERE, False) == []
    assert voices.sustain(HERE, False) == [number]


def test_steals_the_earliest_released_before_the_earliest_started() -> None:
    voices = VoiceAllocator(3)
    oldest, second, third = (one(voices, key(note)) for note in (60, 62, 64))
    voices.stop(key(64))
    voices.stop(key(62))
    assert one(voices, key(70)) == third
    assert one(voices, key(71)) == second
    assert one(voices, key(72)) == oldest
    assert voices.stolen == 3


def test_a_lost_port_lets_go_whatever_the_pedal_says() -> None:
    voices = VoiceAllocator(4)
    voices.sustain(THERE, True)
    down, up = one(voices, key(60, THERE)), one(voices, key(61, THERE))
    one(voices, key(62))
    voices.stop(key(61, THERE))
    voices.lift_pedals(lambda origin: origin == THERE)
    assert sorted(voices.release(lambda k: k.origin == THERE)) == sorted([down, up])
    one(voices, key(60, THERE))
    assert voices.stop(key(60, THERE)) != []


def test_a_note_of_two_voices_is_held_released_and_ended_as_one() -> None:
    voices = VoiceAllocator(4)
    pair = voices.start(key(61), 2).voices
    assert len(set(pair)) == 2
    assert {voices.key(number) for number in pair} == {key(61)}
    voices.sustain(HERE, True)
    assert voices.stop(key(61)) == []
    assert voices.sustain(HERE, False) == list(pair)
    voices.ended(pair[0])
    assert (voices.key(pair[0]), voices.key(pair[1])) == (None, key(61))
    assert one(voices, key(70)) != pair[1]


def test_a_stolen_note_of_two_voices_leaves_none_behind() -> None:
    voices = VoiceAllocator(3)
    pair, single = voices.start(key(61), 2).voices, one(voices, key(64))
    stealing = voices.start(key(70))
    assert (stealing.voices, stealing.surplus) == (pair[:1], pair[1:])
    assert voices.key(pair[1]) is None
    assert one(voices, key(71)) == pair[1], "the surplus voice was free"
    assert (voices.key(single), voices.stolen) == (key(64), 1)


def test_a_note_of_two_voices_steals_as_many_notes_as_it_needs() -> None:
    voices = VoiceAllocator(3)
    first, second, third = (one(voices, key(note)) for note in (60, 62, 64))
    voices.stop(key(64))
    stealing = voices.start(key(70), 2)
    assert (stealing.voices, stealing.surplus) == ((third, first), ())
    assert (voices.key(second), voices.stolen) == (key(62), 2)


def test_a_key_again_takes_both_its_voices_again() -> None:
    voices = VoiceAllocator(4)
    pair = voices.start(key(61), 2).voices
    assert voices.start(key(61), 2).voices == pair
    assert voices.start(key(61), 1).surplus == pair[1:]


class Keyboards(RuleBasedStateMachine):
    """Two keyboards with pedals on four voices, checked against a plain account of what is down."""

    def __init__(self) -> None:
        super().__init__()
        self.voices = VoiceAllocator(4)
        self.down: set[Key] = set()
        self.pedals: set[Origin] = set()

    @rule(note=st.integers(60, 66), origin=st.sampled_from([HERE, THERE]))
    def press(self, note: int, origin: Origin) -> None:
        count = 1 + note % 2  # every other key lies between two stored pitches
        allotted = self.voices.start(key(note, origin), count)
        assert len(allotted.voices) == count
        assert set(allotted.voices) <= {0, 1, 2, 3}
        assert all(self.voices.key(number) == key(note, origin) for number in allotted.voices)
        assert all(self.voices.key(number) is None for number in allotted.surplus)
        self.down.add(key(note, origin))

    @rule(note=st.integers(60, 66), origin=st.sampled_from([HERE, THERE]))
    def lift(self, note: int, origin: Origin) -> None:
        released = self.voices.stop(key(note, origin))
        assert not (released and origin in self.pedals)
        self.down.discard(key(note, origin))

    @rule(origin=st.sampled_from([HERE, THERE]), is_down=st.booleans())
    def pedal(self, origin: Origin, is_down: bool) -> None:
        for number in self.voices.sustain(origin, is_down):
            assert self.voices.key(number) not in self.down
        (self.pedals.add if is_down else self.pedals.discard)(origin)

    @rule(number=st.integers(0, 3))
    def finished(self, number: int) -> None:
        self.voices.ended(number)
        assert self.voices.key(number) is None

    @invariant()
    def nothing_hangs(self) -> None:
        """With all keys and pedals up, everything that sounds has been released."""
        if not self.down and not self.pedals:
            assert self.voices.release(lambda _: True) == []


TestKeyboards = Keyboards.TestCase
TestKeyboards.settings = hypothesis_settings(max_examples=60, deadline=None)
