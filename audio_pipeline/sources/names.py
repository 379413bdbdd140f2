"""File names of source notes, `<sound>_<MIDI pitch>.wav`, and how small screens write a sound."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from audio_pipeline.config import InstrumentSettings
from audio_pipeline.pitches import HIGHEST, LOWEST
from audio_pipeline.settings_reader import sound_key
from device.pack.limits import DISPLAY_CHARACTERS
from device.pack.model import Instrument

_PITCH = re.compile(r"-?[0-9]{1,6}")


class BadNameError(ValueError):
    """A file name that does not say which sound and which pitch it is."""


def parse_stem(stem: str) -> tuple[str, int]:
    """(sound, pitch) of a file name without its suffix; BadNameError says what is wrong.

    The last underscore divides, so sounds may have underscores, spaces and any script in them.
    """
    sound, underscore, digits = sound_key(stem).rpartition("_")
    if not underscore or not _PITCH.fullmatch(digits):
        raise BadNameError("the name must end in _ and the MIDI pitch, such as flute_60.wav")
    if not sound.strip():
        raise BadNameError("there is no name of the sound before the pitch")
    pitch = int(digits)
    if not LOWEST <= pitch <= HIGHEST:
        raise BadNameError(f"pitch {pitch} is not a MIDI note number {LOWEST}..{HIGHEST}")
    return sound, pitch


def file_stem(sound: str, pitch: int) -> str:
    """The file name without suffix that parse_stem reads back."""
    return f"{sound}_{pitch}"


def shown_instruments(
    sounds: Sequence[str], chosen: Mapping[str, InstrumentSettings]
) -> dict[str, Instrument]:
    """How each sound is written: as chosen, else a display name and initials made from its name.

    Made-up texts are ASCII (the fonts of the screens) and differ within the pack.
    """
    displays = {s.display for s in chosen.values() if s.display}
    abbreviations = {s.abbreviation for s in chosen.values() if s.abbreviation}
    shown = {}
    for sound in sounds:
        own = chosen.get(sound, InstrumentSettings())
        display = own.display or _first_free(_displays(sound), displays)
        abbreviation = own.abbreviation or _first_free(_abbreviations(sound), abbreviations)
        displays.add(display)
        abbreviations.add(abbreviation)
        shown[sound] = Instrument(sound, display, abbreviation)
    return shown


def _first_free(candidates: Iterable[str], taken: set[str]) -> str:
    return next(text for text in candidates if text not in taken)


def _words(sound: str) -> list[str]:
    """Upper-case ASCII words: marks taken off letters, all that is not a letter or digit divides.

    CamelCase divides too; a sound in another script gives the word SOUND.
    """
    plain = unicodedata.normalize("NFKD", sound).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", plain)
    return re.findall(r"[A-Z0-9]+", plain.upper()) or ["SOUND"]


def _displays(sound: str) -> Iterator[str]:
    words = _words(sound)
    whole = " ".join(words)
    text = whole if len(whole) <= DISPLAY_CHARACTERS else "".join(words)
    yield text[:DISPLAY_CHARACTERS].strip()
    for number in range(2, 10_000):
        yield text[: DISPLAY_CHARACTERS - len(str(number))].strip() + str(number)


def _abbreviations(sound: str) -> Iterator[str]:
    words = _words(sound)
    letters = "".join(words)
    if len(words) > 1:
        yield words[0][0] + words[1][0]
    for second in letters[1:] + string.digits[1:] + string.ascii_uppercase:
        yield letters[0] + second
    for first in string.ascii_uppercase + string.digits:
        for second in string.ascii_uppercase + string.digits:
            yield first + second
