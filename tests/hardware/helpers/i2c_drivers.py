"""A program that holds our drivers over /dev/i2c-1, to be run where umockdev provides that."""

from __future__ import annotations

import sys
from multiprocessing.connection import Connection
from typing import Any

from remote import answer

from hardware.bus_turns import BusTurns
from hardware.i2c import LinuxI2CBus
from hardware.oled import Oled
from hardware.panel import Panel


class Stage:
    """What the test may call by name; begin() makes all of it anew."""

    def __init__(self) -> None:
        self.objects: dict[str, Any] = {"stage": self}

    def begin(self, panel: int, driver: str) -> None:
        """The drivers of one instrument, as they share its bus."""
        bus = LinuxI2CBus(1)
        turns = BusTurns(bus)
        self.objects.update(
            bus=bus,
            absent_bus=LinuxI2CBus(9),
            panel=Panel(turns.urgent, panel),
            oled=Oled(turns.patient, driver),
        )


def main() -> None:
    """Serve requests until the test hangs up."""
    connection, stage = Connection(int(sys.argv[-1])), Stage()
    connection.send("ready")
    while answer(connection, stage.objects):
        pass


main()
