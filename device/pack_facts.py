"""What the instrument must know of a pack to choose from it: names and combinations, no sound."""

from __future__ import annotations

from dataclasses import dataclass

from device.pack.model import Instrument, Manifest

Choice = tuple[int, int, int, int]
"""Which instrument plays at each corner, in order of CORNERS."""


@dataclass(frozen=True)
class PackFacts:
    """Names and combinations of one pack."""

    pack_id: str
    name: str
    corners: tuple[tuple[Instrument, ...], ...]  # four, in order of CORNERS
    choices: tuple[Choice, ...]  # of each combination, by its index

    def names(self, choice: Choice) -> tuple[str, ...]:
        """The four instruments' names."""
        return tuple(corner[index].name for corner, index in zip(self.corners, choice, strict=True))


def facts_of(manifest: Manifest) -> PackFacts:
    """The facts of a manifest."""
    choices = tuple(combination.instruments for combination in manifest.combinations)
    return PackFacts(manifest.pack_id, manifest.name, manifest.corners, choices)


def turned(facts: PackFacts, choice: Choice, corner: int, steps: int) -> Choice:
    """The choice after turning a corner's encoder: round and round through what the pack has.

    A pack need not have every combination: of those with the new instrument, the one that changes
    the other corners least; an instrument that is in none is passed over.
    """
    count = len(facts.corners[corner])
    wanted = choice[corner]
    for _ in range(abs(steps)):
        wanted = _next_playable(facts, corner, wanted, 1 if steps > 0 else -1, count)
    return with_instrument(facts, choice, corner, wanted) or choice


def _next_playable(facts: PackFacts, corner: int, index: int, way: int, count: int) -> int:
    playable = {choice[corner] for choice in facts.choices}
    for distance in range(1, count + 1):
        candidate = (index + way * distance) % count
        if candidate in playable:
            return candidate
    return index


def with_instrument(facts: PackFacts, choice: Choice, corner: int, index: int) -> Choice | None:
    """The nearest choice that plays this instrument at this corner, None if there is none."""
    fitting = [other for other in facts.choices if other[corner] == index]
    return min(fitting, key=lambda other: _differences(other, choice), default=None)


def _differences(first: Choice, second: Choice) -> int:
    return sum(a != b for a, b in zip(first, second, strict=True))


def choice_of_names(facts: PackFacts, names: tuple[str, ...]) -> Choice | str:
    """The choice of four instruments by name; the first name that will not do if there is none."""
    indices = []
    for corner, name in zip(facts.corners, names, strict=True):
        found = [index for index, one in enumerate(corner) if one.name == name]
        if not found:
            return name
        indices.append(found[0])
    wanted = (indices[0], indices[1], indices[2], indices[3])
    return wanted if wanted in facts.choices else names[0]
