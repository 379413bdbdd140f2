"""config.txt as it is written: one block that replaces itself, and nothing deleted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcard.system.config import Circumstances, config_txt, lint
from sdcard.system.config.boards import BOARDS, effect
from sdcard.system.config.lines import LONGEST, parse
from sdcard.system.config.overlays import Catalogue
from sdcard.system.config.write import BEGIN, END, TAKEN_OUT
from sdcard.system.errors import OptionError

DAC = "iqaudio-dac"
LINES = st.sampled_from(
    [
        "dtparam=audio=on", "dtparam=i2c_arm=off,spi=on", "dtoverlay=vc4-kms-v3d,cma-256", "[pi4]",
        "dtoverlay=rpi-dacplus", "enable_uart=0", "[all]", "# words", "", "dtparam=uart0=off",
        "dtoverlay=miniuart-bt", "dtoverlay=midi-uart0", "gpu_mem=16", "[cm5]", "include more.txt",
        "dtparam=i2c_arm_baudrate=640000", "dtoverlay=vc4-kms-v3d-pi4", BEGIN, END,
    ]
)  # fmt: skip


def test_the_published_file_becomes_an_instruments(config: str) -> None:
    text = config_txt(config, DAC)
    lines = text.splitlines()
    assert f"{TAKEN_OUT}dtparam=audio=on" in lines
    assert "dtoverlay=vc4-kms-v3d,noaudio" in lines
    assert lines.index(f"{TAKEN_OUT}dtoverlay=vc4-kms-v3d") < lines.index(BEGIN)
    assert [line for line in lines[lines.index(BEGIN) :] if "i2c" in line or DAC in line] == [
        "dtparam=i2c_arm=on", "dtparam=i2c_arm_baudrate=400000", "dtoverlay=iqaudio-dac",
    ]  # fmt: skip
    assert lint(text, Circumstances("", "auto")) == []


@pytest.mark.parametrize(
    ("board", "others", "uart"),
    [
        ("pi3", {DAC, "disable-bt"}, False),
        ("pi4", {DAC, "disable-bt"}, False),
        ("pi5", {DAC}, True),
    ],
)
def test_each_board_has_its_own_uart(config: str, board: str, others: set[str], uart: bool) -> None:
    text = config_txt(config, DAC)
    found = effect(parse(text), board, Catalogue())
    assert {overlay.name for overlay in found.overlays} == others | {"vc4-kms-v3d", DAC}
    assert (found.parameter("uart0") is not None) is uart
    assert ("enable_uart" in found.settings) is not uart
    bus, audio = found.parameter("i2c_arm"), found.parameter("audio")
    assert bus is not None
    assert bus.is_on
    assert audio is None


@given(st.lists(LINES, max_size=14), st.booleans())
def test_any_base_is_put_right_and_stays_so(lines: list[str], windows: bool) -> None:
    base = ("\r\n" if windows else "\n").join(lines)
    once = config_txt(base, DAC)
    assert config_txt(once, DAC) == once
    assert once.count(BEGIN) == once.count(END) == 1
    assert "\r" not in once
    for board in BOARDS:
        found = effect(parse(once), board, Catalogue())
        assert [one.name for one in found.overlays].count(DAC) == 1
        assert not found.loaded("rpi-dacplus", "miniuart-bt", "midi-uart0")
        audio, bus = found.parameter("audio"), found.parameter("i2c_arm")
        assert audio is None
        assert bus is not None
        assert bus.is_on
    errors = [one for one in lint(once, Circumstances("", "auto")) if one.level == "error"]
    assert errors == []


@given(st.lists(LINES.filter(lambda line: line != END), max_size=14))
def test_no_line_of_the_base_is_lost(lines: list[str]) -> None:
    after = config_txt("\n".join(lines), DAC).splitlines()
    lines = [line for line in lines if line != BEGIN]  # without an end it is no block
    for line in filter(None, lines):
        assert line in after or TAKEN_OUT + line in after


def test_another_dac_takes_the_place_of_the_first(config: str) -> None:
    first = config_txt(config, DAC)
    twice = f"{first}gpu_mem=16\n{first}gpu_mem=32\n"
    second = config_txt(twice, "rpi-dacplus,24db_digital_gain")
    assert "dtoverlay=rpi-dacplus,24db_digital_gain" in second.splitlines()
    assert DAC not in second
    assert second.index("gpu_mem=16") < second.index("gpu_mem=32") < second.index(BEGIN)


@pytest.mark.parametrize("dac", ["", ",gain", "a b", "x\ny", "a#b", "[pi4]", "x" * LONGEST])
def test_what_is_no_overlay_is_refused(dac: str) -> None:
    with pytest.raises(OptionError, match="DAC"):
        config_txt("", dac)
