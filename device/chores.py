"""Slow work that must not hold up the music: opening packs, writing patches, testing parts.

One worker does one chore after the other and posts what came of it. From time to time it also looks
at the folder of packs, and writes down what has changed.
"""

from __future__ import annotations

import contextlib
import math
import queue
from collections.abc import Callable
from pathlib import Path

from device.deck import Deck
from device.engine.mixer import Mixer
from device.errors import PatchError, PatchWriteError
from device.events import Event, FaultCleared, PatchStored
from device.inbox import Inbox
from device.library import Library
from device.memory import MEMORY_NAME, Memory, MemoryFile
from device.parts import PATCHES
from device.patches import Patch, PatchStore
from device.settings import Settings

LOOK_S = 2.0  # between two looks at the folder of packs


class ChoreWorker:
    """A worker.Worker and a helpers.Chores; any thread may ask for chores."""

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
        self._store, self._post, self._self_test = store, post, self_test
        self._memory = memory
        beside = Path(settings.files.patches).with_name(MEMORY_NAME)
        self._memory_file = MemoryFile(beside if settings.files.memory else None)
        self.remembered = self._memory_file.read()
        wanted_id = self.remembered.pack_id if self.remembered else ""
        self._library = Library(settings, mixer, post, deliver, wanted_id, background=background)
        self._wait_s = wait_s
        self._look_s = 0.0
        self._chores = Inbox[Callable[[], object]]()

    def store_patch(self, slot: int, patch: Patch) -> None:
        """Write a patch; PatchStored follows."""
        self._chores.put(lambda: self._store_patch(slot, patch))

    def open_pack(self, index: int) -> None:
        """Open a pack of the list."""
        self._chores.put(lambda: self._library.open(index))

    def run_self_test(self) -> None:
        """Test all parts."""
        self._chores.put(self._self_test)

    def step(self, now_s: float) -> float:
        """Do one chore, or look at the folder when it is time."""
        if now_s >= self._look_s:
            self._look_s = now_s + LOOK_S
            self._library.look()
            self._library.try_refused_again()
            self._try_patches_again()
            self._memory_file.keep(self._memory(), now_s)
        try:
            chore = self._chores.get(self._wait_s)
        except queue.Empty:
            return now_s
        chore()
        return now_s

    def close(self) -> None:
        """Do what was still asked for: a patch must not be lost."""
        while not self._chores.is_empty:
            self._chores.get()()
        self._memory_file.keep(self._memory(), math.inf)

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
