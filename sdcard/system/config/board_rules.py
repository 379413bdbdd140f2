"""What an instrument needs of config.txt on each board, and what gets in its way there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sdcard.system.config.boards import Effect
from sdcard.system.config.findings import WARNING, Finding, at, lacking, missing
from sdcard.system.config.lines import Line
from sdcard.system.config.overlays import DACS, VIDEO, Catalogue
from sdcard.system.config.uart_rules import uart_findings

I2C_HZ = 400_000  # the most that the data sheets of panel, display and converters allow
SOUND = re.compile(r"dac|amp|audio|sound|codec|digi(?!tal)|max98357a")
"""What names of overlays that bring a sound output have in them, beside those of the table."""
SPI_LINES = range(7, 12)  # GPIO 7 to 11: CE1, CE0, MISO, MOSI, SCLK


@dataclass(frozen=True)
class Circumstances:
    """What else is known of the card that a config.txt is on; None and "": it is not."""

    cmdline: str | None = None
    din_rate: str | None = None  # of the settings file, [board]
    dac: str = ""  # an overlay that brings the sound output, whatever its name
    catalogue: Catalogue = field(default_factory=Catalogue)


def board_findings(effect: Effect, lines: list[Line], known: Circumstances) -> Iterator[Finding]:
    """Of one board."""
    yield from _sound(effect, known)
    yield from _i2c(effect, lines)
    yield from _software_i2c(effect)
    yield from uart_findings(effect, lines, known.cmdline, known.din_rate)


def _sound(effect: Effect, known: Circumstances) -> Iterator[Finding]:
    names = (*DACS, known.dac)
    dacs = [one for one in effect.overlays if one.name in names or SOUND.search(one.name)]
    for second in dacs[1:]:
        what = f"there is a DAC already: {dacs[0].name}, line {dacs[0].line.number}"
        yield at(second.line, what, "keep the one that is on the board")
    if not dacs:
        yield missing("there is no DAC", "write dtoverlay=iqaudio-dac, or that of your DAC")
    audio = effect.parameter("audio")
    if audio is not None and audio.is_on:
        what = "the headphone socket becomes a sound card beside the DAC"
        yield at(audio.line, what, "delete dtparam=audio=on")
    for video in effect.loaded(*VIDEO):
        if "noaudio" not in video.parameters and video.parameters.get("audio") != "off":
            instead = f"write dtoverlay={video.line.value},noaudio"
            yield at(video.line, "HDMI becomes a sound card beside the DAC", instead)


def _i2c(effect: Effect, lines: list[Line]) -> Iterator[Finding]:
    bus = effect.parameter("i2c_arm", "i2c", "i2c1")
    if bus is None:
        yield lacking(lines, "dtparam=i2c_arm=on", "panel and display cannot be reached")
    elif not bus.is_on:
        yield at(bus.line, "panel and display cannot be reached", "write dtparam=i2c_arm=on")
    rate = effect.parameter("i2c_arm_baudrate", "i2c_baudrate", "i2c1_baudrate")
    wanted = f"dtparam=i2c_arm_baudrate={I2C_HZ}"
    if rate is None:
        what = "the bus runs at 100 kHz, and the display takes 0.1 s for a picture"
        yield lacking(lines, wanted, what, level=WARNING)
    elif not rate.text.isdecimal() or int(rate.text[:12]) > I2C_HZ:
        yield at(rate.line, "the chips are specified for at most 400 kHz", f"write {wanted}")


def _software_i2c(effect: Effect) -> Iterator[Finding]:
    spi = effect.parameter("spi")
    for overlay in effect.loaded("i2c-gpio"):
        pins = [overlay.parameters.get(name) for name in ("i2c_gpio_sda", "i2c_gpio_scl")]
        if None in pins:
            what = "by itself it takes GPIO 23 and 24, which are taken on the instrument"
            yield at(overlay.line, what, "add i2c_gpio_sda=10,i2c_gpio_scl=11")
        elif spi and spi.is_on and {str(pin) for pin in SPI_LINES}.intersection(map(str, pins)):
            yield at(spi.line, "SPI has lines of i2c-gpio", "delete dtparam=spi=on")
