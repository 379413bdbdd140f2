"""Owns the instrument's state while it plays: carries out what each event's step asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from device.deck import Deck
from device.effects import (
    Effect,
    InstallPack,
    ListenTo,
    OpenPack,
    Play,
    RenewToken,
    RunSelfTest,
    SoundTestTone,
    StopInstall,
    StorePatch,
)
from device.engine.mixer import Mixer
from device.events import CombinationSelected, Event, Fault, FaultCleared, Panicked
from device.helpers import Chores, Installer
from device.instrument import machine
from device.instrument.state import Step, initial_state
from device.memory import Memory, remembering
from device.pack.errors import PackError
from device.parts import CARD
from device.patches import Patch
from device.settings import Settings
from device.test_tone import TestTone

TICK_S = 0.02  # of pages and held buttons
CARD_RETRY_S = 2.0  # between two attempts to read what the card would not give


class Conductor:
    """A session.Performer: takes events at output frames; knows no clock but those frames."""

    def __init__(
        self,
        settings: Settings,
        mixer: Mixer,
        patches: Mapping[int, Patch],
        chores: Chores,
        installer: Installer,
        memory: Memory | None = None,
        tell: Callable[[Fault | FaultCleared], None] = lambda fault: None,
        renew_token: Callable[[], None] = lambda: None,
    ) -> None:
        """`tell` hears of the faults that only the conductor can see."""
        self._tell, self._installer, self._renew_token = tell, installer, renew_token
        self._settings, self._mixer, self._chores = settings, mixer, chores
        self.state = initial_state(settings, patches)
        if memory is not None:
            self.state = remembering(self.state, memory)
        self.channel = self.state.channel  # that inputs should listen to; read by any thread
        self._deck: Deck | None = None
        self._old: list[Deck] = []  # whose last notes ring out
        self._tone = TestTone(mixer, settings.audio.rate_hz)
        self._rate_hz = settings.audio.rate_hz
        self._next_tick_s = 0.0
        self._card_retry_s = 0.0

    @property
    def sounding(self) -> int:
        """Voices that the engine has not finished with."""
        return self._deck.player.sounding if self._deck else 0

    @property
    def deck(self) -> Deck | None:
        """The pack that is open."""
        return self._deck

    def handle(self, frame: int, event: Event) -> None:
        """Let an event happen at an output frame; frames do not decrease."""
        now_s = frame / self._rate_hz
        self._take(frame, machine.handle(self.state, event, now_s, self._settings))

    def advance(self, frame: int) -> None:
        """Let time pass up to an output frame."""
        if self._deck is not None:
            self._deck.player.advance(frame)
        else:
            self._mixer.collect()
        now_s = frame / self._rate_hz
        if now_s >= self._next_tick_s:
            self._next_tick_s = now_s + TICK_S
            self._take(frame, machine.tick(self.state, now_s, self._settings))
            self._look_after_decks(frame)

    def release_all(self, frame: int) -> None:
        """Let go of every key and pedal."""
        if self._deck is not None:
            self._deck.player.release_all(frame)

    def use(self, frame: int, deck: Deck) -> None:
        """Play another pack from now on; notes of the one before ring out."""
        self.release_all(frame)
        if self._deck is not None:
            self._old.append(self._deck)
        self._deck = deck
        now_s = frame / self._rate_hz
        self._take(frame, machine.pack_opened(self.state, deck.facts, now_s, self._settings))

    def close(self) -> None:
        """Close every pack."""
        decks, self._old, self._deck = [*self._old, self._deck], [], None
        for deck in decks:
            if deck is not None:
                deck.close()

    def _take(self, frame: int, step: Step) -> None:
        self.state, effects = step
        for effect in effects:
            self._carry_out(frame, effect)

    def _carry_out(self, frame: int, effect: Effect) -> None:
        match effect:
            case Play(event):
                self._play(frame, event)
            case StorePatch(slot, patch):
                self._chores.store_patch(slot, patch)
            case OpenPack(index):
                self._chores.open_pack(index)
            case ListenTo(channel):
                self.channel = channel
            case SoundTestTone():
                self._tone.sound(frame)
            case RunSelfTest():
                self._chores.run_self_test()
            case InstallPack(offer):
                self._installer.install(offer)
            case StopInstall():
                self._installer.stop_install()
            case RenewToken():
                self._renew_token()

    def _play(self, frame: int, event: Event) -> None:
        if isinstance(event, Panicked):
            self._mixer.panic(frame)  # notes of an earlier pack and the test tone as well
        if self._deck is None:
            return  # the page tells why there is no sound
        try:
            self._deck.player.handle(frame, event)
        except PackError as error:
            self._tell_card(frame, str(error))

    def _tell_card(self, frame: int, text: str) -> None:
        self._card_retry_s = frame / self._rate_hz + CARD_RETRY_S
        self._judge_card(frame, Fault(CARD, text))

    def _judge_card(self, frame: int, verdict: Fault | FaultCleared) -> None:
        self._tell(verdict)
        self.handle(frame, verdict)

    def _try_card_again(self, frame: int, deck: Deck) -> None:
        """Bad contacts and full buffers pass: once all can be read, the fault is over."""
        self._card_retry_s = frame / self._rate_hz + CARD_RETRY_S
        is_well = deck.loader.try_again()
        if deck.player.combination.instruments != self.state.choice:
            choice = deck.facts.choices.index(self.state.choice)
            self._play(frame, CombinationSelected(choice))  # its pad could not be opened
        elif is_well:
            self._judge_card(frame, FaultCleared(CARD))

    def _look_after_decks(self, frame: int) -> None:
        """Tell what the card did wrong; close packs whose notes have all ended."""
        if self._deck is not None:
            for text in self._deck.loader.faults.take():
                self._tell_card(frame, text)
            if CARD in dict(self.state.faults) and frame / self._rate_hz >= self._card_retry_s:
                self._try_card_again(frame, self._deck)
        if self._old and self._mixer.counters().active_voices <= self.sounding:
            for deck in self._old:
                deck.close()
            self._old.clear()
