"""Which MIDI system is opened, and what is said when there is none."""

from __future__ import annotations

import pytest

from hardware.errors import MidiPortNotFoundError, MidiUnavailableError
from hardware.interfaces import MidiInput
from hardware.midi_systems import JACK_RETRY_S, MidiSystems
from hardware.sim.manual_clock import ManualClock
from hardware.sim.sim_usb_midi import SimUsbMidi


class System:
    """A MIDI system that is there, or that fails with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.asked = error, list[str | None]()
        self.midi = SimUsbMidi(ManualClock())

    def open(self, wanted: str | None) -> MidiInput:
        self.asked.append(wanted)
        if self.error is not None:
            raise self.error
        return self.midi


NO_ALSA = MidiUnavailableError("no MIDI input: /dev/snd/seq is missing")
NO_JACK = MidiUnavailableError("no MIDI input through JACK: no JACK server runs")


def test_alsa_is_enough() -> None:
    alsa, jack = System(), System()
    assert MidiSystems(alsa.open, jack.open)("Keys") is alsa.midi
    assert (alsa.asked, jack.asked) == (["Keys"], [])


def test_without_alsa_there_is_jack() -> None:
    alsa, jack = System(NO_ALSA), System()
    assert MidiSystems(alsa.open, jack.open)("Keys") is jack.midi
    assert jack.asked == ["Keys"]


def test_without_both_the_error_names_both() -> None:
    systems = MidiSystems(System(NO_ALSA).open, System(NO_JACK).open)
    with pytest.raises(MidiUnavailableError, match=r"seq is missing; .* no JACK server runs"):
        systems()


@pytest.mark.parametrize("has_alsa", [True, False])
def test_a_port_that_the_first_system_lacks_is_not_looked_for_elsewhere(has_alsa: bool) -> None:
    missing = System(MidiPortNotFoundError("no port is called 'Moog'"))
    alsa, jack = (missing, System()) if has_alsa else (System(NO_ALSA), missing)
    with pytest.raises(MidiPortNotFoundError, match="Moog"):
        MidiSystems(alsa.open, jack.open)("Moog")


def test_jack_is_tried_in_vain_only_now_and_then_but_alsa_always() -> None:
    clock, alsa, jack = ManualClock(), System(NO_ALSA), System(NO_JACK)
    systems = MidiSystems(alsa.open, jack.open, clock.now_s)
    for _ in range(3):
        with pytest.raises(MidiUnavailableError, match="no JACK server runs"):
            systems()
    assert (len(alsa.asked), len(jack.asked)) == (3, 1)
    clock.advance(JACK_RETRY_S)
    jack.error = None
    assert systems() is jack.midi
