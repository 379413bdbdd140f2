"""The packs of the card while the instrument runs: lists them as they come and go, and opens them.

A pack that appears on an instrument that has none is opened at once; one that is replaced while it
plays is opened anew, since cells of its old version may be gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from device import shelf
from device.deck import Deck, open_deck
from device.engine.mixer import Mixer
from device.events import Event, Fault, FaultCleared, PacksListed
from device.pack.errors import PackError
from device.parts import PACK, PACKS
from device.settings import Settings


@dataclass(frozen=True)
class Opened:
    """The pack that plays."""

    path: Path
    pack_id: str
    stamp: shelf.Signature  # another one: it was replaced


class Library:
    """The folder of packs; one thread may use it."""

    def __init__(
        self,
        settings: Settings,
        mixer: Mixer,
        post: Callable[[Event], None],
        deliver: Callable[[Deck], None],
        wanted_id: str,
        *,
        background: bool,
    ) -> None:
        """`deliver` gets opened packs. `wanted_id`: of the pack to begin with, "" for any."""
        self._settings, self._mixer, self._post = settings, mixer, post
        self._deliver, self._wanted_id, self._background = deliver, wanted_id, background
        self._place = Path(settings.files.packs)
        self._shelf, self._signature = shelf.Shelf(), shelf.signature(self._place)
        self._opened: Opened | None = None
        self._refused: Path | None = None  # asked for in vain while another one plays on

    def look(self) -> None:
        """At the folder: whenever it has changed, and always while there is nothing to play.

        A pack that is still being copied looks no different when its last cell has come.
        """
        latest = shelf.signature(self._place)
        if self._opened is not None and self._shelf.packs and latest == self._signature:
            return
        self._signature, self._shelf = latest, shelf.look(self._place)
        self._post(PacksListed(self._shelf.listed))
        self._tell_troubles()
        if self._opened is None:
            self._open_first()
        else:
            self._open_anew(self._opened)

    def open(self, index: int) -> None:
        """Open a pack of the list."""
        if 0 <= index < len(self._shelf.packs):
            self._open(self._shelf.packs[index].path)

    def try_refused_again(self) -> None:
        """The fault is over once the pack could be opened; it is not, nobody waits for it now."""
        if self._refused is None or self._opened is None:
            return
        if self._refused.exists():
            try:
                open_deck(self._refused, self._mixer, self._settings, background=False).close()
            except PackError:
                return
        self._refused = None
        self._post(FaultCleared(PACK))

    def _tell_troubles(self) -> None:
        if self._shelf.packs and self._shelf.troubles:
            self._post(Fault(PACKS, "; ".join(self._shelf.troubles)))
        else:
            self._post(FaultCleared(PACKS))

    def _open_first(self) -> None:
        packs = sorted(self._shelf.packs, key=lambda one: one.pack_id != self._wanted_id)
        refused: list[str] = []
        for one in packs:
            trouble = self._try_open(one.path)
            if not trouble:
                if refused:
                    self._post(Fault(PACKS, "; ".join([*refused, *self._shelf.troubles])))
                return
            refused.append(trouble)
        self._post(Fault(PACK, "; ".join([*refused, *self._shelf.troubles])))

    def _open_anew(self, opened: Opened) -> None:
        same = [one.path for one in self._shelf.packs if one.pack_id == opened.pack_id]
        if not same:
            return  # taken off: what is open plays on
        path = opened.path if opened.path in same else same[0]
        if path != opened.path or shelf.signature(path) != opened.stamp:
            self._open(path)

    def _open(self, path: Path) -> None:
        trouble = self._try_open(path)
        if trouble:
            self._refused = path
            self._post(Fault(PACK, trouble))

    def _try_open(self, path: Path) -> str:
        """Why the pack cannot be opened, "" when it has been."""
        stamp = shelf.signature(path)
        try:
            deck = open_deck(path, self._mixer, self._settings, background=self._background)
        except PackError as error:
            return str(error)
        self._opened, self._refused = Opened(path, deck.facts.pack_id, stamp), None
        self._deliver(deck)
        return ""
