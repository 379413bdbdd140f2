"""Puts the drivers of a whole instrument together, on real buses or simulated ones alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from hardware import checks
from hardware.adc_ads1115 import Ads1115Pots
from hardware.bus_turns import BusTurns
from hardware.buttons import Buttons
from hardware.config import BoardConfig
from hardware.din_midi import DinMidi
from hardware.errors import HardwareError
from hardware.gpio_encoder import GpioEncoders
from hardware.interfaces import (
    Clock,
    Controls,
    Display,
    GpioLines,
    I2CBus,
    MidiInput,
    PartCheck,
    SerialPort,
)
from hardware.oled import Oled
from hardware.oled_link import OledLink
from hardware.oled_reset import ResetLine
from hardware.panel import Panel
from hardware.shared_controls import SharedControls
from hardware.touch_at42qt2120 import ADDRESS as AT42QT2120_ADDRESS
from hardware.touch_at42qt2120 import At42qt2120Touch
from hardware.touch_mpr121 import ADDRESS as MPR121_ADDRESS
from hardware.touch_mpr121 import Mpr121Touch

MidiSystem = tuple[str, Callable[[], MidiInput]]
"""A system of MIDI inputs: what faults call it, and how to open it."""

DIN, USB = "DIN MIDI", "USB MIDI"


@dataclass
class Board:
    """All parts of one instrument; none is opened before its first use."""

    controls: tuple[Controls, ...] = ()
    display: Display | None = None
    midi: tuple[MidiSystem, ...] = ()
    checks: tuple[PartCheck, ...] = ()
    closers: tuple[Callable[[], None], ...] = ()  # of what the parts share

    def close(self) -> None:
        """Give all back; calling it again does nothing."""
        closers, self.closers = self.closers, ()
        for close in closers:
            with suppress(HardwareError):
                close()


class Wires(Protocol):
    """Where the drivers are connected: a Linux machine, or a simulated one."""

    @property
    def clock(self) -> Clock:
        """The clock of all parts."""
        ...

    @property
    def gpio(self) -> GpioLines:
        """The header."""
        ...

    def bus(self, number: int) -> I2CBus:
        """The I2C bus of this number; asked again, the same."""
        ...

    def serial(self, config: BoardConfig) -> SerialPort:
        """The serial port of DIN MIDI."""
        ...

    def usb_midi(self, config: BoardConfig) -> MidiInput:
        """All USB MIDI inputs."""
        ...


def build(config: BoardConfig, wires: Wires, wait: Callable[[float], object] = time.sleep) -> Board:
    """The board "onss" or "gpio", by config.board, with its parts on these wires.

    `wait` lets seconds pass while the self-test listens.
    """
    turns = BusTurns(wires.bus(config.i2c_bus))
    on_gpio = config.board == "gpio"
    controls = _gpio_controls(config, wires, turns) if on_gpio else _onss_controls(config, turns)
    if config.button_lines:
        controls.append(Buttons(wires.gpio, config.button_lines, wires.clock))
    shared = tuple(SharedControls(one) for one in controls)
    display = _display(config, wires, turns)
    probe = OledLink(turns.patient, config.oled_address) if display is not None else None
    din = DinMidi(wires.serial(config), wires.clock) if config.din_rate != "none" else None
    midi: list[MidiSystem] = [(USB, lambda: wires.usb_midi(config))]
    if din is not None:
        midi.append((DIN, lambda: din))
    return Board(
        shared,
        display,
        tuple(midi),
        checks.of_board(shared, probe, din, lambda: wires.usb_midi(config), wait),
        (turns.urgent.close, wires.gpio.close),
    )


def _onss_controls(config: BoardConfig, turns: BusTurns) -> list[Controls]:
    return [Panel(turns.urgent, config.panel_address)]


def _gpio_controls(config: BoardConfig, wires: Wires, turns: BusTurns) -> list[Controls]:
    controls: list[Controls] = []
    touch = _touch(config, wires, turns)
    if touch is not None:
        controls.append(touch)
    if config.adc_addresses:
        controls.append(Ads1115Pots(turns.urgent, config.adc_addresses))
    if config.encoder_lines:
        controls.append(
            GpioEncoders(
                wires.gpio, config.encoder_lines, config.encoder_steps, config.encoder_reversed
            )
        )
    return controls


def _touch(config: BoardConfig, wires: Wires, turns: BusTurns) -> Controls | None:
    def bus(number: int) -> I2CBus:
        return turns.urgent if number == config.i2c_bus else wires.bus(number)

    first = bus(config.touch_buses[0])
    if config.touch_chip == "mpr121":
        return Mpr121Touch(first, wires.clock, config.touch_address or MPR121_ADDRESS)
    if config.touch_chip == "at42qt2120":
        address = config.touch_address or AT42QT2120_ADDRESS
        return At42qt2120Touch(first, bus(config.touch_buses[-1]), address)
    return None


def _display(config: BoardConfig, wires: Wires, turns: BusTurns) -> Oled | None:
    if config.oled_driver == "none":
        return None
    reset = ResetLine(wires.gpio, config.oled_reset_line) if config.oled_reset_line >= 0 else None
    return Oled(
        turns.patient,
        config.oled_driver,
        config.oled_address,
        config.oled_column_offset,
        is_rotated=config.oled_rotated,
        reset=reset,
    )
