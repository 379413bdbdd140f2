"""Patches of the original instrument (its patches.json), made to sound here as they did there.

The file is {"patches": [...]} with up to four patches of position, attack, decay, sustain, release,
each 0..1 as its dial stood, four instrument names and grid [x, y] in 0..1. Its mixer made of the
dials an attack of 4 a^2 s (of a + 0.0001), a decay of d s and a release of 10 r^3 s, but counted
them in output frames at the source's rate: with its settings of 16 and 48 kHz all ran three times
as fast. What was heard is what is kept; what is too short or too long for our dials is clamped.
Instruments are in the order of our corners. The volume was never part of a patch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from device.errors import PatchError
from device.pack.corners import CORNERS
from device.pack.errors import PackError
from device.pack.fields import Fields
from device.pack.limits import TEXT_CHARACTERS
from device.pack.strict_json import loads
from device.parameters import ATTACK, DECAY, PARAMETERS, RELEASE, VOLUME, turn_of_seconds
from device.patches.clamp import take_clamped
from device.patches.patch import Patch

MOST_BYTES = 2**20
PATCHES = 4
SPEED = 48_000 / 16_000
LEAST_ATTACK_DIAL = 0.0001

_SECONDS: dict[int, Callable[[float], float]] = {
    ATTACK: lambda dial: max(0.001, (dial + LEAST_ATTACK_DIAL) ** 2 * 4) / SPEED,
    DECAY: lambda dial: dial / SPEED,
    RELEASE: lambda dial: (0.001 + dial**3 * 10) / SPEED,
}
"""What its mixer made of a dial, as heard; position and sustain are the same there and here."""


@dataclass(frozen=True)
class Imported:
    """Patches by slot; slots that were never saved there are left out."""

    patches: dict[int, Patch]
    skipped: tuple[str, ...]  # what could not be used, and why


def import_original(
    data: bytes, path: str, *, pack_id: str = "", volume_turn: float = 1.0
) -> Imported:
    """The patches in the original's file; `path` names it in messages.

    A patch that is not whole is skipped, as the others have nothing to do with it. Raises
    PatchError if the file as a whole is not one.
    """
    patches: dict[int, Patch] = {}
    skipped: list[str] = []
    try:
        items = Fields(loads(data, MOST_BYTES, path), path).items("patches", (0, PATCHES))
    except PackError as error:
        raise PatchError(str(error)) from None
    for slot, item in enumerate(items):
        try:
            fields = Fields(item, path, f"patches[{slot}]")
            names = _names(fields)
            if any(names):
                turns = _turns(fields, volume_turn)
                patches[slot] = Patch("", pack_id, names, turns, *_grid(fields))
        except (PackError, PatchError) as error:
            skipped.append(str(error))
    return Imported(patches, tuple(skipped))


def _names(fields: Fields) -> tuple[str, ...]:
    """Four names, all empty if the slot was never saved."""
    count = len(CORNERS)
    listed = enumerate(fields.items("instruments", (count, count)))
    named = Fields({str(i): name for i, name in listed}, fields.path, fields.place("instruments"))
    return tuple(named.text(str(i), TEXT_CHARACTERS, fewest=0) for i in range(count))


def _turns(fields: Fields, volume_turn: float) -> tuple[float, ...]:
    return tuple(
        volume_turn if index == VOLUME else _turn(index, _dial(fields, parameter.name))
        for index, parameter in enumerate(PARAMETERS)
    )


def _turn(parameter: int, dial: float) -> float:
    """Our turn for its dial."""
    seconds = _SECONDS.get(parameter)
    return dial if seconds is None else turn_of_seconds(parameter, seconds(dial))


def _grid(fields: Fields) -> tuple[float, float]:
    x, y = fields.items("grid", (2, 2))
    place = Fields({"x": x, "y": y}, fields.path, fields.place("grid"))
    return _dial(place, "x"), _dial(place, "y")


def _dial(fields: Fields, key: str) -> float:
    """A number, clamped to 0..1 as the original clamped it."""
    return take_clamped(fields, key)[0]
