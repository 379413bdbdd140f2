"""The wires of this machine: its I2C buses, GPIO header, serial port and MIDI sequencer."""

from __future__ import annotations

from hardware.clock import SystemClock
from hardware.config import BoardConfig
from hardware.gpio import PiGpio
from hardware.i2c import LinuxI2CBus
from hardware.interfaces import I2CBus, MidiInput, SerialPort
from hardware.midi_systems import open_any_midi
from hardware.serial_port import LinuxSerialPort


class LinuxWires:
    """Implements instrument_board.Wires; each bus is made once."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.gpio = PiGpio()
        self._buses: dict[int, LinuxI2CBus] = {}

    def bus(self, number: int) -> I2CBus:
        """/dev/i2c-<number>."""
        return self._buses.setdefault(number, LinuxI2CBus(number))

    def serial(self, config: BoardConfig) -> SerialPort:
        """The serial port of the header."""
        return LinuxSerialPort(config.din_device, config.din_rate)

    def usb_midi(self, config: BoardConfig) -> MidiInput:
        """ALSA or JACK, with hot-plug; a port that is asked for by name may come later."""
        return open_any_midi(config.midi_port or None)
