"""Writes the part of config.txt that makes a Raspberry Pi an instrument.

It is one block at the end, between two marks, which is made anew each time. What contradicts it
above is commented out, never deleted: whoever looks finds what was there.
"""

from __future__ import annotations

from sdcard.system.config.board_rules import I2C_HZ
from sdcard.system.config.boards import overlay_name
from sdcard.system.config.lines import LONGEST, Kind, Line, parse, words
from sdcard.system.config.overlays import DACS, VIDEO
from sdcard.system.config.uart_rules import MIDI_OVERLAYS
from sdcard.system.errors import OptionError

BEGIN = "# latentpad begins: made by latentpad-card, what is between these two marks is replaced"
END = "# latentpad ends"
TAKEN_OUT = "# latentpad takes out: "
BLOCK = f"""{BEGIN}
[all]
dtoverlay=
dtparam=i2c_arm=on
dtparam=i2c_arm_baudrate={I2C_HZ}
dtoverlay={{dac}}
[pi3]
enable_uart=1
dtoverlay=disable-bt
[pi4]
enable_uart=1
dtoverlay=disable-bt
[pi5]
dtoverlay=
dtparam=uart0=on
[all]
{END}
"""
"""The empty dtoverlay ends the overlay above: the parameters after it are the board's own."""
CONTRARY_OVERLAYS = (*DACS, *MIDI_OVERLAYS, "miniuart-bt", "pi3-miniuart-bt")
AGREED_PARAMETERS = {
    "audio": "off",
    **dict.fromkeys(("i2c", "i2c_arm", "i2c1", "uart0"), "on"),
    **dict.fromkeys(("i2c_baudrate", "i2c_arm_baudrate", "i2c1_baudrate"), str(I2C_HZ)),
    "uart0_console": "off",
}
"""Parameters of the board that may be given above, but only so."""
AGREED_SETTINGS = {"enable_uart": "1", "init_uart_clock": "48000000"}


def config_txt(base: str, dac: str) -> str:
    """The base's text with the block at its end. `dac`: "iqaudio-dac", or "name,parameter=value".

    Raises OptionError for a `dac` that cannot be written so.
    """
    if not overlay_name(dac) or not dac.isprintable() or set(dac) & set(" #\n[]"):
        raise OptionError(f"DAC {dac!r}: the name of an overlay is expected, as iqaudio-dac")
    block = BLOCK.format(dac=dac)
    longest = max(block.splitlines(), key=len)
    if len(longest) > LONGEST:
        raise OptionError(f"DAC {dac!r}: the line would have more than {LONGEST} characters")
    above = _without_block(base.replace("\r\n", "\n"))
    kept = [new for line in parse(above) for new in _turned(line)]
    return "\n".join(kept).rstrip("\n") + f"\n\n{block}"


def _without_block(text: str) -> str:
    """Blocks that begin and end, and marks that stand alone: what is around them stays."""
    kept: list[str] = []
    begun: int | None = None  # where a block began, in `kept`
    for line in text.split("\n"):
        if line == BEGIN:
            begun = len(kept)
        elif line == END:
            kept = kept[:begun]
            begun = None
        else:
            kept.append(line)
    return "\n".join(kept)


def _turned(line: Line) -> list[str]:
    """The line as it is to be: itself, or commented out and what remains of it."""
    if line.kind is not Kind.SETTING:
        return [line.text]
    name = overlay_name(line.value)
    if line.name == "dtoverlay" and name in VIDEO:
        return _silent(line)
    if line.name == "dtparam":
        return _without_contrary(line)
    agreed = AGREED_SETTINGS.get(line.name, line.value)
    is_contrary = line.name == "dtoverlay" and name in CONTRARY_OVERLAYS
    return [TAKEN_OUT + line.text] if is_contrary or line.value != agreed else [line.text]


def _silent(line: Line) -> list[str]:
    """HDMI is no sound card: the DAC is to be the only one."""
    told = [name for name, _ in words(line.value)]
    if "noaudio" in told:
        return [line.text]
    return [TAKEN_OUT + line.text, f"dtoverlay={line.value},noaudio"]


def _without_contrary(line: Line) -> list[str]:
    given = words(line.value)
    kept = [(name, value) for name, value in given if AGREED_PARAMETERS.get(name, value) == value]
    if kept == given:
        return [line.text]
    rest = ",".join(f"{name}={value}" for name, value in kept)
    return [TAKEN_OUT + line.text, *([f"dtparam={rest}"] if rest else [])]
