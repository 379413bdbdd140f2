"""Push buttons between GPIO lines and ground, debounced.

A level counts once it has held for STABLE_S without an edge. Edges are timed as they come, not
when somebody reads, so a click that begins and ends between two reads is kept: accepted changes
wait in a queue and every read shows the next of them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from hardware.errors import GpioUnavailableError
from hardware.interfaces import Clock, GpioLines, Readings

STABLE_S = 0.003  # contacts of small tact and encoder switches bounce in gaps of 0.1 to 1 ms
QUEUE_LENGTH = 8  # changes kept for a slow reader: four clicks


class Debouncer:
    """One contact: edges and samples in, accepted presses and releases out; any thread may call."""

    def __init__(self, pressed: bool = False, stable_s: float = STABLE_S) -> None:
        """`pressed` is how the contact is found; that is taken as it is."""
        self._stable_s = stable_s
        self._level = self._accepted = self._shown = pressed  # heard, debounced and told
        self._since_s = 0.0  # when the last edge was
        self._queue: deque[bool] = deque()
        self._lock = threading.Lock()
        self.edges = 0  # heard

    def edge(self, pressed: bool, time_s: float) -> None:
        """An edge came; even one that tells of no change means that the contact moved."""
        with self._lock:
            self._settle(time_s)
            self._level, self._since_s = pressed, time_s
            self.edges += 1

    def sample(self, pressed: bool, time_s: float, edges: int) -> None:
        """The level was looked at after so many edges: makes good for edges that went unheard."""
        with self._lock:
            self._settle(time_s)
            if pressed != self._level and edges == self.edges:  # a later edge knows better
                self._level, self._since_s = pressed, time_s

    def take(self, time_s: float) -> bool:
        """The next accepted state: at most one change for each call."""
        with self._lock:
            self._settle(time_s)
            if self._queue:
                self._shown = self._queue.popleft()
            return self._shown

    def _settle(self, time_s: float) -> None:
        if self._level == self._accepted or time_s - self._since_s < self._stable_s:
            return
        self._accepted = self._level
        if len(self._queue) < QUEUE_LENGTH:
            self._queue.append(self._accepted)
        else:
            self._queue.pop()  # its opposite: the two of them are one click too many


class Buttons:
    """Controls "buttons": one for each line, in order; a line of -1 is a button never pressed."""

    name = "buttons"

    def __init__(self, gpio: GpioLines, lines: Sequence[int], clock: Clock) -> None:
        """`gpio` may be shared: whoever made it closes it."""
        self._gpio, self._lines, self._clock = gpio, tuple(lines), clock
        self._contacts: list[Debouncer] = []

    def read(self) -> Readings:
        """Which are pressed; raises GpioUnavailableError naming the line."""
        try:
            if not self._contacts:
                self._open()
            return Readings(buttons=tuple(self._pressed(i) for i in range(len(self._lines))))
        except GpioUnavailableError:
            self.close()
            raise

    def close(self) -> None:
        """Forget all states; the next read takes the lines again."""
        self._contacts = []

    def _open(self) -> None:
        contacts = []
        for line in self._lines:
            if line >= 0:
                self._gpio.watch(line)
            contacts.append(Debouncer(pressed=line >= 0 and not self._gpio.level(line)))
            if line >= 0:
                self._gpio.on_edge(line, self._listener(contacts[-1]))
        self._contacts = contacts

    def _listener(self, contact: Debouncer) -> Callable[[bool], None]:
        return lambda level: contact.edge(not level, self._clock.now_s())

    def _pressed(self, index: int) -> bool:
        line, contact = self._lines[index], self._contacts[index]
        if line >= 0:
            edges = contact.edges
            contact.sample(not self._gpio.level(line), self._clock.now_s(), edges)
        return contact.take(self._clock.now_s())
