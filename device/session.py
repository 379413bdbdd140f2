"""Live playing: one queue of events in, the player out, each event at arrival + one latency."""

from __future__ import annotations

import heapq
import itertools
import queue
from collections.abc import Callable, Iterable
from typing import Protocol

from device.engine.mixer import Mixer
from device.events import Event
from device.inbox import Inbox
from device.pack.errors import PackError
from device.performance import FramedEvent
from device.player import CONTROL_S
from device.timeline import Timeline
from hardware.interfaces import Clock


class Performer(Protocol):
    """What events are played by: device.player.Player, or device.conductor.Conductor over it."""

    def handle(self, frame: int, event: Event) -> None:
        """Let an event happen at an output frame; frames do not decrease. May raise PackError."""
        ...

    def advance(self, frame: int) -> None:
        """Let time pass up to an output frame."""
        ...

    def release_all(self, frame: int) -> None:
        """Let go of every key and pedal."""
        ...


class Session:
    """Sole owner of the player while it plays live; any thread may post events to it."""

    def __init__(
        self,
        player: Performer,
        mixer: Mixer,
        clock: Clock,
        rate_hz: int,
        margin_s: float,
        report: Callable[[str], None],
    ) -> None:
        """`report` is told, once each, of notes that cannot be played."""
        self._player, self._mixer, self._clock, self._report = player, mixer, clock, report
        self._margin_frames = round(margin_s * rate_hz)
        self._timeline = Timeline(rate_hz)
        self._arrivals = Inbox[tuple[float, Event]]()
        self._due: list[tuple[int, int, Event]] = []  # a heap: frame, order of coming, event
        self._order = itertools.count()
        self._reported: set[str] = set()
        self._last_frame = 0
        self._observe()

    def post(self, event: Event, time_s: float) -> None:
        """An event arrived at time_s on the clock; a later time is kept until then."""
        self._arrivals.put((time_s, event))

    def schedule(self, performance: Iterable[FramedEvent], start_s: float) -> int:
        """Play from time start_s on the clock; returns the frame of the last event."""
        first = self._timeline.frame_at(start_s) + self._margin_frames
        last = first
        for frame, event in performance:
            last = first + frame
            self._push(last, event)
        return last

    def step(self, wait_s: float = CONTROL_S) -> None:
        """Wait at most wait_s for an event, then let happen all that is due."""
        self._take_arrivals(wait_s)
        now_s = self._observe()
        horizon = self._timeline.frame_at(now_s) + self._margin_frames
        while self._due and self._due[0][0] <= horizon:
            frame, _, event = heapq.heappop(self._due)
            self._handle(self._not_before(frame), event)
        self._player.advance(horizon)

    def frame_now(self) -> int:
        """The output frame of something that happens now, not before what has happened."""
        frame = self._timeline.frame_at(self._clock.now_s()) + self._margin_frames
        return self._not_before(frame)

    def stop(self) -> None:
        """Let go of every key; what is still to come is forgotten."""
        self._due.clear()
        self._player.release_all(self.frame_now())

    def _not_before(self, frame: int) -> int:
        """A frame, or the last one that an event happened at.

        When the timeline finds that the output is further back than it thought, what came later
        would happen earlier: a note-off before its note-on would leave the note sounding for ever.
        """
        self._last_frame = max(frame, self._last_frame)
        return self._last_frame

    def _take_arrivals(self, wait_s: float) -> None:
        try:
            arrival = self._arrivals.get(wait_s)
            while True:
                time_s, event = arrival
                self._push(self._timeline.frame_at(time_s) + self._margin_frames, event)
                arrival = self._arrivals.get()
        except queue.Empty:
            return

    def _observe(self) -> float:
        """What time it is, and when the mixer's latest block was begun.

        In this order, an interruption in between makes the block seem later, which the timeline
        takes no notice of.
        """
        frame, age_s = self._mixer.pulse()
        now_s = self._clock.now_s()
        self._timeline.observe(frame, now_s - age_s)
        return now_s

    def _push(self, frame: int, event: Event) -> None:
        heapq.heappush(self._due, (frame, next(self._order), event))

    def _handle(self, frame: int, event: Event) -> None:
        try:
            self._player.handle(frame, event)
        except PackError as error:
            if str(error) not in self._reported:
                self._reported.add(str(error))
                self._report(f"a note cannot be played: {error}")
