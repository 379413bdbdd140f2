"""Which engine voices sound which note: allocation, pedals and stealing; no sound, no clock.

A note has one voice, or two when it lies between two stored pitches that are crossfaded. It is held
(key down), sustained (key up, but a pedal holds it) or released (dying away until the engine
reports its end). A new note takes free voices, and if they are too few those of whole notes: of the
one released earliest, or else of the one started earliest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from device.events import Origin


@dataclass(frozen=True)
class Key:
    """One key of one keyboard."""

    origin: Origin
    note: int


class Phase(Enum):
    """Where a sounding note is in its life."""

    HELD = "held"
    SUSTAINED = "sustained"
    RELEASED = "released"


@dataclass(frozen=True)
class Allotment:
    """What a new note gets."""

    voices: tuple[int, ...]
    surplus: tuple[int, ...] = ()  # of a stolen note, free now: the caller silences them


@dataclass(eq=False)
class _Note:
    key: Key
    voices: list[int]
    since: int  # order of the last start or release
    phase: Phase = Phase.HELD
    sostenuto: bool = False


class VoiceAllocator:
    """Numbers 0..max_voices-1 shared out among notes."""

    def __init__(self, max_voices: int) -> None:
        self._free = list(range(max_voices))  # the longest free first
        self._notes: list[_Note] = []
        self._sustained: set[Origin] = set()
        self._order = 0
        self.stolen = 0  # notes cut short for want of voices

    def start(self, key: Key, count: int = 1) -> Allotment:
        """`count` voices (at most max_voices) for a new note.

        A key that still sounds takes its own voices again, as the sound in them is its own.
        """
        spare: list[int] = []
        again = self._find(key, Phase.HELD, Phase.SUSTAINED)
        if again is not None:
            spare += self._forget(again)
        while len(spare) + len(self._free) < count:
            self.stolen += 1
            spare += self._forget(min(self._notes, key=_claim))
        voices, surplus = spare[:count], spare[count:]
        while len(voices) < count:
            voices.append(self._free.pop(0))
        self._free += surplus
        self._notes.append(_Note(key, list(voices), self._next()))
        return Allotment(tuple(voices), tuple(surplus))

    def stop(self, key: Key) -> list[int]:
        """The key came up: voices to release now (none while a pedal holds it)."""
        note = self._find(key, Phase.HELD)
        if note is None:
            return []
        if note.sostenuto or key.origin in self._sustained:
            note.phase = Phase.SUSTAINED
            return []
        return self._release(note)

    def stop_all(self, chosen: Callable[[Key], bool]) -> list[int]:
        """Every chosen key came up: voices to release now; pedals go on holding theirs."""
        held = [note.key for note in self._chosen(chosen) if note.phase is Phase.HELD]
        return [number for key in held for number in self.stop(key)]

    def sustain(self, origin: Origin, down: bool) -> list[int]:
        """The sustain pedal moved: voices to release now."""
        if down:
            self._sustained.add(origin)
            return []
        self._sustained.discard(origin)
        return self._release_sustained(origin)

    def sostenuto(self, origin: Origin, down: bool) -> list[int]:
        """The pedal that keeps only the keys down at its press moved: voices to release now."""
        for note in self._notes:
            if note.key.origin == origin:
                note.sostenuto = down and (note.sostenuto or note.phase is Phase.HELD)
        return [] if down else self._release_sustained(origin)

    def release(self, chosen: Callable[[Key], bool]) -> list[int]:
        """Let go of every chosen key whatever the pedals say: voices to release now."""
        sounding = [note for note in self._chosen(chosen) if note.phase is not Phase.RELEASED]
        return [number for note in sounding for number in self._release(note)]

    def lift_pedals(self, chosen: Callable[[Origin], bool]) -> None:
        """Forget the pedals of the chosen origins without releasing anything."""
        self._sustained = {origin for origin in self._sustained if not chosen(origin)}

    def drop(self, chosen: Callable[[Key], bool]) -> list[int]:
        """Every voice of the chosen keys, now free: the caller silences them at once."""
        numbers = [number for note in self._chosen(chosen) for number in self._forget(note)]
        self._free += numbers
        return numbers

    def ended(self, number: int) -> None:
        """The engine has finished with a voice; a note ends with its last one."""
        note = self._note_of(number)
        if note is None:
            return
        note.voices.remove(number)
        self._free.append(number)
        if not note.voices:
            self._notes.remove(note)

    def key(self, number: int) -> Key | None:
        """What a voice sounds, None if it is free."""
        note = self._note_of(number)
        return note.key if note else None

    def _note_of(self, number: int) -> _Note | None:
        return next((note for note in self._notes if number in note.voices), None)

    def _chosen(self, chosen: Callable[[Key], bool]) -> list[_Note]:
        return [note for note in self._notes if chosen(note.key)]

    def _find(self, key: Key, *phases: Phase) -> _Note | None:
        found = (note for note in self._notes if note.key == key and note.phase in phases)
        return next(found, None)

    def _forget(self, note: _Note) -> list[int]:
        """Its voices, no longer any note's."""
        self._notes.remove(note)
        return note.voices

    def _release_sustained(self, origin: Origin) -> list[int]:
        if origin in self._sustained:
            return []
        waiting = [
            note
            for note in self._chosen(lambda key: key.origin == origin)
            if note.phase is Phase.SUSTAINED and not note.sostenuto
        ]
        return [number for note in waiting for number in self._release(note)]

    def _release(self, note: _Note) -> list[int]:
        note.phase, note.sostenuto, note.since = Phase.RELEASED, False, self._next()
        return list(note.voices)

    def _next(self) -> int:
        self._order += 1
        return self._order


def _claim(note: _Note) -> tuple[bool, int]:
    """The smallest is stolen first."""
    return note.phase is not Phase.RELEASED, note.since
