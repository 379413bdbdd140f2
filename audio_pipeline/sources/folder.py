"""Finds the source notes in a folder and says all that is wrong with its file names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audio_pipeline.errors import Problem, SourceError, SourceFolderError
from audio_pipeline.pitches import write_pitches
from audio_pipeline.sources.names import BadNameError, file_stem, parse_stem

SUFFIXES = (".wav", ".flac", ".aif", ".aiff")
FILL_SEMITONES = 4
"""How far a missing note may be from the note that it is made from."""


@dataclass(frozen=True)
class SourceFile:
    """One source note before it is read. `shift_semitones` != 0: it stands in for a neighbour."""

    sound: str
    pitch: int
    path: Path
    shift_semitones: int = 0


Notes = Mapping[str, Mapping[int, SourceFile]]
"""sound -> pitch -> file"""


def find_notes(folder: Path) -> tuple[dict[str, dict[int, SourceFile]], list[str]]:
    """All source notes of a folder, sounds and pitches in order, and warnings.

    Files with other suffixes and hidden files are left alone. Raises SourceFolderError when there
    is nothing, SourceError with all file names that are wrong.
    """
    if not folder.is_dir():
        raise SourceFolderError(f"{folder}: there is no such folder of source notes")
    try:
        paths = sorted(path for path in folder.iterdir() if _is_audio(path))
    except OSError as error:
        raise SourceFolderError(f"{folder}: {error.strerror}") from error
    if not paths:
        raise SourceFolderError(
            f"{folder}: no source notes here; they are files such as flute_60.wav "
            f"(name, MIDI pitch; {', '.join(SUFFIXES)})"
        )
    notes = _sorted_by_sound(paths)
    return notes, _twin_warnings(notes)


def _is_audio(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and path.is_file()


def _sorted_by_sound(paths: Iterable[Path]) -> dict[str, dict[int, SourceFile]]:
    found: dict[tuple[str, int], list[Path]] = defaultdict(list)
    problems = []
    for path in paths:
        try:
            found[parse_stem(path.stem)].append(path)
        except BadNameError as error:
            problems.append(Problem(path.name, str(error)))
    for (sound, pitch), twins in found.items():
        if len(twins) > 1:
            others = ", ".join(twin.name for twin in twins[1:])
            problems.append(
                Problem(twins[0].name, f"the same sound {sound!r} and pitch {pitch} as {others}")
            )
    if problems:
        raise SourceError(problems)
    notes: dict[str, dict[int, SourceFile]] = {}
    for sound, pitch in sorted(found):
        notes.setdefault(sound, {})[pitch] = SourceFile(sound, pitch, found[sound, pitch][0])
    return notes


def _twin_warnings(sounds: Iterable[str]) -> list[str]:
    folded: dict[str, list[str]] = defaultdict(list)
    for sound in sounds:
        folded[sound.casefold()].append(sound)
    return [
        f"the sounds {' and '.join(map(repr, twins))} differ only in upper and lower case"
        for twins in folded.values()
        if len(twins) > 1
    ]


def choose_notes(
    notes: Notes, sounds: Sequence[str], pitches: Sequence[int], fill: bool
) -> dict[str, dict[int, SourceFile]]:
    """The notes of `sounds` at `pitches` (empty: all pitches that any of them has).

    With `fill`, a missing note is made from the nearest one up to FILL_SEMITONES away. Raises
    SourceError naming each sound, its missing pitches and what would fill them.
    """
    wanted = pitches or sorted({pitch for sound in sounds for pitch in notes[sound]})
    chosen: dict[str, dict[int, SourceFile]] = {}
    problems = []
    for sound in sounds:
        chosen[sound] = {}
        missing = []
        for pitch in wanted:
            file = notes[sound].get(pitch) or (_stand_in(notes[sound], pitch) if fill else None)
            if file is None:
                missing.append(pitch)
            else:
                chosen[sound][pitch] = file
        if missing:
            problems.append(Problem(sound, _missing_words(sound, notes[sound], missing, fill)))
    if problems:
        raise SourceError(problems, "some sounds lack notes" + _common_hint(notes, sounds, wanted))
    return chosen


def _stand_in(files: Mapping[int, SourceFile], pitch: int) -> SourceFile | None:
    nearest = min(files, key=lambda other: (abs(other - pitch), other))
    if abs(nearest - pitch) > FILL_SEMITONES:
        return None
    file = files[nearest]
    return SourceFile(file.sound, pitch, file.path, pitch - nearest)


def _missing_words(
    sound: str, files: Mapping[int, SourceFile], missing: Sequence[int], fill: bool
) -> str:
    example = next(iter(files.values())).path.suffix
    names = [f"{file_stem(sound, pitch)}{example}" for pitch in missing[:4]]
    more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
    words = f"missing pitches {write_pitches(missing)}; add {', '.join(names)}{more}"
    stand_ins = [(pitch, _stand_in(files, pitch)) for pitch in missing]
    near = [f"{p} from {s.path.name}" for p, s in stand_ins if s is not None]
    if fill:
        return f"{words} (no note within {FILL_SEMITONES} semitones to make them from)"
    if near:
        rest = f", and {len(near) - 2} more" if len(near) > 2 else ""
        return f"{words}; --fill-pitches would make {', '.join(near[:2])}{rest}"
    return words


def _common_hint(notes: Notes, sounds: Sequence[str], wanted: Sequence[int]) -> str:
    common = [pitch for pitch in wanted if all(pitch in notes[sound] for sound in sounds)]
    return f" (all have --pitches {write_pitches(common)})" if common else ""
