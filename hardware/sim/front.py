"""The front of a simulated instrument: its chips at their buses, a plug to pull, noise on wires."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from random import Random

from hardware.sim.chips import Chip
from hardware.sim.panel_chip import PanelChip
from hardware.sim.sim_bus import SimI2CBus

POT_STEPS = 255  # the STM32 has eight bits for a knob


class Front(ABC):
    """Touch pad, encoders and knobs; whoever moves them has looked that numbers are in range."""

    def __init__(self) -> None:
        self._wired: list[tuple[SimI2CBus, int, Callable[[], None]]] = []

    @abstractmethod
    def touch(self, column: int, row: int) -> None:
        """Put the finger on one of 11 x 11 places."""

    @abstractmethod
    def lift(self) -> None:
        """Take the finger away."""

    @abstractmethod
    def turn(self, corner: int, steps: int) -> None:
        """Turn an encoder by detents, clockwise positive."""

    @abstractmethod
    def pot(self, pot: int, turn: float) -> None:
        """Turn a knob to 0..1."""

    def unplug(self) -> None:
        """None of the chips answers any more."""
        for bus, address, _ in self._wired:
            bus.unplug(address)

    def plug(self) -> None:
        """They answer again, as after power up."""
        for bus, address, restart in self._wired:
            restart()
            bus.plug(address)

    def noise(self, probability: float, rng: Random | None = None) -> None:
        """Spoil this part 0..1 of what the chips send."""
        for bus, address, _ in self._wired:
            bus.noise(address, probability, rng)

    def _wire(self, bus: SimI2CBus, address: int, chip: Chip, restart: Callable[[], None]) -> None:
        bus.attach(address, chip)
        self._wired.append((bus, address, restart))


class PanelFront(Front):
    """That of the Open NSynth Super: one STM32 has it all."""

    def __init__(self, bus: SimI2CBus, address: int) -> None:
        super().__init__()
        self.chip = PanelChip()
        self._wire(bus, address, self.chip, self.chip.restart)

    def touch(self, column: int, row: int) -> None:
        """A column and a row feel the finger."""
        self.chip.touch(column, row)

    def lift(self) -> None:
        """Nothing is felt."""
        self.chip.lift()

    def turn(self, corner: int, steps: int) -> None:
        """A counter of the STM32 goes on."""
        self.chip.turn(corner, steps)

    def pot(self, pot: int, turn: float) -> None:
        """To the nearest of its steps."""
        self.chip.pot(pot, round(turn * POT_STEPS))
