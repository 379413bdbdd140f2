"""The whole instrument on the kernel's drivers: hands, keyboards, faults, and what is heard."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from header import Header
from instrument import NOTE, POTS, SAID, TURNS, VELOCITY, Instrument, write_settings
from recorder import RATE_HZ
from usb_keyboard import UsbKeyboard
from waiting import wait_for

BUTTONS = (5, 6, 13, 26)
DIES_AWAY_S = 15.0  # held notes of the test's pack lose 6 dB a second: 90 dB until nothing is heard


@pytest.fixture(scope="module")
def settings_file(header: Header, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Once the header is there, all parts of the instrument are."""
    return write_settings(tmp_path_factory.mktemp("instrument"))


@pytest.fixture(scope="module")
def instrument(header: Header, settings_file: Path) -> Iterator[Instrument]:
    """One instrument for all tests, as it is for its musician; each test puts its finger down."""
    with ExitStack() as stack:
        yield Instrument(stack, settings_file, header)


def test_its_self_test_finds_every_part(settings_file: Path) -> None:
    command = [sys.executable, "-m", "device", "selftest", "--settings", str(settings_file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    results = {line.split()[1]: line.split()[0] for line in done.stdout.splitlines()}
    assert done.returncode == 0, done.stdout + done.stderr
    assert [results[part] for part in ("panel", "oled", "buttons", "DIN", "sound")] == ["PASS"] * 5


def test_it_boots_and_plays_what_the_din_socket_hears(instrument: Instrument) -> None:
    def answers() -> bool:
        instrument.din.write(bytes([0x90, NOTE, VELOCITY]))
        return not instrument.is_silent()

    wait_for("the first note", answers)
    instrument.din.write(bytes([0xB0, 123, 0]))
    instrument.hand.do("panel.touch", 5, 5)
    instrument.play_din("a note from DIN", (0.5, 0.5))


def test_the_finger_chooses_the_sound(instrument: Instrument) -> None:
    for column, row in ((0, 0), (10, 10), (3, 8)):
        instrument.hand.do("panel.touch", column, row)
        instrument.play_din(f"a note at {column}, {row}", (column / 10, row / 10))


def test_a_pot_shapes_the_sound(instrument: Instrument) -> None:
    instrument.hand.do("panel.touch", 5, 5)
    instrument.hand.do("panel.pot", 3, 80)
    turns = (*TURNS[:3], 80 / 255, *TURNS[4:])
    instrument.play_din("with less sustain", (0.5, 0.5), turns=turns)
    instrument.hand.do("panel.pot", 3, POTS[3])
    instrument.play_din("with sustain again", (0.5, 0.5))


def test_an_encoder_chooses_instruments(instrument: Instrument) -> None:
    instrument.hand.do("panel.touch", 0, 0)
    instrument.play_din("the first instruments", (0.0, 0.0))
    instrument.hand.do("panel.turn", 1, 1)
    wait_for("the second instrument of two", lambda: instrument.shows("2/2"))
    instrument.play_din("the second instruments", (0.0, 0.0), combination=1)
    instrument.hand.do("panel.turn", 1, -1)
    wait_for("the first instrument of two", lambda: instrument.shows("1/2"))
    instrument.play_din("the first instruments again", (0.0, 0.0))


def test_a_usb_keyboard_comes_plays_and_goes_while_it_holds_notes(instrument: Instrument) -> None:
    instrument.hand.do("panel.touch", 5, 5)
    keyboard = UsbKeyboard("Test Keyboard")
    for _ in range(2):
        keyboard.plug()
        wait_for("the daemon to listen", lambda: is_listened_to(keyboard))
        instrument.assert_plays(
            "a note from USB",
            lambda: keyboard.play(0x90, NOTE, VELOCITY),
            lambda: keyboard.play(0x80, NOTE, 0),
            (0.5, 0.5),
        )
        for note in (48, 55, 64):
            keyboard.play(0x90, note, VELOCITY)
        wait_for("the chord", lambda: not instrument.is_silent())
        keyboard.unplug()
        start = instrument.recorder.frames
        wait_for("the end of the chord", instrument.is_silent)
        sounded = len(np.trim_zeros(instrument.recorder.heard(start)[:, 0], "b"))
        assert sounded < DIES_AWAY_S / 2 * RATE_HZ
    keyboard.discard()


def is_listened_to(keyboard: UsbKeyboard) -> bool:
    """Its sequencer port is connected to somebody."""
    clients = Path("/proc/asound/seq/clients").read_text().split("Client ")
    return any(keyboard.name in client and "Connecting To" in client for client in clients)


def test_buttons_keep_and_recall_a_sound(instrument: Instrument) -> None:
    instrument.hand.do("panel.touch", 2, 9)
    instrument.play_din("the sound to keep", (0.2, 0.9))
    instrument.header.pull(BUTTONS[1], high=False)
    wait_for("the patch on the card", instrument.patches.exists)
    instrument.header.pull(BUTTONS[1], high=True)
    (patch,) = json.loads(instrument.patches.read_text())["patches"]
    assert (patch["slot"], patch["x"], patch["y"]) == (1, 0.2, 0.9)
    instrument.hand.do("panel.touch", 7, 1)
    instrument.play_din("another sound", (0.7, 0.1))
    instrument.hand.do("panel.lift")
    instrument.play_din("another sound, the finger lifted", (0.7, 0.1))
    instrument.header.pull(BUTTONS[1], high=False)
    wait_for("the button on the display", lambda: instrument.shows("hold to save"))
    instrument.header.pull(BUTTONS[1], high=True)
    instrument.play_din("the sound that was kept", (0.2, 0.9))


def test_a_panel_that_comes_loose_is_told_of_and_comes_back(instrument: Instrument) -> None:
    instrument.hand.do("panel.touch", 5, 5)
    instrument.play_din("before", (0.5, 0.5))
    assert not instrument.shows("panel")
    instrument.hand.do("hand.unplug", "panel")
    wait_for("word of the loss", lambda: "panel: /dev/i2c-" in SAID.read_text())
    wait_for("the loss on the display", lambda: instrument.shows("panel"))
    instrument.play_din("without a panel", (0.5, 0.5))
    instrument.hand.do("hand.plug", "panel")
    instrument.hand.do("panel.touch", 1, 1)
    wait_for("word of the return", lambda: "panel: well again" in SAID.read_text())
    wait_for("nothing of it on the display", lambda: not instrument.shows("panel"))
    instrument.play_din("with the panel again", (0.1, 0.1))


def test_a_display_that_comes_loose_shows_the_same_again(instrument: Instrument) -> None:
    instrument.hand.do("hand.unplug", "oled")
    instrument.hand.do("hand.plug", "oled")
    dark = instrument.picture()
    assert not any(dark)
    wait_for("a picture", lambda: any(instrument.picture()))


def test_it_ends_in_order_when_it_is_told_to(instrument: Instrument) -> None:
    instrument.din.write(bytes([0x90, NOTE, VELOCITY]))
    wait_for("a note", lambda: not instrument.recorder.is_silent())
    assert instrument.end() == 0
    wait_for("silence", instrument.recorder.is_silent)
    assert not any(instrument.picture()), "the display was left on"
    said = SAID.read_text()
    assert "fault of latentpad" not in said, said
