"""OSC and the web panel round one App: opened as the settings want, closed together."""

from __future__ import annotations

from collections.abc import Callable

from device.app import App
from device.errors import DeviceError
from device.events import Fault
from device.osc import OscRemote
from device.remote_loop import RemoteLoop
from device.settings import RemoteSettings
from device.web.panel import WebPanel
from device.worker import WorkerThreads


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
        panel = WebPanel(
            host=self._settings.web_host,
            port=self._settings.web_port,
            token=app.access.token(),
            post=app.post,
            view=app.view,
            frame=lambda: app.painter.frame,
            report=self._report,
            is_panel=app.settings.board.board == "web",
        )
        try:
            panel.start()
        except DeviceError:
            app.access.failed()
            raise
        self._web = panel
        app.access.opened(panel)
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
