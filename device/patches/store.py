"""The patches of the instrument: 128 slots in memory, and a file that follows them."""

from __future__ import annotations

from pathlib import Path

from device.errors import PatchError
from device.patches import codec
from device.patches.files import KeptFile
from device.patches.patch import Patch, check_slot


class PatchStore:
    """Patches by slot 0..127; every change is written at once, and one thread at a time may ask.

    Opening never fails and never writes: a file that is missing is empty, one that is not whole is
    replaced by its previous copy, and `warnings` says so. A change that cannot be written raises
    PatchWriteError, stays in memory, and is written with the next one that can be.
    """

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, codec.decode)
        self.warnings: list[str] = []  # for people; those of later writes are added
        self._patches = self._open()
        self._is_stored = True

    @property
    def is_stored(self) -> bool:
        """All that is in memory is on the card too."""
        return self._is_stored

    def slots(self) -> tuple[int, ...]:
        """Slots that hold a patch, in order."""
        return tuple(sorted(self._patches))

    def patches(self) -> dict[int, Patch]:
        """A copy of everything, by slot."""
        return dict(self._patches)

    def recall(self, slot: int) -> Patch | None:
        """The patch of a slot, None if it is empty. Raises PatchError for a slot out of range."""
        check_slot(slot)
        return self._patches.get(slot)

    def save(self, slot: int, patch: Patch) -> None:
        """Put a patch into a slot, in memory and on the card.

        Raises PatchError for a slot out of range, PatchWriteError if only memory has it.
        """
        check_slot(slot)
        self._patches[slot] = patch
        self.write()

    def remove(self, slot: int) -> None:
        """Empty a slot; an empty one is left alone. Raises as `save` does."""
        check_slot(slot)
        if self._patches.pop(slot, None) is not None:
            self.write()

    def write(self) -> None:
        """Write everything (again), as after PatchWriteError, which it raises itself."""
        self._is_stored = False
        for aside in self._file.replace(codec.encode(self._patches)):
            self.warnings.append(f"{self._file.path}: what was not readable is kept as {aside}")
        self._is_stored = True

    def _open(self) -> dict[int, Patch]:
        main, previous = self._file.path, self._file.previous
        found = self._read(main)
        if found is not None:
            return found
        is_missing = not self.warnings
        found = self._read(previous)
        if found is not None:
            what = "missing" if is_missing else "not readable"
            self.warnings.append(f"{main} is {what}: its previous copy {previous} is used")
        elif self.warnings:
            self.warnings.append(f"{main}: no whole copy is left: all slots are empty")
        return found or {}

    def _read(self, path: Path) -> dict[int, Patch] | None:
        try:
            data = self._file.read(path)
            if data is None:
                return None
            decoded = codec.decode(data, str(path))
        except PatchError as error:
            self.warnings.append(str(error))
            return None
        self.warnings += decoded.warnings
        return decoded.patches
