"""The pad, the ways from corner to corner and the held notes, to see and to hear."""

from __future__ import annotations

from audio_pipeline.quality.bands import Float32
from audio_pipeline.quality.layout import PadPath, Place, corner_place, loop_places, pad_paths
from audio_pipeline.quality.pad_notes import PadNote, PadNotes
from audio_pipeline.quality.playback import play_on
from audio_pipeline.quality.report import plots
from audio_pipeline.quality.report.colours import CORNER_COLOURS, colour_at
from audio_pipeline.quality.report.html import player, text, wide_picture
from audio_pipeline.quality.report.media import picture, sound
from audio_pipeline.quality.report.pad_picture import pad_svg, sound_id
from audio_pipeline.quality.survey import path_of
from device.pack import CORNERS, Corner, cell_position

SHORT_S = 2.0
HELD_S = 8.0


def pad(notes: PadNotes) -> str:
    """The pad with its sounds."""
    corners = "".join(_corner(notes, corner) for corner in CORNERS)
    places = loop_places(notes.manifest.columns, notes.manifest.rows)
    players = "".join(_short_player(notes, place) for place in places)
    return (
        f"<h2>The pad</h2><p class='soft'>Pitch {notes.pitch}. Touch a large dot to hear it.</p>"
        f'<div class="card"><div class="pad">{corners}{pad_svg(notes.manifest)}</div></div>'
        f'<details class="card"><summary>The same sounds one by one</summary>'
        f'<div class="players">{players}</div></details>'
    )


def paths(notes: PadNotes) -> str:
    """Every way from corner to corner."""
    ways = pad_paths(notes.manifest.columns, notes.manifest.rows)
    cards = "".join(_path(notes, way) for way in ways if len(way.places) > 2)
    return (
        "<h2>From corner to corner</h2><p class='soft'>Each strip shows the cells of one way side "
        "by side: four seconds of each, low frequencies at the bottom (Hz).</p>" + cards
    )


def loops(notes: PadNotes) -> str:
    """Held notes of the corners and the centre."""
    manifest = notes.manifest
    places = [corner_place(corner, manifest.columns, manifest.rows) for corner in CORNERS]
    places.append((manifest.columns // 2, manifest.rows // 2))
    cards = "".join(_held(notes, place) for place in dict.fromkeys(places))
    return (
        f"<h2>Held notes</h2><p class='soft'>Eight seconds of a held key, pitch {notes.pitch}.</p>"
        + cards
    )


def _corner(notes: PadNotes, corner: Corner) -> str:
    instrument = notes.instrument(corner)
    return (
        f'<div class="corner {corner.value}" style="color:{CORNER_COLOURS[corner]}">'
        f"{text(instrument.name)}<small>{text(instrument.display)}, "
        f"{text(instrument.abbreviation)}</small></div>"
    )


def _place_name(notes: PadNotes, place: Place) -> str:
    for corner in CORNERS:
        if place == corner_place(corner, notes.manifest.columns, notes.manifest.rows):
            return notes.instrument(corner).name
    for way in pad_paths(notes.manifest.columns, notes.manifest.rows)[:4]:
        if place in way.places:
            return f"{notes.instrument(way.first).name} to {notes.instrument(way.last).name}"
    return "centre"


def _colour(notes: PadNotes, place: Place) -> str:
    return colour_at(*cell_position(*place, notes.manifest.columns, notes.manifest.rows))


def _short_player(notes: PadNotes, place: Place) -> str:
    note = notes.at(place)
    uri = sound(note.played[: round(SHORT_S * note.rate_hz)].copy(), note.rate_hz)
    return player(uri, _place_name(notes, place), _colour(notes, place), sound_id(place))


def _path(notes: PadNotes, way: PadPath) -> str:
    first, last = (notes.instrument(corner).name for corner in (way.first, way.last))
    cells = [notes.at(place) for place in way.places]
    measured = path_of(notes, way)
    expected = measured.weights @ [corner.loudness_lufs for corner in measured.corners]
    colours = (CORNER_COLOURS[way.first], CORNER_COLOURS[way.last])
    drawn = plots.curves(measured.cells, expected, cells[0].rate_hz, *colours)
    title = f"{first} to {last}"
    return (
        f'<div class="card"><h3>{text(title)} <small>{text(way.name)}</small></h3>'
        f"{wide_picture(picture(plots.strip(cells)), title + ': spectrograms')}"
        f"{wide_picture(picture(drawn), title + ': loudness, brightness, distance')}</div>"
    )


def _held(notes: PadNotes, place: Place) -> str:
    note, colour = notes.at(place), _colour(notes, place)
    held = held_note(notes, place)
    name = _place_name(notes, place)
    uri = sound(held.copy(), note.rate_hz)
    kind = "a one-shot: it ends by itself" if note.loop is None else _loop_words(note)
    drawn = picture(plots.seam(note, held, colour))
    return (
        f'<div class="card">{player(uri, f"{name}, {kind}", colour, f"held-{place[0]}-{place[1]}")}'
        f"{wide_picture(drawn, f'{name}: the seam and the level of a held note')}</div>"
    )


def held_note(notes: PadNotes, place: Place) -> Float32:
    """Eight seconds of a held note, float32 [frames]."""
    note = notes.at(place)
    return play_on(note.stored, note.info, note.loop, note.rate_hz, round(HELD_S * note.rate_hz))


def _loop_words(note: PadNote) -> str:
    if note.loop is None:
        return ""
    seconds = note.loop.length_frames / note.rate_hz
    start = note.loop.start_frame / note.rate_hz
    decay = note.info.decay_db_per_s
    falling = f", falling {-decay:.1f} dB/s" if decay < -0.05 else ""
    return f"loop of {seconds:.2f} s from {start:.2f} s on{falling}"
