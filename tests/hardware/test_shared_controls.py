"""Two threads at one touch chip: without turns they would read each other's registers."""

from __future__ import annotations

import threading

from hardware.interfaces import Readings
from hardware.shared_controls import SharedControls


class Jealous:
    """Controls that notice a second thread."""

    name = "touch"

    def __init__(self) -> None:
        self.inside, self.most, self.closed = 0, 0, 0
        self.entered, self.leave = threading.Event(), threading.Event()

    def read(self) -> Readings:
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.entered.set()
        assert self.leave.wait(20)
        self.inside -= 1
        return Readings(encoders=(7,))

    def close(self) -> None:
        assert self.inside == 0
        self.closed += 1


def test_one_after_the_other() -> None:
    driver = Jealous()
    shared = SharedControls(driver)
    found: list[object] = []
    uses = (lambda: found.append(shared.read()), lambda: found.append(shared.read()), shared.close)
    threads = [threading.Thread(target=use) for use in uses]
    threads[0].start()
    assert driver.entered.wait(20)
    for thread in threads[1:]:
        thread.start()
    driver.leave.set()
    for thread in threads:
        thread.join(20)
    assert found == [Readings(encoders=(7,))] * 2
    assert (driver.most, driver.closed, shared.name) == (1, 1, "touch")
