"""Which engine voice sounds which note: allocation, pedals and stealing; no sound, no clock.

A voice is free, held (key down), sustained (key up, but a pedal holds it) or released (dying away
until the engine reports its end). A new note takes a free voice, or else the one released
earliest, or else the one started earliest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from device.events import Origin


@dataclass(frozen=True)
class Key:
    """One key of one keyboard."""

    origin: Origin
    note: int


class Phase(Enum):
    """Where a sounding voice is in its life."""

    HELD = "held"
    SUSTAINED = "sustained"
    RELEASED = "released"


@dataclass
class _Voice:
    key: Key
    since: int  # order of the last start or release
    phase: Phase = Phase.HELD
    sostenuto: bool = False


class VoiceAllocator:
    """Numbers 0..max_voices-1 shared out among notes."""

    def __init__(self, max_voices: int) -> None:
        self._free = list(range(max_voices))  # the longest free first
        self._voices: dict[int, _Voice] = {}
        self._sustained: set[Origin] = set()
        self._order = 0
        self.stolen = 0  # notes cut short for want of voices

    def start(self, key: Key) -> int:
        """The voice for a new note; a key that still sounds takes its own voice again."""
        number = self._find(key)
        if number is None:
            number = self._free.pop(0) if self._free else self._steal()
        self._voices[number] = _Voice(key, self._next())
        return number

    def stop(self, key: Key) -> list[int]:
        """The key came up: voices to release now (none while a pedal holds it)."""
        number = self._find(key, Phase.HELD)
        if number is None:
            return []
        voice = self._voices[number]
        if voice.sostenuto or key.origin in self._sustained:
            voice.phase = Phase.SUSTAINED
            return []
        return [self._release(number)]

    def stop_all(self, chosen: Callable[[Key], bool]) -> list[int]:
        """Every chosen key came up: voices to release now; pedals go on holding theirs."""
        held = [v.key for _, v in self._sounding(chosen) if v.phase is Phase.HELD]
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
        for voice in self._voices.values():
            if voice.key.origin == origin:
                voice.sostenuto = down and (voice.sostenuto or voice.phase is Phase.HELD)
        return [] if down else self._release_sustained(origin)

    def release(self, chosen: Callable[[Key], bool]) -> list[int]:
        """Let go of every chosen key whatever the pedals say: voices to release now."""
        return [
            self._release(number)
            for number, voice in self._sounding(chosen)
            if voice.phase is not Phase.RELEASED
        ]

    def lift_pedals(self, chosen: Callable[[Origin], bool]) -> None:
        """Forget the pedals of the chosen origins without releasing anything."""
        self._sustained = {origin for origin in self._sustained if not chosen(origin)}

    def drop(self, chosen: Callable[[Key], bool]) -> list[int]:
        """Every voice of the chosen keys, now free: the caller silences them at once."""
        numbers = [number for number, _ in self._sounding(chosen)]
        for number in numbers:
            self.ended(number)
        return numbers

    def ended(self, number: int) -> None:
        """The engine has finished with a voice."""
        if self._voices.pop(number, None) is not None:
            self._free.append(number)

    def key(self, number: int) -> Key | None:
        """What a voice sounds, None if it is free."""
        voice = self._voices.get(number)
        return voice.key if voice else None

    def _sounding(self, chosen: Callable[[Key], bool]) -> Iterator[tuple[int, _Voice]]:
        return iter([(n, v) for n, v in self._voices.items() if chosen(v.key)])

    def _find(self, key: Key, *phases: Phase) -> int | None:
        wanted = phases or (Phase.HELD, Phase.SUSTAINED)
        for number, voice in self._voices.items():
            if voice.key == key and voice.phase in wanted:
                return number
        return None

    def _release_sustained(self, origin: Origin) -> list[int]:
        return [
            self._release(number)
            for number, voice in self._sounding(lambda key: key.origin == origin)
            if voice.phase is Phase.SUSTAINED
            and not voice.sostenuto
            and origin not in self._sustained
        ]

    def _release(self, number: int) -> int:
        voice = self._voices[number]
        voice.phase, voice.sostenuto, voice.since = Phase.RELEASED, False, self._next()
        return number

    def _steal(self) -> int:
        self.stolen += 1

        def claim(number: int) -> tuple[bool, int]:
            voice = self._voices[number]
            return voice.phase is not Phase.RELEASED, voice.since

        return min(self._voices, key=claim)

    def _next(self) -> int:
        self._order += 1
        return self._order
