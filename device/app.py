"""The whole instrument without its threads: one queue of events, the conductor, and the workers.

Everything that happens goes through post(); everything slow or waiting is a worker. step() is the
heart: it lets happen what is due. Live, device.daemon gives each worker a thread; tests step them
in simulated time.
"""

from __future__ import annotations

import gc
import queue
from collections.abc import Callable
from pathlib import Path

from device.board_parts import BoardParts
from device.chores import ChoreWorker
from device.conductor import Conductor
from device.control_reader import ControlReader
from device.deck import Deck
from device.engine.mixer import Mixer
from device.engine.steady import SteadyStream
from device.events import BY_ITSELF, Event, Fault, FaultCleared
from device.memory import Memory, memory_of
from device.midi_reader import MIDI_WAIT_S, MidiReader
from device.painter import Painter
from device.parts import PATCHES
from device.patches import PatchStore
from device.selftest import SelfTest
from device.session import Session
from device.settings import Settings
from device.sound_part import check_playing, sound_news
from device.status import StatusMeter
from device.uptime import Uptime, uptime
from device.usb.install_process import start_install
from device.usb.worker import StartInstall, StickWorker
from device.view import Playable, View
from device.viewing import view_of
from device.web.access import WebAccess
from device.web.own_address import own_address
from device.worker import Worker
from hardware.interfaces import CheckResult, Clock

TONE_VOICES = 1  # beside those of the player


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
        uptime: Uptime = uptime,
        start_install: StartInstall = start_install,
        find_address: Callable[[], str] = own_address,
    ) -> None:
        """Without `background` nothing ever waits, and the loader works when it is asked.

        Raises what the patch file makes of PatchStore.
        """
        self.settings, self.clock = settings, clock
        self.mixer = make_mixer(settings)
        self._wait_s = MIDI_WAIT_S if background else 0.0
        self._report, self._told = report, dict[str, str]()
        self._uptime: Uptime | None = uptime  # none once it has been playable
        self._decks: queue.SimpleQueue[Deck] = queue.SimpleQueue()
        self.output: SteadyStream | None = None  # none: whoever steps the app renders the mixer
        self._hand_s = clock.now_s()  # when somebody last did something
        store = PatchStore(Path(settings.files.patches))
        self.self_test = SelfTest(settings, board.checks, self._check_sound, self.post)
        self.chores = self._make_chores(store, background)
        self.sticks = self._make_sticks(start_install)
        beside = Path(settings.files.patches).parent
        self.access = WebAccess(settings.remote, beside, self.post, find_address)
        self.conductor = self._make_conductor(store)
        self.session = self._make_session()
        self.status = StatusMeter(self.mixer, settings.playing.max_voices)
        self.painter = Painter(
            board.display, settings.panel, self.view, self.idle_s, self.post, is_watched
        )
        self.hands = self._make_hands(board)
        self.helpers: list[Worker] = [self.chores, self.access]
        if settings.files.usb:
            self.helpers.append(self.sticks)
        self.workers: list[Worker] = [*self.helpers, self.painter, *self.hands]
        for warning in store.warnings:
            self.post(Fault(PATCHES, warning))

    def _make_chores(self, store: PatchStore, background: bool) -> ChoreWorker:
        return ChoreWorker(
            self.settings,
            self.mixer,
            store,
            self.post,
            self._decks.put,
            self.self_test.run,
            self._memory,
            wait_s=self._wait_s,
            background=background,
        )

    def _make_sticks(self, start_install: StartInstall) -> StickWorker:
        files = self.settings.files
        place, packs = Path(files.usb), Path(files.packs)
        return StickWorker(place, packs, start_install, self.post, self._report)

    def _make_conductor(self, store: PatchStore) -> Conductor:
        return Conductor(
            self.settings,
            self.mixer,
            store.patches(),
            self.chores,
            self.sticks,
            self.chores.remembered,
            self._tell,
            self.access.renew,
        )

    def _make_session(self) -> Session:
        audio = self.settings.audio
        return Session(
            self.conductor,
            self.mixer,
            self.clock,
            audio.rate_hz,
            audio.event_margin_s,
            self._report,
        )

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
        if not isinstance(event, BY_ITSELF):
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
            self.post(sound_news(self.output))
        is_heard = self.output is None or self.output.is_playing
        if self._uptime is not None and is_heard and self.conductor.deck is not None:
            self._tell_start(self._uptime())
        latency_s = self.output.latency_s if self.output else 0.0
        self.status.look(self.clock.now_s(), latency_s, self.conductor.state.ports)

    def _tell_start(self, playable: Playable) -> None:
        """Notes can be played for the first time."""
        self._uptime = None
        self.status.started(playable)
        self._report(playable.text)

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

    def _check_sound(self) -> CheckResult:
        return check_playing(self.output, self.settings.audio.device)

    def _channel(self) -> int:
        return self.conductor.channel

    def _memory(self) -> Memory:
        return memory_of(self.conductor.state)

    def _use_deck(self) -> None:
        try:
            deck = self._decks.get_nowait()
        except queue.Empty:
            return
        self.conductor.use(self.session.frame_now(), deck)
        self._report(f"playing {deck.facts.name}")
        gc.unfreeze()
        gc.freeze()  # so that no search for garbage goes through a large pack while it plays
