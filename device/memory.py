"""What the instrument remembers over a power cut: pack, instruments and MIDI channel.

It is a convenience: a file that is missing or damaged means a start with the usual values. It is
written some time after a change, at most every WRITE_S, so that a turning encoder does not wear
the card out.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from device.instrument.state import State
from device.pack.atomic import write_atomic
from device.pack.errors import PackError, PackWriteError
from device.pack.fields import Fields
from device.pack.limits import TEXT_CHARACTERS
from device.pack.strict_json import loads

MEMORY_NAME = "memory.json"
WRITE_S = 10.0
MOST_BYTES = 65536
CORNER_COUNT = 4


@dataclass(frozen=True)
class Memory:
    """What was played last; empty strings are "nothing to remember"."""

    pack_id: str = ""
    instruments: tuple[str, ...] = ()  # four names in order of CORNERS
    channel: int = 0  # 1..16, 0 for all


def memory_of(state: State) -> Memory:
    """What is worth remembering of a state."""
    if state.pack is None:
        return Memory(state.remembered_pack, state.remembered, state.channel)
    return Memory(state.pack.pack_id, state.pack.names(state.choice), state.channel)


def remembering(state: State, memory: Memory) -> State:
    """A state at power up that knows what was played last."""
    return dataclasses.replace(
        state,
        channel=memory.channel,
        remembered=memory.instruments,
        remembered_pack=memory.pack_id,
    )


class MemoryFile:
    """Keeps the memory on the card; one thread may use it."""

    def __init__(self, path: Path | None) -> None:
        """None: remembers nothing."""
        self._path = path
        self._stored = self.read() or Memory()
        self._write_s = 0.0

    def read(self) -> Memory | None:
        """What the file holds, None if there is nothing usable."""
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                data = file.read(MOST_BYTES + 1)
            fields = Fields(loads(data, MOST_BYTES, str(self._path)), str(self._path))
            names = fields.take("instruments")
            is_list = isinstance(names, list) and len(names) in (0, CORNER_COUNT)
            if not is_list or not all(isinstance(name, str) for name in names):  # type: ignore[attr-defined]
                return None
            return Memory(
                fields.text("pack", TEXT_CHARACTERS, 0),
                tuple(names),  # type: ignore[arg-type]
                fields.integer("channel", (0, 16)),
            )
        except (OSError, PackError):
            return None

    def keep(self, memory: Memory, now_s: float) -> None:
        """Write what has changed, when it is time; a card that cannot be written is let be."""
        if self._path is None or memory == self._stored or now_s < self._write_s:
            return
        self._write_s = now_s + WRITE_S
        document = {
            "pack": memory.pack_id,
            "instruments": list(memory.instruments),
            "channel": memory.channel,
        }
        data = json.dumps(document, ensure_ascii=False, indent=1).encode()

        def write(file: BinaryIO) -> None:
            file.write(data)

        try:
            write_atomic(self._path, write)
        except PackWriteError:
            return  # patches on the same card tell of it
        self._stored = memory
