"""What MIDI's serial port needs of config.txt and cmdline.txt on each board."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sdcard.system.config.boards import Effect
from sdcard.system.config.findings import WARNING, Finding, at, lacking, missing
from sdcard.system.config.lines import Line

MIDI_OVERLAYS = ("midi-uart0", "midi-uart0-pi5")
HEADER_CONSOLE = re.compile(r"console=(serial0|ttyAMA0|ttyS0)\b\S*")
OLDER = "[pi3] and again under [pi4]"


def uart_findings(
    effect: Effect, lines: list[Line], cmdline: str | None, din_rate: str | None
) -> Iterator[Finding]:
    """Of one board; `cmdline` and the settings' `din_rate` are None if they are not known."""
    yield from _port(effect, lines)
    yield from _rate(effect, din_rate)
    consoles = HEADER_CONSOLE.findall(cmdline or "")
    if consoles:
        what = f"cmdline.txt has console={consoles[0]}: a login prompt answers every MIDI byte"
        yield missing(what, f"delete console={consoles[0]} there")


def _port(effect: Effect, lines: list[Line]) -> Iterator[Finding]:
    if effect.board == "pi5":
        given = effect.parameter("uart0")
        if not (given and given.is_on) and not effect.loaded("uart0-pi5", "uart0", *MIDI_OVERLAYS):
            yield lacking(lines, "dtparam=uart0=on", "DIN MIDI is not connected", "[pi5]")
        return
    uart = effect.settings.get("enable_uart")
    if uart is None or uart.text != "1":
        yield lacking(lines, "enable_uart=1", "DIN MIDI is not connected", OLDER)
    for overlay in effect.loaded("miniuart-bt"):
        what = "Bluetooth stays and ties the clock of the processor's core down"
        yield at(overlay.line, what, "write dtoverlay=disable-bt", WARNING)
    if not effect.loaded("disable-bt", "miniuart-bt", "pi3-disable-bt", "pi3-miniuart-bt"):
        what = "DIN MIDI is on the mini UART, whose rate follows the core's clock"
        yield lacking(lines, "dtoverlay=disable-bt", what, OLDER)


def _rate(effect: Effect, din_rate: str | None) -> Iterator[Finding]:
    overlays = effect.loaded(*MIDI_OVERLAYS)
    for overlay in overlays:
        if effect.board == "pi5" and overlay.name == "midi-uart0":
            what = "this clock is not that of a Pi 5, where the overlay was wrong for long"
            yield at(overlay.line, what, "delete the line: 31250 baud needs no overlay")
        elif din_rate == "31250":
            what = "with din_rate 31250 of the settings the port runs at 25431 baud"
            yield at(overlay.line, what, "delete the line")
        elif din_rate is None:
            what = "31250 baud needs no overlay"
            instead = 'delete the line, or keep din_rate = "auto" in the settings'
            yield at(overlay.line, what, instead, WARNING)
    if din_rate == "38400" and not overlays:
        what = "the settings ask for 38400 baud, which is MIDI's rate only with midi-uart0"
        yield missing(what, 'write din_rate = "auto" in the settings')
