"""The pad as a picture that sounds: all cells as dots, nine of them to be touched."""

from __future__ import annotations

from audio_pipeline.quality.layout import Place, loop_places
from audio_pipeline.quality.report.colours import colour_at
from device.pack import Manifest, cell_position

SIZE, MARGIN = 300, 24


def sound_id(place: Place) -> str:
    """The id of a cell's short sound on the page."""
    return f"cell-{place[0]}-{place[1]}"


def pad_svg(manifest: Manifest) -> str:
    """The picture; a touch of a large dot plays the sound with its sound_id."""
    spots = set(loop_places(manifest.columns, manifest.rows))
    cells = [(column, row) for row in range(manifest.rows) for column in range(manifest.columns)]
    small = "".join(_dot(place, manifest) for place in cells if place not in spots)
    large = "".join(_spot(place, manifest) for place in sorted(spots))
    return f'<svg viewBox="0 0 {SIZE} {SIZE}" role="group" aria-label="pad">{small}{large}</svg>'


def _dot(place: Place, manifest: Manifest) -> str:
    x, y, colour = _look(place, manifest)
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6" fill="{colour}" opacity=".75"/>'


def _spot(place: Place, manifest: Manifest) -> str:
    x, y, colour = _look(place, manifest)
    return (
        f'<g class="spot" tabindex="0" role="button" data-sound="{sound_id(place)}" '
        f'aria-label="play column {place[0] + 1} row {place[1] + 1}">'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="15" fill="{colour}"/>'
        f'<path d="M{x - 3.5:.1f} {y - 5.5:.1f}l9 5.5l-9 5.5z" fill="#fff"/></g>'
    )


def _look(place: Place, manifest: Manifest) -> tuple[float, float, str]:
    x, y = cell_position(*place, manifest.columns, manifest.rows)
    inside = SIZE - 2 * MARGIN
    return MARGIN + x * inside, MARGIN + y * inside, colour_at(x, y)
