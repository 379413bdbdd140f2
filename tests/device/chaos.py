"""Two who never rest: a musician who does all that hands can do, and a gremlin with every plug."""

from __future__ import annotations

import errno
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from device.events import (
    ChannelSelected,
    CombinationSelected,
    InstrumentSelected,
    PackSelected,
    PageTurned,
    Panicked,
    ParameterSet,
)

World = Any  # tests/device/world.py
DIN, KEYBOARDS = "DIN MIDI", ("Left", "Right")
NOTES = range(40, 80)
CONTROLLERS = (1, 7, 10, 11, 16, 17, 20, 21, 72, 73, 75, 79, 64, 66, 67, 120, 121, 123)


class Musician:
    """Does something at random; remembers which keys, pedals and buttons are down."""

    def __init__(self, world: World, rng: Random) -> None:
        self._world, self._rng = world, rng
        self.keys: set[tuple[str, int, int]] = set()  # port, channel, note
        self.buttons: set[int] = set()
        for name in KEYBOARDS:
            world.hands.keyboards.plug(name)
        self._actions: tuple[tuple[int, Callable[[], object]], ...] = (
            (18, self._key_down),
            (13, self._key_up),
            (3, self._controller),
            (2, self._bend),
            (1, self._program),
            (4, self._touch),
            (1, lambda: world.hands.lift()),
            (2, self._turn),
            (4, self._pot),
            (5, self._button),
            (1, self._plug),
            (1, self._remote),
        )

    def act(self) -> float:
        """Do one thing; returns how long to wait before the next, in seconds."""
        weights = [weight for weight, _ in self._actions]
        (action,) = self._rng.choices([one for _, one in self._actions], weights)
        action()
        return min(3.0, self._rng.expovariate(8))

    def rest(self) -> None:
        """Let go of every key, pedal and button; sometimes one keyboard is pulled out instead."""
        hands = self._world.hands
        for port, channel, note in sorted(self.keys):
            self._send(port, 0x80 | channel, note, 0)
        self.keys.clear()
        for port in (DIN, *KEYBOARDS):
            for channel in range(3):
                for pedal in (64, 66):
                    self._send(port, 0xB0 | channel, pedal, 0)
        if self._rng.random() < 0.3:
            hands.keyboards.unplug("Right")
        hands.lift()
        for button in sorted(self.buttons):
            hands.release(button)
        self.buttons.clear()

    def _send(self, port: str, *data: int) -> None:
        if port == DIN:
            self._world.play(data)
        else:
            self._world.hands.keyboards.send(port, bytes(data))

    def _input(self) -> tuple[str, int]:
        return self._rng.choice((DIN, *KEYBOARDS)), self._rng.randrange(3)

    def _key_down(self) -> None:
        port, channel = self._input()
        note = self._rng.choice(NOTES)
        self.keys.add((port, channel, note))
        self._send(port, 0x90 | channel, note, self._rng.randint(1, 127))

    def _key_up(self) -> None:
        if self.keys:
            port, channel, note = self._rng.choice(sorted(self.keys))
            self.keys.discard((port, channel, note))
            self._send(port, 0x80 | channel, note, 64)

    def _controller(self) -> None:
        port, channel = self._input()
        controller = self._rng.choice(CONTROLLERS)
        self._send(port, 0xB0 | channel, controller, self._rng.choice((0, 64, 127, 30)))

    def _bend(self) -> None:
        port, channel = self._input()
        self._send(port, 0xE0 | channel, self._rng.randrange(128), self._rng.randrange(128))

    def _program(self) -> None:
        port, channel = self._input()
        self._send(port, 0xC0 | channel, self._rng.randrange(6))

    def _touch(self) -> None:
        self._world.hands.touch(self._rng.randrange(11), self._rng.randrange(11))

    def _turn(self) -> None:
        self._world.hands.turn(self._rng.randrange(4), self._rng.choice((-3, -1, 1, 1, 2)))

    def _pot(self) -> None:
        self._world.hands.pot(self._rng.randrange(6), self._rng.choice((0, 0.1, 0.5, 0.8, 1)))

    def _button(self) -> None:
        button = self._rng.randrange(4)
        if button in self.buttons:
            self.buttons.discard(button)
            self._world.hands.release(button)
        else:
            self.buttons.add(button)
            self._world.hands.press(button)

    def _plug(self) -> None:
        name = self._rng.choice(KEYBOARDS)
        if self._rng.random() < 0.2:  # whatever it holds
            self._world.hands.keyboards.unplug(name)
            self.keys = {key for key in self.keys if key[0] != name}
        else:
            self._world.hands.keyboards.plug(name)

    def _remote(self) -> None:
        """What only OSC and the web page do."""
        rng = self._rng
        self._world.app.post(
            rng.choice((
                PackSelected(rng.randrange(3)),
                CombinationSelected(rng.randrange(3)),
                InstrumentSelected(rng.randrange(4), rng.randrange(3)),
                ParameterSet(rng.randrange(6), rng.random()),
                ChannelSelected(rng.choice((0, 0, 1, 2))),
                PageTurned(rng.random() < 0.5),
                Panicked(),
            ))
        )  # fmt: skip


