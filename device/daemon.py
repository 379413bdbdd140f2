"""The instrument live: sound output, a thread per worker, OSC and the web panel round one App.

Boot order: the display first, so that whatever fails afterwards has a face; then sound; then hands.
Shutdown is the mirror of it.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from device.app import App
from device.board_parts import BoardParts
from device.engine.steady import NO_PRIORITY, SteadyStream
from device.events import Event, Fault
from device.notify import Heartbeat, sender, watchdog_s
from device.player import CONTROL_S
from device.remotes import Remotes
from device.settings import Settings
from device.sound_part import sound_news
from device.urgency import BELOW_AUDIO, urgent
from device.view import Screen
from device.worker import Worker, WorkerThreads
from hardware.interfaces import Clock

THREAD_SWITCH_S = 0.0005  # Python's 5 ms would let a thread that draws hold up a key press
LONGEST_FADE_S = 3.0
LONGEST_FAULT = 110  # characters, of the status


def run(
    settings: Settings,
    board: BoardParts,
    clock: Clock,
    report: Callable[[str], None],
    stopping: threading.Event,
    extra: Sequence[Worker] = (),
    news: Sequence[Event] = (),
) -> None:
    """Play until `stopping` is set; then let the notes die away.

    `extra`: workers that play a simulated board. `news`: what has happened before the start.
    """
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(THREAD_SWITCH_S)
        remotes = Remotes(settings.remote, report)
        app = App(settings, board, clock, report, is_watched=lambda: remotes.is_seen)
        stack.callback(app.close)
        for event in news:
            app.post(event)
        threads = WorkerThreads(
            clock.now_s, lambda name, error: _tell_bug(app.post, report, name, error)
        )
        stack.callback(threads.close)
        threads.start(app.painter)
        app.output = _open_output(app, settings, clock)
        stack.callback(app.output.close)
        for helper in app.helpers:
            threads.start(helper)
        priority = settings.audio.realtime_priority - BELOW_AUDIO
        for worker in app.hands:
            threads.start(worker, priority)
        stack.callback(remotes.close)
        remotes.open(app, threads)
        app.chores.run_self_test()
        for worker in extra:
            threads.start(worker)
        heart = Heartbeat(sender(), clock.now_s, settings.audio.rate_hz, watchdog_s())
        with urgent(priority):
            _loop(app, stopping, heart)
        heart.stop()
        _fade(app, clock)


def _open_output(app: App, settings: Settings, clock: Clock) -> SteadyStream:
    audio = settings.audio
    output = SteadyStream(
        app.mixer,
        clock.now_s,
        device=audio.device,
        block_frames=audio.block_frames,
        realtime_priority=audio.realtime_priority,
        required=False,
    )
    output.start()
    app.post(sound_news(output))
    if audio.realtime_priority and output.is_playing and not output.is_realtime:
        app.post(Fault("priority", NO_PRIORITY))
    return output


def _loop(app: App, stopping: threading.Event, heart: Heartbeat) -> None:
    while not stopping.is_set():
        app.step(CONTROL_S)
        beat(heart, app)


def beat(heart: Heartbeat, app: App) -> None:
    """Let the service manager know: ready is who has a pack, or has found out why there is none."""
    state = app.conductor.state
    is_ready = state.pack is not None or state.base is not Screen.BOOT
    heart.look(app.mixer.frame, is_ready, lambda: _status(app))


def _status(app: App) -> str:
    """The first fault, else what plays; and how fast the start was."""
    state, playable = app.conductor.state, app.status.latest.playable
    if state.faults:
        status = ": ".join(state.faults[0])[:LONGEST_FAULT]
    else:
        status = f"plays {state.pack.name}" if state.pack else "no pack yet"
    return f"{status}; {playable.text}" if playable else status


def _fade(app: App, clock: Clock) -> None:
    app.session.stop()
    give_up_s = clock.now_s() + LONGEST_FADE_S
    output = app.output
    while app.conductor.sounding and output and output.is_playing and clock.now_s() < give_up_s:
        app.step(CONTROL_S)


def _tell_bug(
    post: Callable[[Event], None], report: Callable[[str], None], name: str, error: Exception
) -> None:
    text = f"{type(error).__name__}: {error}"
    report(f"{name}: {text}; this is a fault of latentpad, please report it")
    post(Fault(name, text))
