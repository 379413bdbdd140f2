"""A whole instrument in memory: hands to play it with, and every plug to pull.

The drivers are the real ones; only the chips, wires and keyboards behind them are simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hardware.clock import SystemClock
from hardware.config import BoardConfig
from hardware.interfaces import Clock, MidiInput, SerialPort
from hardware.panel import TOUCH_STEPS
from hardware.sim.front import Front, PanelFront
from hardware.sim.gpio_front import GpioFront
from hardware.sim.oled_chip import OledChip
from hardware.sim.panel_chip import ENCODERS, POTS, PanelChip
from hardware.sim.sim_bus import SimI2CBus
from hardware.sim.sim_gpio import SimGpio
from hardware.sim.sim_serial import SimSerial
from hardware.sim.sim_usb_midi import SimUsbMidi

OLED_ADDRESS = 0x3D
BUTTONS = 4
MOST_STEPS = 255  # that an encoder is turned by at once
USUAL_TURNS = (0.0, 0.2, 0.5, 1.0, 0.6, 0.9)
"""Position, attack, decay, sustain, release, volume: it sounds before anybody turns a knob."""

CONTROL_LABELS = ("Position", "Attack", "Decay", "Sustain", "Release", "Volume")
"""What is printed on the panel under the knobs."""

PARTS = ("panel", "oled", "buttons", "din", "usb")
"""What can be unplugged; with the board "gpio" the panel is its touch chips and converters."""


class SimInstrument:
    """Implements instrument_board.Wires; verbs may be used from any thread.

    It is an Open NSynth Super unless config.board is "gpio". Verbs raise ValueError for what is
    out of range; what the configuration leaves out can be moved, to no effect.
    """

    def __init__(
        self,
        config: BoardConfig | None = None,
        clock: Clock | None = None,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """`wait` replaces waiting for bytes and messages, for a clock of one's own."""
        self.config = config or BoardConfig(board="sim")
        self.clock: Clock = clock or SystemClock()
        driver, address = self.config.oled_driver, self.config.oled_address
        self.oled = OledChip(driver if driver != "none" else "ssd1306")
        self._oled_address = address or OLED_ADDRESS
        self.i2c = SimI2CBus({self._oled_address: self.oled})
        self._buses = {self.config.i2c_bus: self.i2c}
        self.gpio = SimGpio()
        self.din = SimSerial("simulated DIN MIDI", wait)
        self.keyboards = SimUsbMidi(self.clock, wait)
        self._front = self._make_front()
        for pot, turn in enumerate(USUAL_TURNS):
            self.pot(pot, turn)

    def _make_front(self) -> Front:
        if self.config.board == "gpio":
            return GpioFront(self.config, self.bus, self.gpio, self.clock.now_s)
        return PanelFront(self.i2c, self.config.panel_address)

    @property
    def panel(self) -> PanelChip:
        """The STM32; raises ValueError for a board without."""
        if not isinstance(self._front, PanelFront):
            raise ValueError('a board "gpio" has no panel chip')
        return self._front.chip

    # --- hands ---

    def touch(self, column: int, row: int) -> None:
        """Put the finger on one of 11 x 11 pads, counted from the top left."""
        _check("column", column, TOUCH_STEPS - 1)
        _check("row", row, TOUCH_STEPS - 1)
        self._front.touch(column, row)

    def lift(self) -> None:
        """Take the finger away."""
        self._front.lift()

    def turn(self, corner: int, steps: int) -> None:
        """Turn an encoder 0..3 by detents, clockwise positive."""
        _check("corner", corner, ENCODERS - 1)
        if abs(steps) > MOST_STEPS:
            raise ValueError(f"steps are -{MOST_STEPS}..{MOST_STEPS}, not {steps}")
        self._front.turn(corner, steps)

    def pot(self, pot: int, turn: float) -> None:
        """Turn a knob 0..5 to 0..1."""
        _check("pot", pot, POTS - 1)
        _check("turn", turn, 1)
        self._front.pot(pot, turn)

    def press(self, button: int) -> None:
        """Hold a patch button 0..3 down."""
        for line in self._button_line(button):
            self.gpio.press(line)

    def release(self, button: int) -> None:
        """Let a patch button go."""
        for line in self._button_line(button):
            self.gpio.release(line)

    def _button_line(self, button: int) -> tuple[int, ...]:
        """The one line of a button, or none."""
        _check("button", button, BUTTONS - 1)
        return self.config.button_lines[button : button + 1]

    def midi(self, data: bytes) -> None:
        """Play bytes into the DIN socket."""
        self.din.send(data)

    def picture(self) -> bytes:
        """What the OLED shows: FRAME_BYTES, rows from the top, leftmost dot in the highest bit."""
        return self.oled.picture()

    # --- trouble ---

    def unplug(self, part: str) -> None:
        """Take a part (one of PARTS) away."""
        self._plugs(part)[0]()

    def plug(self, part: str) -> None:
        """Put a part back; the panel and the OLED come back as after power up."""
        self._plugs(part)[1]()

    def noise(self, probability: float, rng: Random | None = None) -> None:
        """Spoil this part 0..1 of the panel's messages."""
        _check("probability", probability, 1)
        self._front.noise(probability, rng)

    def _plugs(self, part: str) -> tuple[Callable[[], None], Callable[[], None]]:
        """What unplugs a part, and what plugs it in."""
        plugs: dict[str, tuple[Callable[[], None], Callable[[], None]]] = {
            "panel": (self._front.unplug, self._front.plug),
            "oled": (self._unplug_oled, lambda: self.i2c.plug(self._oled_address)),
            "buttons": (self.gpio.unplug, self.gpio.plug),
            "din": (self.din.unplug, self.din.plug),
            "usb": (self.keyboards.break_down, self.keyboards.repair),
        }
        if part not in plugs:
            raise ValueError(f"part is {part!r}, allowed is one of {', '.join(PARTS)}")
        return plugs[part]

    def _unplug_oled(self) -> None:
        self.i2c.unplug(self._oled_address)
        self.oled.power_cycle()  # dark, and it has forgotten everything when it comes back

    # --- instrument_board.Wires ---

    def bus(self, number: int) -> SimI2CBus:
        """The bus of this number; one that is asked for the first time has no chips."""
        return self._buses.setdefault(number, SimI2CBus(path=f"simulated bus {number}"))

    def serial(self, config: BoardConfig) -> SerialPort:
        """The DIN socket."""
        return self.din

    def usb_midi(self, config: BoardConfig) -> MidiInput:
        """The USB sockets, all of them; raises MidiUnavailableError while they are unplugged."""
        self.keyboards.check()
        return self.keyboards


def _check(name: str, value: float, highest: int) -> None:
    if not 0 <= value <= highest:
        raise ValueError(f"{name} is 0..{highest}, not {value}")
