"""Sends a pack to an instrument: what it lacks, cell by cell."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from device.pack import PackError
from sdcard.packs.install import Installed
from sdcard.packs.pack_source import PackSource
from sdcard.targets.caller import Caller
from sdcard.targets.errors import ProtocolError, TargetError
from sdcard.targets.frames import Message
from sdcard.targets.messages import field, integer

_MOST_BYTES = 1 << 50


class Sending:
    """One install over a connection."""

    def __init__(
        self,
        source: PackSource,
        caller: Caller,
        on_total: Callable[[int], None],
        on_bytes: Callable[[int], None],
    ) -> None:
        self._source, self._caller = source, caller
        self._on_total, self._on_bytes = on_total, on_bytes
        self._names = list(source.sizes)
        self._written = 0

    def run(self) -> Installed:
        """Raises the errors of packs and of targets; the same again goes on where it was."""
        source, caller = self._source, self._caller
        caller.send({
            "do": "install", "manifest": len(source.manifest_data),
            "sizes": list(source.sizes.values()), "preview": source.preview_bytes,
        })  # fmt: skip
        caller.send_data(source.manifest_data)
        numbers = field(self._until("send"), "send", list)
        try:
            self._send(self._wanted(numbers))
        except PackError as error:
            self._give_up(error)
            raise
        return self._installed(field(self._until("installed"), "installed", dict))

    def _wanted(self, numbers: list[object]) -> list[str]:
        """Each once at most."""
        left = dict(enumerate(self._names))
        try:
            return [left.pop(number) for number in numbers]  # type: ignore[call-overload]
        except (KeyError, TypeError):
            raise ProtocolError(f"{self._caller.who}: wants cells that there are not") from None

    def _send(self, names: list[str]) -> None:
        for name in names:
            for chunk in self._source.cell(name):
                self._caller.send_data(chunk)
                for message in self._caller.heard():
                    self._hear(message)
        if self._source.preview_bytes:
            for chunk in self._source.preview():
                self._caller.send_data(chunk)

    def _give_up(self, error: PackError) -> None:
        """Our own pack is bad: have the instrument take away what it has got of it."""
        with contextlib.suppress(PackError, TargetError):
            self._caller.send({"abort": str(error)})
            self._until("installed")

    def _until(self, key: str) -> Message:
        while True:
            message = self._caller.next()
            if key in message:
                return message
            self._hear(message)

    def _hear(self, message: Message) -> None:
        if "total" in message:
            self._on_total(integer(message, "total", 0, _MOST_BYTES))
        elif "written" in message:
            written = integer(message, "written", self._written, _MOST_BYTES)
            self._on_bytes(written - self._written)
            self._written = written
        else:
            raise ProtocolError(f"{self._caller.who}: says {sorted(message)}, which means nothing")

    def _installed(self, value: Message) -> Installed:
        path, name = (field(value, key, str) for key in ("path", "name"))
        written, shared = (integer(value, key, 0, _MOST_BYTES) for key in ("written", "shared"))
        return Installed(Path(path), name, written, shared)
