"""Finds the addresses of the targets that the settings name, and goes on until all are found.

A name can need the network, which may come up long after the instrument: that waits in a thread of
its own. Numeric addresses are found at once.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence

from device.osc.listeners import Address

RETRY_S = 10.0


class Resolver:
    """Tells `found` every address once; `report` gets one sentence for each that has to wait."""

    def __init__(
        self,
        targets: Sequence[tuple[str, int]],
        family: int,
        found: Callable[[Address], None],
        report: Callable[[str], None],
    ) -> None:
        self._waiting, self._family = list(dict.fromkeys(targets)), family
        self._found, self._report = found, report
        self._closing = threading.Event()

    def start(self) -> None:
        """Find what is numeric now and the rest in the background."""
        self._try_all(socket.AI_NUMERICHOST, _ignore)
        if self._waiting:
            threading.Thread(target=self._run, name="osc targets", daemon=True).start()

    def close(self) -> None:
        """Stop looking; a look-up that is under way ends by itself. Again does nothing."""
        self._closing.set()

    def _run(self) -> None:
        report = self._report
        while self._waiting and not self._closing.is_set():
            self._try_all(0, report)
            report = _ignore  # once is enough
            self._closing.wait(RETRY_S if self._waiting else 0)

    def _try_all(self, flags: int, report: Callable[[str], None]) -> None:
        for target in list(self._waiting):
            host, port = target
            try:
                found = socket.getaddrinfo(host, port, self._family, socket.SOCK_DGRAM, flags=flags)
            except (OSError, UnicodeError) as error:
                report(f"OSC target {host}:{port}: {error}; it is looked for again")
                continue
            self._waiting.remove(target)
            if not self._closing.is_set():
                self._found(found[0][4])


def _ignore(problem: str) -> None:
    """Nobody needs to be told."""
