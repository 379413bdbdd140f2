"""The packs of an instrument that ssh reaches: latentpad-card there does the work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from device.pack import VerifyReport, open_pack
from sdcard.packs.facts import Facts
from sdcard.packs.install import Installed
from sdcard.packs.pack_source import PackSource
from sdcard.packs.remove import Removed
from sdcard.targets.caller import Caller
from sdcard.targets.errors import ProtocolError
from sdcard.targets.messages import field
from sdcard.targets.remote_report import report_from
from sdcard.targets.sending import Sending


class RemoteShelf:
    """Asks one thing of a caller, who hangs up then."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def install(
        self, source: Path, on_total: Callable[[int], None], on_bytes: Callable[[int], None]
    ) -> Installed:
        """Send what the instrument lacks; the same again goes on where this one was."""
        with open_pack(source) as pack:
            return Sending(PackSource(pack), self._caller, on_total, on_bytes).run()

    def facts(self) -> list[Facts]:
        """Of each pack."""
        self._caller.send({"do": "list"})
        found = field(self._caller.next(), "entries", list)
        if not all(isinstance(one, dict) for one in found):
            raise ProtocolError(f"{self._caller.who}: no list of packs came")
        return found

    def remove(self, wanted: str) -> Removed:
        """By its name, id or file name."""
        self._caller.send({"do": "remove", "pack": wanted})
        done = field(self._caller.next(), "removed", dict)
        path, name = (field(done, key, str) for key in ("path", "name"))
        return Removed(Path(path), name, field(done, "is_emptied", bool))

    def verify(self, decode: bool) -> Iterator[VerifyReport]:
        """Of each pack; it is read where it is."""
        self._caller.send({"do": "verify", "decode": decode})
        while "done" not in (message := self._caller.next()):
            yield report_from(message, self._caller.who)
