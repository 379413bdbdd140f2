"""One stored patch: everything that recalling it sets."""

from __future__ import annotations

from dataclasses import dataclass

from device.errors import PatchError
from device.pack.corners import CORNERS
from device.pack.errors import PackInvalidError
from device.pack.fields import Fields, shown
from device.pack.limits import TEXT_CHARACTERS
from device.parameters import PARAMETERS

SLOTS = 128
"""Slots are 0..127, as program changes are; the panel's buttons reach the first four."""


@dataclass(frozen=True)
class Patch:
    """A sound: instruments, parameters and a place on the pad.

    Raises PatchError for a number outside 0..1, a wrong count, or text that no screen can show.
    """

    name: str  # "" for one that was saved at the panel
    pack_id: str  # of the pack that the instruments belong to, "" if it is not known
    instruments: tuple[str, ...]  # names in the order of CORNERS
    turns: tuple[float, ...]  # 0..1 each, in the order of parameters.PARAMETERS
    x: float  # pad position, 0..1 left to right
    y: float  # 0..1 top to bottom

    def __post_init__(self) -> None:
        _check_count("instruments", self.instruments, len(CORNERS))
        _check_count("turns", self.turns, len(PARAMETERS))
        numbers = {f"turn {i}": turn for i, turn in enumerate(self.turns)}
        texts = {f"instrument {i}": name for i, name in enumerate(self.instruments)}
        fields = Fields(
            {**numbers, **texts, "x": self.x, "y": self.y, "name": self.name, "pack": self.pack_id},
            "patch",
        )
        try:
            for key in (*numbers, "x", "y"):
                fields.number(key, (0.0, 1.0))
            for key in (*texts, "name", "pack"):
                fields.text(key, TEXT_CHARACTERS, fewest=0)
        except PackInvalidError as error:
            raise PatchError(str(error)) from None


def _check_count(what: str, values: tuple[object, ...], count: int) -> None:
    if len(values) != count:
        raise PatchError(f"patch: {len(values)} {what}, not {count}")


def check_slot(slot: int) -> None:
    """Raise PatchError for a slot that there is not."""
    if type(slot) is not int or not 0 <= slot < SLOTS:
        raise PatchError(f"patch slot {shown(slot)}: slots are 0..{SLOTS - 1}")
