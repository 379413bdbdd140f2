"""Controls that several threads read: the one who plays and the self-test."""

from __future__ import annotations

import threading

from hardware.interfaces import Controls, Readings


class SharedControls:
    """Implements interfaces.Controls: one read after the other, since a driver knows no threads.

    Two reads of a touch chip or a converter at once would set the same register pointer.
    """

    def __init__(self, controls: Controls) -> None:
        self.driver = controls
        self.name = controls.name
        self._lock = threading.Lock()

    def read(self) -> Readings:
        """As the driver's."""
        with self._lock:
            return self.driver.read()

    def close(self) -> None:
        """As the driver's."""
        with self._lock:
            self.driver.close()
