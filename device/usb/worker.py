"""Watches the place where USB sticks are mounted, and has their packs installed one at a time."""

from __future__ import annotations

import queue
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from device import shelf
from device.events import Event, InstallEnded, InstallMoved, Offer, SticksSeen
from device.usb.offers import Signature, find_offers, signature, sticks_in
from device.usb.traits import fingerprints

STEP_S = 0.1  # between two looks at the install that runs, and at what was asked for
LOOK_S = 1.0  # between two looks at the sticks
GONE = "the stick was pulled out; the packs on the card are as they were"


class Install(Protocol):
    """An install that runs."""

    def poll(self) -> list[InstallMoved | InstallEnded]:
        """What has happened since the last time; never waits. InstallEnded is the last of all."""
        ...

    def stop(self) -> None:
        """Have it end soon."""
        ...

    def close(self) -> None:
        """Have it end now; waits for that."""
        ...


StartInstall = Callable[[Path, Path], Install]
"""Begins to install a pack (the first) into a folder of packs; raises OSError."""


class StickWorker:
    """A worker.Worker and a helpers.Installer; any thread may ask for installs."""

    name = "usb sticks"

    def __init__(
        self,
        place: Path,
        packs: Path,
        start: StartInstall,
        post: Callable[[Event], None],
        report: Callable[[str], None],
    ) -> None:
        """`place`: has a folder for each stick. `packs`: where packs are installed."""
        self._place, self._packs, self._start = place, packs, start
        self._post, self._report = post, report
        self._asked: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._sticks: tuple[Path, ...] = ()
        self._seen: tuple[Signature, shelf.Signature] = ((), ())
        self._look_s = 0.0
        self._install: Install | None = None
        self._offer: Offer | None = None  # that is being installed

    def install(self, offer: Offer) -> None:
        """Put a pack on the card; InstallMoved and InstallEnded follow."""
        self._asked.put(lambda: self._begin(offer))

    def stop_install(self) -> None:
        """Give up the install that runs; InstallEnded follows."""
        self._asked.put(self._stop)

    def step(self, now_s: float) -> float:
        """Do what was asked for, tell how the install goes, and look at the sticks."""
        while not self._asked.empty():
            self._asked.get_nowait()()
        self._follow()
        if now_s >= self._look_s:
            self._look_s = now_s + LOOK_S
            self._look()
        return now_s + STEP_S

    def close(self) -> None:
        """An install that still runs leaves the packs that were there."""
        if self._install is not None:
            self._install.close()

    def _begin(self, offer: Offer) -> None:
        if self._install is not None:
            return
        self._offer = offer
        try:
            self._install = self._start(Path(offer.path), self._packs)
        except OSError as error:
            self._end(f"cannot be begun: {error.strerror or error}")

    def _stop(self) -> None:
        if self._install is not None:
            self._install.stop()

    def _follow(self) -> None:
        for event in self._install.poll() if self._install is not None else ():
            if isinstance(event, InstallMoved):
                self._post(event)
            else:
                self._end(event.error)

    def _end(self, error: str) -> None:
        """The list follows at once: the pack is on the card now."""
        assert self._offer is not None
        if error and not _is_there(Path(self._offer.path)):
            error = GONE
        error = error.replace(f"{self._place}/", "")  # a display has few letters
        self._report(f"{self._offer.name}: {error or 'installed'}")
        self._install, self._offer, self._look_s = None, None, 0.0
        self._post(InstallEnded(error))

    def _look(self) -> None:
        """Whatever may change an offer, or how it stands, is a reason to find all of them anew."""
        sticks = sticks_in(self._place)
        seen = signature(sticks), shelf.signature(self._packs) if sticks else ()
        if sticks == self._sticks and seen == self._seen:
            return
        self._sticks, self._seen = sticks, seen
        found = find_offers(sticks, fingerprints(self._packs) if sticks else {})
        self._post(SticksSeen(len(sticks), found.offers, found.trouble))


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False
    return True