class Output:
    """A sound output that can be pulled out."""

    def __init__(self) -> None:
        self.is_playing = self.is_realtime = True
        self.latency_s = 0.004

    def start(self) -> None:
        """It has begun."""

    def close(self) -> None:
        """It has ended."""


class Files:
    """The card: whether it can be read and written."""

    def __init__(self) -> None:
        self.is_readable = self.is_writable = True
        self._read = os.pread

    def pread(self, descriptor: int, size: int, offset: int) -> bytes:
        """In the place of os.pread."""
        if not self.is_readable:
            raise OSError(errno.EIO, "Input/output error")
        return self._read(descriptor, size, offset)

    def writing(self, write: Callable[..., object]) -> Callable[..., object]:
        """In the place of what writes a file."""

        def try_to_write(*arguments: object) -> object:
            if not self.is_writable:
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(*arguments)

        return try_to_write


@dataclass
class Trouble:
    """Something that can go wrong, and until when it does."""

    begin: Callable[[], object]
    end: Callable[[], object]
    until_s: float = -math.inf


class Gremlin:
    """Begins troubles at random and ends them after some milliseconds or seconds."""

    def __init__(self, world: World, rng: Random, files: Files, output: Output) -> None:
        self._world, self._rng = world, rng
        hands = world.hands
        self.begun = 0
        self._troubles = [
            *(self._of(hands.unplug, hands.plug, p) for p in ("panel", "oled", "buttons", "usb")),
            self._of(hands.unplug, hands.plug, "din"),
            Trouble(hands.panel.freeze, hands.panel.restart),
            Trouble(lambda: hands.noise(0.5, rng), lambda: hands.noise(0.0)),
            Trouble(lambda: hands.noise(1.0, rng), lambda: hands.noise(0.0)),
            Trouble(hands.i2c.hang, hands.i2c.release),
            Trouble(lambda: hands.din.noise(rng.randint(1, 60), rng.random()), self._replug_din),
            Trouble(lambda: self._spoil_card(files), lambda: setattr(files, "is_readable", True)),
            self._flag(files, "is_writable"),
            self._flag(output, "is_playing"),
        ]

    def act(self, now_s: float) -> None:
        """Look at the clock; begin and end what is due. Called 20 times a second."""
        for trouble in self._troubles:
            if -math.inf < trouble.until_s <= now_s:
                trouble.until_s = -math.inf
                trouble.end()
        if self._rng.random() < 0.02:
            trouble = self._rng.choice(self._troubles)
            if trouble.until_s == -math.inf:
                trouble.until_s = now_s + 0.005 * 1000 ** self._rng.random()
                trouble.begin()
                self.begun += 1

    def rest(self) -> None:
        """End everything."""
        for trouble in self._troubles:
            trouble.until_s = -math.inf
            trouble.end()

    def _spoil_card(self, files: Files) -> None:
        """While a pack has been opened but not all of it has been read."""
        self._world.app.post(PackSelected(self._rng.randrange(2)))
        self._world.run(self._rng.choice((0.0, 0.03, 0.1)))
        files.is_readable = False

    def _replug_din(self) -> None:
        """Noise may have sounded like keys that nothing will ever let go but this."""
        self._world.hands.unplug("din")
        self._world.run(0.05)
        self._world.hands.plug("din")

    def _of(
        self, begin: Callable[[str], object], end: Callable[[str], object], part: str
    ) -> Trouble:
        return Trouble(lambda: begin(part), lambda: end(part))

    def _flag(self, owner: object, name: str) -> Trouble:
        return Trouble(
            lambda: setattr(owner, name, False), lambda: setattr(owner, name, True)
        )  # fmt: skip
