"""The check of config.txt: each trap is found, named with its line, and has a way out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcard.system.config import Circumstances, config_txt, lint
from sdcard.system.config.findings import ERROR, WARNING

GOOD = config_txt("", "iqaudio-dac")


def found(text: str, known: Circumstances | None = None) -> list[str]:
    return [str(one) for one in lint(text, known or Circumstances(din_rate="auto"))]


def test_a_good_file_has_no_findings() -> None:
    assert found(GOOD) == []
    assert found(f"arm_64bit=1\ninitramfs initramfs8 followkernel\n{GOOD}") == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("dtoverlay=iqaudio-dacc", "error: dtoverlay=iqaudio-dacc: there is no overlay"
         " iqaudio-dacc; write dtoverlay=iqaudio-dac"),
        ("dtoverlay=pi3-miniuart-bt", "warning: dtoverlay=pi3-miniuart-bt: pi3-miniuart-bt is of"
         " the past; write dtoverlay=disable-bt"),
        ("dtoverlay=rpi-dacplus", "error: dtoverlay=rpi-dacplus: there is a DAC already:"
         " iqaudio-dac, line 8; keep the one that is on the board"),
        ("dtparam=audio=on", "error: dtparam=audio=on: the headphone socket becomes a sound card"
         " beside the DAC; delete dtparam=audio=on"),
        ("dtoverlay=vc4-kms-v3d", "error: dtoverlay=vc4-kms-v3d: HDMI becomes a sound card beside"
         " the DAC; write dtoverlay=vc4-kms-v3d,noaudio"),
        ("dtparam=i2c_arm=off", "error: dtparam=i2c_arm=off: panel and display cannot be reached;"
         " write dtparam=i2c_arm=on"),
        ("dtparam=i2c_arm_baudrate=640000", "error: dtparam=i2c_arm_baudrate=640000: the chips are"
         " specified for at most 400 kHz; write dtparam=i2c_arm_baudrate=400000"),
        ("dtparam=i2c_arn=on", "error: dtparam=i2c_arn=on: there is no parameter i2c_arn;"
         " write i2c_arm"),
        ("dtoverlay=i2c-gpio,bus=3", "error: dtoverlay=i2c-gpio,bus=3: by itself it takes GPIO 23"
         " and 24, which are taken on the instrument; add i2c_gpio_sda=10,i2c_gpio_scl=11"),
        ("dtoverlay=i2c-gpio,sda=10", "error: dtoverlay=i2c-gpio,sda=10: i2c-gpio has no parameter"
         " sda; it has bus, i2c_gpio_delay_us, i2c_gpio_scl, i2c_gpio_sda"),
        ("dtoverlays=dwc2", "warning: dtoverlays=dwc2: dtoverlays may be misspelt;"
         " write dtoverlay=dwc2"),
        ("gpu_mem=16 # little", "error: gpu_mem=16 # little: what follows the # belongs to the"
         " value; put the comment on a line of its own"),
        ("gpu_mem = 16", "error: gpu_mem = 16: spaces do not belong here; write gpu_mem=16"),
        ("hello", "error: hello: this is neither a setting, a filter nor a comment;"
         " begin it with #"),
        ("[pi44]", "error: [pi44]: there is no such filter; write [pi4]"),
        ("kernel=" + "k" * 92, "error: kernel=" + "k" * 92 + ": the firmware cuts the last 1"
         " characters off; make two lines of it"),
        ("include more.txt", "warning: include more.txt: what is in there is not checked;"
         " check that file too"),
        ("dtoverlay=my-own", "warning: dtoverlay=my-own: my-own is not known here;"
         " see overlays/README for what it does"),
    ],
)  # fmt: skip
def test_a_line_that_does_harm_is_told(line: str, message: str) -> None:
    text = f"{GOOD}{line}\n"
    assert message in found(text)
    numbers = [one.number for one in lint(text) if one.text == line]
    assert numbers
    assert set(numbers) == {len(GOOD.splitlines()) + 1}


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ("dtoverlay=iqaudio-dac", "error: there is no DAC; write dtoverlay=iqaudio-dac, or that of"
         " your DAC"),
        ("dtparam=i2c_arm=on", "error: panel and display cannot be reached; write"
         " dtparam=i2c_arm=on under [all]"),
        ("dtparam=uart0=on", "error: DIN MIDI is not connected on pi5; write dtparam=uart0=on"
         " under [pi5]"),
        ("enable_uart=1", "error: DIN MIDI is not connected on pi3, pi4; write enable_uart=1"
         " under [pi3] and again under [pi4]"),
        ("dtoverlay=disable-bt", "error: DIN MIDI is on the mini UART, whose rate follows the"
         " core's clock on pi3, pi4; write dtoverlay=disable-bt under [pi3] and again under [pi4]"),
        ("dtparam=i2c_arm_baudrate=400000", "warning: the bus runs at 100 kHz, and the display"
         " takes 0.1 s for a picture; write dtparam=i2c_arm_baudrate=400000 under [all]"),
    ],
)  # fmt: skip
def test_what_is_missing_is_told_with_the_boards_that_miss_it(gone: str, message: str) -> None:
    assert message in found(GOOD.replace(f"{gone}\n", ""))


def test_a_setting_under_the_wrong_filter_is_found_there() -> None:
    text = GOOD.replace("dtparam=i2c_arm=on\n", "[pi4]\ndtparam=i2c_arm=on\n[all]\n")
    told = [one for one in lint(text) if "it counts under" in one.what]
    assert [(one.text, one.boards, one.instead) for one in told] == [
        ("dtparam=i2c_arm=on", ("pi3", "pi5"), "write [all] above")
    ]


@pytest.mark.parametrize(
    ("board", "overlay", "rate", "level", "words"),
    [
        ("all", "midi-uart0", "31250", ERROR, "25431 baud"),
        ("all", "midi-uart0", None, WARNING, "31250 baud needs no overlay"),
        ("pi5", "midi-uart0", "auto", ERROR, "this clock is not that of a Pi 5"),
        ("pi5", "midi-uart0-pi5", "31250", ERROR, "25431 baud"),
    ],
)
def test_two_ways_to_midis_rate_are_one_too_many(
    board: str, overlay: str, rate: str | None, level: str, words: str
) -> None:
    text = f"{GOOD}[{board}]\ndtoverlay={overlay}\n"
    told = lint(text, Circumstances(din_rate=rate))
    assert any(one.level == level and words in one.what for one in told), told


def test_the_old_way_to_midis_rate_is_fine_where_the_settings_go_along() -> None:
    text = f"{GOOD}[pi3]\ndtoverlay=midi-uart0\n[pi4]\ndtoverlay=midi-uart0\n"
    assert found(text, Circumstances(din_rate="auto")) == []
    missing = found(GOOD, Circumstances(din_rate="38400"))
    assert missing == [
        "error: the settings ask for 38400 baud, which is MIDI's rate only with midi-uart0;"
        ' write din_rate = "auto" in the settings'
    ]


@pytest.mark.parametrize("console", ["serial0", "ttyAMA0", "ttyS0"])
def test_a_login_prompt_on_the_uart_is_found_in_cmdline(console: str) -> None:
    known = Circumstances(f"console={console},115200 console=tty1 rootwait", "auto")
    assert f"delete console={console} there" in found(GOOD, known)[0]
    assert found(GOOD, Circumstances("console=tty1 rootwait", "auto")) == []


def test_lines_of_other_boards_do_not_count() -> None:
    other = (
        "[cm4]\ndtparam=audio=on\n[none]\ndtoverlay=rpi-dacplus\n[EDID=x]\ndtparam=i2c_arm=off\n"
    )
    assert found(f"{GOOD}{other}") == []


def test_sound_cards_are_known_by_their_names() -> None:
    other = f"{GOOD}dtoverlay=hifiberry-dacplusadcpro\n"
    assert any("there is a DAC already" in one for one in found(other))
    only = GOOD.replace("iqaudio-dac", "draws")
    assert "error: there is no DAC" in found(only)[0]
    assert not any("no DAC" in one for one in found(only, Circumstances(None, "auto", "draws")))
    assert not any("DAC already" in one for one in found(f"{GOOD}dtoverlay=pifacedigital\n"))


def test_a_parameter_after_its_overlay_belongs_to_it() -> None:
    assert found(f"{GOOD}dtoverlay=vc4-kms-v3d\ndtparam=noaudio\n") == []
    assert found(f"{GOOD}dtoverlay=vc4-kms-v3d,noaudio\ndtoverlay=\ndtparam=audio=on\n") != []


@given(st.text(max_size=400))
def test_any_text_can_be_checked(text: str) -> None:
    for one in lint(text, Circumstances(text, "31250")):
        assert 0 <= one.number <= text.count("\n") + 1
        assert str(one)


PIECES = st.sampled_from(
    ["dtoverlay", "dtparam", "=", ",", "[", "]", "all", "pi5", "i2c-gpio", "midi-uart0", "\n", " ",
     "vc4-kms-v3d", "i2c_arm_baudrate", "99999999999999999999", "#", "audio", "on", "spi", "x"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=60))
def test_any_mixture_of_its_words_can_be_checked(pieces: list[str]) -> None:
    assert isinstance(lint("".join(pieces)), list)
