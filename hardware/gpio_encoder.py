"""Rotary encoders on pairs of GPIO lines: a table-driven quadrature decoder.

The contacts A and B open and close a quarter of a period apart. With pull-ups both are high at
rest, and clockwise A falls first:

    AB   11 -> 01 -> 00 -> 10 -> 11      clockwise, +1 each
    AB   11 -> 10 -> 00 -> 01 -> 11      counter-clockwise, -1 each

One contact bouncing goes back and forth between two neighbours and adds nothing. Both changing at
once tells no direction and is ignored. A detent counts when the contacts arrive at a state in
which the knob rests, having come at least half of the way: a bounce about any other state cannot
count, and a missed edge costs nothing once the next detent is reached.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from hardware.config import ENCODER_STEPS
from hardware.errors import BoardConfigError, GpioUnavailableError
from hardware.interfaces import GpioLines, Readings

RESTING = {4: {0b11}, 2: {0b11, 0b00}, 1: {0b11, 0b01, 0b00, 0b10}}  # by transitions per detent
CLOCKWISE = {0b11: 0b01, 0b01: 0b00, 0b00: 0b10, 0b10: 0b11}  # state 0bAB -> the next
STEPS = {
    **dict.fromkeys(CLOCKWISE.items(), 1),
    **{(after, state): -1 for state, after in CLOCKWISE.items()},
}
COUNTS = 256  # counters wrap like those of the STM32 panel


class QuadratureDecoder:
    """Levels of one encoder in, whole detents out; clockwise is positive."""

    def __init__(self, steps: str = "full", is_reversed: bool = False) -> None:
        """`steps` is a name of config.ENCODER_STEPS; raises BoardConfigError for another."""
        if steps not in ENCODER_STEPS:
            raise BoardConfigError(
                f"encoder_steps: {steps!r} is not one of {', '.join(ENCODER_STEPS)}"
            )
        self._per_detent = ENCODER_STEPS[steps]
        self._direction = -1 if is_reversed else 1
        self._state: int | None = None
        self._moved = 0  # transitions since a detent was last reached
        self.detents = 0  # since the first update

    def update(self, a: bool, b: bool) -> None:
        """The contacts' levels now; the first call only tells where the knob stands."""
        state = a << 1 | b
        if self._state is not None:
            self._moved += STEPS.get((self._state, state), 0)
        self._state = state
        if state in RESTING[self._per_detent]:
            if 2 * abs(self._moved) >= self._per_detent:
                self.detents += self._direction if self._moved > 0 else -self._direction
            self._moved = 0


class _Encoder:
    """One encoder's lines: what each was last heard to be, and the decoder behind them."""

    def __init__(self, decoder: QuadratureDecoder) -> None:
        self._decoder = decoder
        self._levels = [True, True]
        self._lock = threading.Lock()
        self.edges = 0  # heard

    def set_both(self, a: bool, b: bool, edges: int) -> None:
        """Levels looked at after so many edges: a later edge knows better."""
        with self._lock:
            if edges == self.edges:
                self._levels = [a, b]
                self._decoder.update(a, b)

    def listener(self, contact: int) -> Callable[[bool], None]:
        def changed(level: bool) -> None:
            with self._lock:
                self.edges += 1
                self._levels[contact] = level
                self._decoder.update(*self._levels)

        return changed

    def count(self) -> int:
        with self._lock:
            return self._decoder.detents % COUNTS


class GpioEncoders:
    """Controls "encoders": wrapping counters 0..255 of detents, one for each pair of lines."""

    name = "encoders"

    def __init__(
        self,
        gpio: GpioLines,
        lines: Sequence[int],
        steps: str = "full",
        is_reversed: bool = False,
    ) -> None:
        """`lines` are A, B of each encoder; `gpio` may be shared: whoever made it closes it.

        Raises BoardConfigError for an odd number of lines or unknown `steps`.
        """
        if len(lines) % 2:
            raise BoardConfigError(f"encoder_lines: {list(lines)} does not pair up into A and B")
        self._gpio = gpio
        self._pairs = list(zip(lines[::2], lines[1::2], strict=True))
        self._encoders = [_Encoder(QuadratureDecoder(steps, is_reversed)) for _ in self._pairs]
        self._is_open = False

    def read(self) -> Readings:
        """All counters; raises GpioUnavailableError naming the line."""
        try:
            if not self._is_open:
                self._open()
            for pair, encoder in zip(self._pairs, self._encoders, strict=True):
                self._look(pair, encoder)  # makes good for edges that went unheard
            return Readings(encoders=tuple(encoder.count() for encoder in self._encoders))
        except GpioUnavailableError:
            self.close()
            raise

    def close(self) -> None:
        """Take the lines again at the next read; the counters stay, so nothing seems turned."""
        self._is_open = False

    def _open(self) -> None:
        for pair, encoder in zip(self._pairs, self._encoders, strict=True):
            for line in pair:
                self._gpio.watch(line)
            self._look(pair, encoder)
            for contact, line in enumerate(pair):
                self._gpio.on_edge(line, encoder.listener(contact))
        self._is_open = True

    def _look(self, pair: tuple[int, int], encoder: _Encoder) -> None:
        edges = encoder.edges
        encoder.set_both(self._gpio.level(pair[0]), self._gpio.level(pair[1]), edges)
