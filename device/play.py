"""Plays a pack live: sound output, MIDI, computer keyboard and a file together."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from device.bounce import MEBIBYTE
from device.engine.mixer import Mixer
from device.engine.steady import NO_PRIORITY, RETRY_S, SteadyStream
from device.errors import NothingToPlayError
from device.grid import Grid, combination_names
from device.inputs import InputThreads
from device.keyboard import KeyPlayer
from device.loader.loader import Loader
from device.pack.model import Combination, Manifest
from device.pack.reader import Pack
from device.performance import FramedEvent
from device.player import Player
from device.session import Session
from device.settings import Settings
from hardware.interfaces import Clock, KeyInput, MidiInput

FILE_MARGIN_S = 0.05  # nobody waits for a file's notes, so they can all be in good time
FILE_START_S = 0.1
LONGEST_FADE_S = 5.0
THREAD_SWITCH_S = 0.0005  # Python's 5 ms would let a thread that decodes hold up a key press


@dataclass(frozen=True)
class Inputs:
    """What there is to play with: a song, a keyboard, or both."""

    midi: Callable[[], MidiInput] | None  # how to open it, again and again
    keys: KeyInput | None
    performance: Sequence[FramedEvent]  # of a song, of a gesture, of both, or nothing
    song: bool  # the performance has notes, and playing ends with it


def play(
    pack: Pack,
    combination: Combination,
    settings: Settings,
    inputs: Inputs,
    clock: Clock,
    report: Callable[[str], None],
) -> None:
    """Play until the song is over, q is pressed or KeyboardInterrupt comes.

    Raises NothingToPlayError without any input and the engine's stream errors without an output.
    """
    if inputs.midi is None and inputs.keys is None and not inputs.song:
        raise NothingToPlayError(
            "nothing to play with: connect a MIDI keyboard, run this in a terminal, "
            "or give a --midi-file"
        )
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(THREAD_SWITCH_S)
        audio, playing = settings.audio, settings.playing
        mixer = Mixer(
            audio.rate_hz, max_voices=playing.max_voices, interpolation=audio.interpolation
        )
        loader = Loader(
            pack, playing.row_cache_mb * MEBIBYTE, audio.rate_hz, clock=lambda: mixer.frame
        )
        stack.callback(loader.close)
        loader.run_in_background()
        grid = Grid(pack.manifest, combination)
        player = Player(mixer, loader, grid, pack.manifest, settings, wait_for_rows=False)
        loader.wait_for_pad()
        stack.callback(gc.unfreeze)
        gc.freeze()  # so that no search for garbage goes through a large pack while it plays
        stream = stack.enter_context(
            SteadyStream(
                mixer,
                clock.now_s,
                device=audio.device,
                block_frames=audio.block_frames,
                realtime_priority=audio.realtime_priority,
            )
        )
        if audio.realtime_priority and not stream.is_realtime:
            report(NO_PRIORITY)
        report(f"sound output latency {stream.latency_s * 1e3:.0f} ms")
        teller = _Teller(player, loader, pack.manifest, report)
        _Playing(player, stream, inputs, settings, clock, teller).run()


class _Teller:
    """Says which instruments play, and what went wrong on the card."""

    def __init__(
        self, player: Player, loader: Loader, manifest: Manifest, report: Callable[[str], None]
    ) -> None:
        self.report = report
        self._player, self._loader, self._manifest = player, loader, manifest
        self._told: Combination | None = None
        self.tell()

    def tell(self) -> None:
        """Whatever is new."""
        for fault in self._loader.faults.take():
            self.report(fault)
        combination = self._player.combination
        if combination is not self._told:
            self._told = combination
            names = ", ".join(combination_names(self._manifest, combination))
            self.report(f"playing {self._manifest.name}: {names}")

    def keyboard(self) -> KeyPlayer:
        """A computer keyboard that begins at what plays now."""
        combinations = self._manifest.combinations
        index = combinations.index(self._player.combination)
        return KeyPlayer(combinations=len(combinations), combination=index)

    def faults(self) -> int:
        """How often the card failed."""
        return self._loader.faults.count


class _Playing:
    """One run from the first event to the end of the last note."""

    def __init__(
        self,
        player: Player,
        stream: SteadyStream,
        inputs: Inputs,
        settings: Settings,
        clock: Clock,
        teller: _Teller,
    ) -> None:
        self._teller = teller
        report = self._report = teller.report
        self._player, self._stream, self._inputs, self._clock = player, stream, inputs, clock
        self._mixer = stream.mixer
        margin_s = settings.audio.event_margin_s
        if inputs.song:
            margin_s = max(margin_s, FILE_MARGIN_S)
        self._session = Session(
            player, stream.mixer, clock, settings.audio.rate_hz, margin_s, report
        )
        self._threads = InputThreads(self._session, clock, report)
        self._quit = threading.Event()
        self._channel, self._rate_hz = settings.midi.channel, settings.audio.rate_hz

    def run(self) -> None:
        """Play, then let everything die away, whatever ended it."""
        try:
            self._start_inputs()
            self._loop()
        except KeyboardInterrupt:
            pass
        finally:
            self._threads.stop()
            self._session.stop()
            self._fade()
            self._sum_up()

    def _sum_up(self) -> None:
        counters, rate_hz = self._mixer.counters(), self._rate_hz
        self._report(
            f"played {counters.frames / rate_hz:.1f} s: {counters.underflows} late buffers, "
            f"{counters.late_events} late events, {self._player.stolen} voices stolen, "
            f"{counters.starved_rows} rows late, {self._teller.faults()} faults, "
            f"{counters.shed_voices} shed, sound output lost {self._stream.losses} times"
        )

    def _start_inputs(self) -> None:
        if self._inputs.midi is not None:
            self._threads.read_midi(self._inputs.midi, self._channel)
        if self._inputs.keys is not None:
            self._threads.read_keys(self._inputs.keys, self._quit.set, self._teller.keyboard())

    def _loop(self) -> None:
        start_s = self._clock.now_s() + FILE_START_S
        last = self._session.schedule(self._inputs.performance, start_s)
        while not self._quit.is_set() and not (self._inputs.song and self._mixer.frame >= last):
            self._session.step()
            self._teller.tell()
            self._look_after_output()

    def _look_after_output(self) -> None:
        if not self._stream.watch():
            return
        if self._stream.is_playing:
            self._report("the sound output is back")
        else:
            self._report(
                "the sound output has stopped: was it unplugged? "
                f"The music goes on; every {RETRY_S:g} s it is looked for again"
            )

    def _fade(self) -> None:
        give_up_s = self._clock.now_s() + LONGEST_FADE_S
        while self._player.sounding and self._stream.is_playing and self._clock.now_s() < give_up_s:
            self._session.step()
