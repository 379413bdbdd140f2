"""Slow work that must not hold up the music: opening packs, writing patches, testing parts.

One worker does one chore after the other and posts what came of it. It also looks at the folder of
packs from time to time: a pack that appears on an instrument that has none is opened at once.
"""

from __future__ import annotations

import contextlib
import math
import queue
from collections.abc import Callable
from pathlib import Path

from device import shelf
from device.deck import Deck, open_deck
from device.engine.mixer import Mixer
from device.errors import PatchError, PatchWriteError
from device.events import Event, Fault, FaultCleared, PacksListed, PatchStored
from device.memory import MEMORY_NAME, Memory, MemoryFile
from device.pack.errors import PackError
from device.parts import PACK, PACKS, PATCHES
from device.patches import Patch, PatchStore
from device.settings import Settings

LOOK_S = 2.0  # between two looks at the folder of packs


class ChoreWorker:
    """A worker.Worker and a conductor.Chores; any thread may ask for chores."""

    name = "chores"

    def __init__(
        self,
        settings: Settings,
        mixer: Mixer,
        store: PatchStore,
        post: Callable[[Event], None],
        deliver: Callable[[Deck], None],
        self_test: Callable[[], object],
        memory: Callable[[], Memory],
        *,
        wait_s: float = 0.2,
        background: bool = True,
    ) -> None:
        """`deliver` gets opened packs; `self_test` tests and posts results itself.

        `memory` tells what is worth remembering now.
        """
        self._settings, self._mixer, self._store = settings, mixer, store
        self._post, self._deliver, self._self_test = post, deliver, self_test
        self._memory = memory
        beside = Path(settings.files.patches).with_name(MEMORY_NAME)
        self._memory_file = MemoryFile(beside if settings.files.memory else None)
        self.remembered = self._memory_file.read()
        self._wait_s, self._background = wait_s, background
        self._place = Path(settings.files.packs)
        self._shelf, self._signature = shelf.Shelf(), shelf.signature(self._place)
        self._opened: Path | None = None
        self._refused: Path | None = None  # asked for in vain while another one plays on
        self._look_s = 0.0
        self._chores: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()

    def store_patch(self, slot: int, patch: Patch) -> None:
        """Write a patch; PatchStored follows."""
        self._chores.put(lambda: self._store_patch(slot, patch))

    def open_pack(self, index: int) -> None:
        """Open a pack of the list."""
        self._chores.put(lambda: self._open(index))

    def run_self_test(self) -> None:
        """Test all parts."""
        self._chores.put(self._self_test)

    def step(self, now_s: float) -> float:
        """Do one chore, or look at the folder when it is time."""
        if now_s >= self._look_s:
            self._look_s = now_s + LOOK_S
            self._look()
            self._try_refused_again()
            self._try_patches_again()
            self._memory_file.keep(self._memory(), now_s)
        try:
            chore = self._chores.get(timeout=self._wait_s) if self._wait_s else self._next()
        except queue.Empty:
            return now_s
        chore()
        return now_s

    def close(self) -> None:
        """Do what was still asked for: a patch must not be lost."""
        while not self._chores.empty():
            self._next()()
        self._memory_file.keep(self._memory(), math.inf)

    def _next(self) -> Callable[[], object]:
        return self._chores.get_nowait()

    def _look(self) -> None:
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

    def _tell_troubles(self) -> None:
        if self._shelf.packs and self._shelf.troubles:
            self._post(Fault(PACKS, "; ".join(self._shelf.troubles)))
        else:
            self._post(FaultCleared(PACKS))

    def _open_first(self) -> None:
        indices = list(range(len(self._shelf.packs)))
        if self.remembered is not None:
            wanted = self.remembered.pack_id
            indices.sort(key=lambda index: self._shelf.packs[index].pack_id != wanted)
        refused: list[str] = []
        for index in indices:
            trouble = self._try_open(self._shelf.packs[index].path)
            if not trouble:
                if refused:
                    self._post(Fault(PACKS, "; ".join([*refused, *self._shelf.troubles])))
                return
            refused.append(trouble)
        self._post(Fault(PACK, "; ".join([*refused, *self._shelf.troubles])))

    def _open(self, index: int) -> None:
        if 0 <= index < len(self._shelf.packs):
            path = self._shelf.packs[index].path
            trouble = self._try_open(path)
            if trouble:
                self._refused = path
                self._post(Fault(PACK, trouble))

    def _try_open(self, path: Path) -> str:
        """Why the pack cannot be opened, "" when it has been."""
        try:
            deck = open_deck(path, self._mixer, self._settings, background=self._background)
        except PackError as error:
            return str(error)
        self._opened, self._refused = path, None
        self._deliver(deck)
        return ""

    def _try_refused_again(self) -> None:
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

    def _try_patches_again(self) -> None:
        """A card that was full or not writable may have been put right."""
        if self._store.is_stored:
            return
        with contextlib.suppress(PatchWriteError):
            self._store.write()
            self._post(FaultCleared(PATCHES))

    def _store_patch(self, slot: int, patch: Patch) -> None:
        try:
            self._store.save(slot, patch)
        except (PatchError, PatchWriteError) as error:
            self._post(PatchStored(slot, str(error)))
        else:
            self._post(PatchStored(slot))
