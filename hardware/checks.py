"""The self-test of each part of a board: what it looks at, and how a result is put into words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hardware.din_midi import DinMidi
from hardware.errors import HardwareError
from hardware.interfaces import CheckResult, Controls, MidiInput, PartCheck, Readings
from hardware.oled_link import OledLink
from hardware.panel import Panel
from hardware.power import check_power
from hardware.shared_controls import SharedControls

PANEL_READS = 50
MOST_BROKEN = 0.2  # of the panel's messages; retries hide more, but something is wrong
READS, READ_S = 50, 0.005  # at most so many, this far apart, until all has been measured once
LISTEN_S = 0.5
NOP = 0xE3  # SSD1306 data sheet 1.1, table 9-1; the same on the SH1106


@dataclass(frozen=True)
class PanelCheck:
    """Takes messages from the panel and counts how many are broken."""

    controls: SharedControls
    panel: Panel  # behind these controls

    @property
    def part(self) -> str:
        """As faults call it."""
        return self.panel.name

    def run(self) -> CheckResult:
        """PASS with the readings, FAIL with the reason; others may read the panel meanwhile."""
        messages, broken = self.panel.messages, self.panel.broken
        try:
            for _ in range(PANEL_READS):
                readings = self.controls.read()
        except HardwareError as error:
            return CheckResult("FAIL", str(error))
        part = (self.panel.broken - broken) / (self.panel.messages - messages)
        if part > MOST_BROKEN:
            return CheckResult("FAIL", f"{part:.0%} of its messages are broken")
        return CheckResult("PASS", f"{described(readings)}; {part:.0%} broken")


@dataclass(frozen=True)
class ControlsCheck:
    """Reads a source of controls and tells what it stands at."""

    controls: Controls
    wait: Callable[[float], object]

    @property
    def part(self) -> str:
        """As faults call it."""
        return self.controls.name

    def run(self) -> CheckResult:
        """PASS with the readings, FAIL with the reason."""
        try:
            for _ in range(READS):
                words = described(self.controls.read())
                if words:
                    return CheckResult("PASS", words)
                self.wait(READ_S)
        except HardwareError as error:
            return CheckResult("FAIL", str(error))
        return CheckResult("FAIL", f"answers, but has measured nothing in {READS * READ_S:.2f} s")


def described(readings: Readings) -> str:
    """Readings in words, to be compared with what the hand does."""
    words = []
    if readings.has_touch:
        touch = readings.touch
        words.append(f"touch {touch.x:.2f} {touch.y:.2f}" if touch else "touch none")
    if readings.encoders is not None:
        words.append("encoders " + " ".join(str(count) for count in readings.encoders))
    if readings.pots is not None:
        words.append("pots " + " ".join(f"{turn:.2f}" for turn in readings.pots))
    if readings.buttons is not None:
        words.append("buttons " + "".join("x" if down else "-" for down in readings.buttons))
    return ", ".join(words)


@dataclass(frozen=True)
class OledCheck:
    """Asks the display for its acknowledge, by a command that does nothing."""

    link: OledLink  # not the driver's own: it may be drawing
    part: str = "oled"

    def run(self) -> CheckResult:
        """PASS with the address."""
        try:
            self.link.find(NOP)
        except HardwareError as error:
            return CheckResult("FAIL", str(error))
        return CheckResult("PASS", f"acknowledges at {self.link.address:#04x}")


@dataclass(frozen=True)
class DinCheck:
    """Watches how many bytes somebody else reads from the serial port."""

    din: DinMidi
    wait: Callable[[float], object]
    part: str = "DIN MIDI"

    def run(self) -> CheckResult:
        """PASS with bytes per second if the port is open; whether any come depends on who plays."""
        before = self.din.bytes_received
        self.wait(LISTEN_S)
        if self.din.fault:
            return CheckResult("FAIL", self.din.fault)
        rate = (self.din.bytes_received - before) / LISTEN_S
        return CheckResult("PASS", f"open, {rate:.0f} bytes/s")


@dataclass(frozen=True)
class UsbMidiCheck:
    """Lists the USB MIDI ports."""

    open_input: Callable[[], MidiInput]
    part: str = "USB MIDI"

    def run(self) -> CheckResult:
        """PASS with the names of the ports, NONE without any."""
        try:
            opened = self.open_input()
        except HardwareError as error:
            return CheckResult("FAIL", str(error))
        try:
            ports = opened.ports()
        finally:
            opened.close()
        if not ports:
            return CheckResult("NONE", "no keyboard is plugged in")
        return CheckResult("PASS", ", ".join(ports))


@dataclass(frozen=True)
class PowerCheck:
    """Looks at the under-voltage flag."""

    part: str = "power"

    def run(self) -> CheckResult:
        """See hardware.power."""
        return check_power()


def of_board(
    controls: Sequence[SharedControls],
    oled: OledLink | None,
    din: DinMidi | None,
    open_usb: Callable[[], MidiInput],
    wait: Callable[[float], object],
) -> tuple[PartCheck, ...]:
    """The checks of the parts that a board has, in the order of the self-test."""
    checks: list[PartCheck] = []
    for one in controls:
        if isinstance(one.driver, Panel):
            checks.append(PanelCheck(one, one.driver))
        else:
            checks.append(ControlsCheck(one, wait))
    if oled is not None:
        checks.append(OledCheck(oled))
    if din is not None:
        checks.append(DinCheck(din, wait))
    return (*checks, UsbMidiCheck(open_usb), PowerCheck())
