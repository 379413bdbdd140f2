"""The instrument live: sound output, a thread per worker, OSC and the web panel round one App.

Boot order: the display first, so that whatever fails afterwards has a face; then sound; then hands.
Shutdown is the mirror of it.
"""

from __future__ import annotations

import secrets
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack

from device.app import App, BoardParts
from device.engine.steady import NO_PRIORITY, SteadyStream
from device.errors import DeviceError
from device.events import Event, Fault
from device.notify import Heartbeat, sender, watchdog_s
from device.osc import OscRemote
from device.player import CONTROL_S
from device.remote_loop import RemoteLoop
from device.settings import RemoteSettings, Settings
from device.urgency import BELOW_AUDIO, urgent
from device.view import Screen
from device.web.panel import WebPanel
from device.worker import Worker, WorkerThreads
from hardware.interfaces import Clock

THREAD_SWITCH_S = 0.0005  # Python's 5 ms would let a thread that draws hold up a key press
LONGEST_FADE_S = 3.0
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")
TOKEN_BYTES = 9


def run(
    settings: Settings,
    board: BoardParts,
    clock: Clock,
    report: Callable[[str], None],
    stopping: threading.Event,
    extra: Sequence[Worker] = (),
) -> None:
    """Play until `stopping` is set; then let the notes die away.

    `extra`: workers that play a simulated board.
    """
    with ExitStack() as stack:
        stack.callback(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(THREAD_SWITCH_S)
        remotes = Remotes(settings.remote, report)
        app = App(settings, board, clock, report, is_watched=lambda: remotes.is_seen)
        stack.callback(app.close)
        threads = WorkerThreads(
            clock.now_s, lambda name, error: _tell_bug(app.post, report, name, error)
        )
        stack.callback(threads.close)
        threads.start(app.painter)
        app.output = _open_output(app, settings, clock)
        stack.callback(app.output.close)
        threads.start(app.chores)
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
    app.tell_output(output)
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
    """The first fault, else what plays."""
    state = app.conductor.state
    if state.faults:
        return ": ".join(state.faults[0])
    return f"plays {state.pack.name}" if state.pack else "no pack yet"


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


class Remotes:
    """OSC and the web panel, each of which may be off or fail without harm to the other."""

    def __init__(self, settings: RemoteSettings, report: Callable[[str], None]) -> None:
        self._settings, self._report = settings, report
        self._web: WebPanel | None = None
        self._osc: OscRemote | None = None

    @property
    def is_seen(self) -> bool:
        """Somebody sees the display's picture in a browser."""
        return self._web is not None and self._web.has_pages

    def open(self, app: App, threads: WorkerThreads) -> None:
        """Start what is wanted; what cannot be is told, and shown as a fault."""
        if self._settings.web:
            self._try("web panel", app, lambda: self._open_web(app))
        if self._settings.osc:
            self._try("OSC", app, lambda: self._open_osc(app, threads))

    def close(self) -> None:
        """Stop both."""
        for remote in (self._web, self._osc):
            if remote is not None:
                remote.close()

    def _try(self, part: str, app: App, start: Callable[[], None]) -> None:
        try:
            start()
        except DeviceError as error:
            self._report(str(error))
            app.post(Fault(part, str(error)))

    def _open_web(self, app: App) -> None:
        settings = self._settings
        token = settings.web_token
        if not token and settings.web_host not in LOCAL_HOSTS:
            token = secrets.token_urlsafe(TOKEN_BYTES)
        panel = WebPanel(
            host=settings.web_host,
            port=settings.web_port,
            token=token,
            post=app.post,
            view=app.view,
            frame=lambda: app.painter.frame,
            report=self._report,
            is_panel=app.settings.board.board == "web",
        )
        panel.start()
        self._web = panel
        self._report(f"web panel: {panel.address}")

    def _open_osc(self, app: App, threads: WorkerThreads) -> None:
        settings = self._settings
        remote = OscRemote(
            host=settings.osc_host,
            port=settings.osc_port,
            targets=osc_targets(settings.osc_target),
            post=app.post,
            report=self._report,
        )
        remote.start()
        self._osc = remote
        threads.start(RemoteLoop(remote.update, app.view))
        self._report(f"OSC: {settings.osc_host} port {remote.port}")


def osc_targets(target: str) -> list[tuple[str, int]]:
    """The target "host:port" of the settings as a list; "" is none."""
    if not target:
        return []
    host, _, port = target.rpartition(":")
    return [(host, int(port))]
