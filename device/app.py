"""The whole instrument without its threads: one queue of events, the conductor, and the workers.

Everything that happens goes through post(); everything slow or waiting is a worker. step() is the
heart: it lets happen what is due. Live, device.daemon gives each worker a thread; tests step them
in simulated time.
"""

from __future__ import annotations

import gc
import queue
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from device.chores import ChoreWorker
from device.conductor import Conductor
from device.control_reader import ControlReader
from device.deck import Deck
from device.engine.mixer import Mixer
from device.engine.steady import SteadyStream
from device.events import (
    Checked,
    Event,
    Fault,
    FaultCleared,
    MidiSeen,
    PacksListed,
    PatchStored,
    PortFound,
    SelfTested,
)
from device.memory import memory_of
from device.midi_reader import MIDI_WAIT_S, MidiReader
from device.painter import Painter
from device.parts import PATCHES, SOUND
from device.patches import PatchStore
from device.selftest import SelfTest
from device.session import Session
from device.settings import Settings
from device.status import StatusMeter
from device.view import View
from device.viewing import view_of
from device.worker import Worker
from hardware.interfaces import CheckResult, Clock, Controls, Display, MidiInput, PartCheck

TONE_VOICES = 1  # beside those of the player
NOT_HANDS = (
    Checked, Fault, FaultCleared, MidiSeen, PacksListed, PatchStored, PortFound, SelfTested,
)  # fmt: skip
"""What happens by itself: a display may stay dim."""


class BoardParts(Protocol):
    """What is needed of a hardware.board.Board."""

    @property
    def controls(self) -> Sequence[Controls]:
        """Sources of control readings."""
        ...

    @property
    def display(self) -> Display | None:
        """The OLED."""
        ...

    @property
    def midi(self) -> Sequence[tuple[str, Callable[[], MidiInput]]]:
        """(name, how to open it) of each system of MIDI inputs."""
        ...

    @property
    def checks(self) -> Sequence[PartCheck]:
        """The self-test of each part."""
        ...


def make_mixer(settings: Settings) -> Mixer:
    """The instrument's mixer: the player's voices and the test tone's."""
    return Mixer(
        settings.audio.rate_hz,
        max_voices=settings.playing.max_voices + TONE_VOICES,
        interpolation=settings.audio.interpolation,
    )


class App:
    """Puts the parts together; whoever owns it steps it and its workers, and closes it."""

    def __init__(
        self,
        settings: Settings,
        board: BoardParts,
        clock: Clock,
        report: Callable[[str], None],
        *,
        background: bool = True,
        is_watched: Callable[[], bool] = lambda: True,
    ) -> None:
        """Without `background` nothing ever waits, and the loader works when it is asked.

        Raises what the patch file makes of PatchStore.
        """
        self.settings, self.clock = settings, clock
        self.mixer = make_mixer(settings)
        self._wait_s = MIDI_WAIT_S if background else 0.0
        self._report, self._told = report, dict[str, str]()
        self._decks: queue.SimpleQueue[Deck] = queue.SimpleQueue()
        self.output: SteadyStream | None = None  # none: whoever steps the app renders the mixer
        self._hand_s = clock.now_s()  # when somebody last did something
        store = PatchStore(Path(settings.files.patches))
        self.self_test = SelfTest(settings, board.checks, self.check_output, self.post)
        self.chores = ChoreWorker(
            settings,
            self.mixer,
            store,
            self.post,
            self._decks.put,
            self.self_test.run,
            lambda: memory_of(self.conductor.state),
            wait_s=self._wait_s,
            background=background,
        )
        self.conductor = Conductor(
            settings,
            self.mixer,
            store.patches(),
            self.chores,
            self.chores.remembered,
            self._tell,
        )
        audio = settings.audio
        self.session = Session(
            self.conductor, self.mixer, clock, audio.rate_hz, audio.event_margin_s, report
        )
        self.status = StatusMeter(self.mixer, settings.playing.max_voices)
        self.painter = Painter(
            board.display, settings.panel, self.view, self.idle_s, self.post, is_watched
        )
        self.hands = self._make_hands(board)
        self.workers: list[Worker] = [self.chores, self.painter, *self.hands]
        for warning in store.warnings:
            self.post(Fault(PATCHES, warning))

    def _make_hands(self, board: BoardParts) -> list[Worker]:
        """The workers that a player waits for: controls and MIDI."""
        panel, now_s = self.settings.panel, self.clock.now_s
        return [
            *(ControlReader(controls, panel, self.post) for controls in board.controls),
            *(
                MidiReader(name, opener, self.post, self._channel, now_s, self._wait_s)
                for name, opener in board.midi
            ),
        ]

    def post(self, event: Event, time_s: float | None = None) -> None:
        """Something happened, now or at a time on the clock; from any thread."""
        now_s = self.clock.now_s() if time_s is None else time_s
        if not isinstance(event, NOT_HANDS):
            self._hand_s = max(self._hand_s, now_s)
        elif isinstance(event, Fault | FaultCleared):
            self._tell(event)
        self.session.post(event, now_s)

    def _tell(self, event: Fault | FaultCleared) -> None:
        """Faults are for the terminal and the journal too, once each."""
        text = event.text if isinstance(event, Fault) else ""
        if self._told.get(event.part, "") != text:
            self._told[event.part] = text
            self._report(f"{event.part}: {text or 'well again'}")

    def step(self, wait_s: float) -> None:
        """Wait at most wait_s for an event, then let happen all that is due."""
        self.session.step(wait_s)
        self._use_deck()
        if self.output is not None and self.output.watch():
            self.tell_output(self.output)
        latency_s = self.output.latency_s if self.output else 0.0
        self.status.look(self.clock.now_s(), latency_s, self.conductor.state.ports)

    def tell_output(self, output: SteadyStream) -> None:
        """Post whether there is a sound output."""
        if output.is_playing:
            self.post(FaultCleared(SOUND))
        else:
            self.post(Fault(SOUND, output.last_error or "the sound output has gone"))

    def check_output(self) -> CheckResult:
        """The self-test of the sound output."""
        if self.output is None:
            return CheckResult("NONE", "played into memory")
        if self.output.is_playing:
            name = self.settings.audio.device or "default output"
            return CheckResult("PASS", f"{name}, {self.output.latency_s * 1e3:.0f} ms")
        return CheckResult("FAIL", self.output.last_error or "the sound output has gone")

    def view(self, time_s: float | None = None) -> View:
        """What is to be seen now; from any thread."""
        now_s = self.clock.now_s() if time_s is None else time_s
        return view_of(self.conductor.state, self.status.latest, now_s)

    def idle_s(self, now_s: float) -> float:
        """How long nobody has done anything; from any thread."""
        return max(0.0, now_s - self._hand_s)

    def close(self) -> None:
        """Close the packs; call it when the workers have ended."""
        self.conductor.close()
        gc.unfreeze()

    def _channel(self) -> int:
        return self.conductor.channel

    def _use_deck(self) -> None:
        try:
            deck = self._decks.get_nowait()
        except queue.Empty:
            return
        self.conductor.use(self.session.frame_now(), deck)
        self._report(f"playing {deck.facts.name}")
        gc.unfreeze()
        gc.freeze()  # so that no search for garbage goes through a large pack while it plays
