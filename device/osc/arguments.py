"""The arguments of one OSC message, taken one by one, each with its name and range."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from device.errors import OscMessageError
from device.osc.packet import Argument, OscCall


class Arguments:
    """Every accessor takes the next argument and raises OscMessageError if it does not fit."""

    def __init__(self, call: OscCall) -> None:
        self._address, self._left = call.address, list(call.arguments)

    def __bool__(self) -> bool:
        """Whether any are left."""
        return bool(self._left)

    def number(self, name: str, low: float, high: float) -> float:
        """A number in low..high."""
        value = self._take(name, f"{low:g}..{high:g}")
        if isinstance(value, str) or not low <= value <= high:
            self._refuse(name, value, f"{low:g}..{high:g}")
        return float(value)

    def whole(self, name: str, low: int, high: int) -> int:
        """A whole number in low..high; a float that is one will do."""
        value = self._take(name, f"{low}..{high}")
        if isinstance(value, str) or not low <= value <= high or value != int(value):
            self._refuse(name, value, f"a whole number {low}..{high}")
        return int(value)

    def switch(self, name: str) -> bool:
        """0 or 1."""
        return self.whole(name, 0, 1) == 1

    def switch_if_any(self, name: str) -> bool:
        """0 or 1, and 1 if it is left out: a bare message, or a button that sends its state."""
        return self.switch(name) if self else True

    def one_of(self, name: str, names: Sequence[str], count: int) -> int:
        """An index below count, or one of the names in any case."""
        wanted = self._left[0] if self._left else None
        if isinstance(wanted, str):
            del self._left[0]
            folded = [one.casefold() for one in names]
            if wanted.casefold() not in folded:
                self._refuse(name, wanted, f"one of {', '.join(names) or 'none'}")
            return folded.index(wanted.casefold())
        if count < 1:
            raise OscMessageError(f"{self._address}: there is no {name} to choose")
        return self.whole(name, 0, count - 1)

    def finish(self) -> None:
        """Complain of arguments that nobody asked for."""
        if self._left:
            raise OscMessageError(f"{self._address}: {len(self._left)} arguments too many")

    def _take(self, name: str, wanted: str) -> Argument:
        if not self._left:
            raise OscMessageError(f"{self._address}: {name} ({wanted}) is missing")
        return self._left.pop(0)

    def _refuse(self, name: str, value: Argument, wanted: str) -> NoReturn:
        shown = ascii(value)[:40]
        raise OscMessageError(f"{self._address}: {name} must be {wanted}, not {shown}")
