"""Whatever the view: every screen is drawn, inside the display, with the footer untouched."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from device.screens import legends, manager
from device.screens.canvas import FOOTER_TOP, HEIGHT_DOTS, WIDTH, Canvas
from device.screens.letters import width
from device.view import Screen, View
from hardware.interfaces import DISPLAY_HEIGHT, DISPLAY_WIDTH, FRAME_BYTES

SYSTEM_PAGES = tuple(legends.LEGENDS)


class Watched(Canvas):
    """A canvas that insists that every dot of every text is on the display."""

    def _stamp(self, left: int, top: int, picture: Image.Image, is_lit: bool) -> None:
        ink = picture.getbbox()
        if ink is not None:
            assert left + ink[0] >= 0
            assert left + ink[2] <= WIDTH
            assert top + ink[1] >= 0
            assert top + ink[3] <= HEIGHT_DOTS
        super()._stamp(left, top, picture, is_lit)


def footer_rows(canvas: Canvas, left: int) -> bytes:
    return canvas.image.crop((left, FOOTER_TOP - 1, WIDTH, HEIGHT_DOTS)).tobytes()


def test_any_view_is_drawn_within_the_display(views: ModuleType) -> None:
    @settings(max_examples=300, suppress_health_check=list(HealthCheck))
    @given(views.ANY_VIEW)
    def check(view: View) -> None:
        canvas = Watched()
        manager.DRAWINGS[view.screen](view, canvas)
        frame = manager.render(view)
        assert len(frame) == FRAME_BYTES
        assert frame == canvas.image.tobytes()
        if view.screen in legends.LEGENDS:
            alone = Canvas()
            alone.footer(view.buttons)
            left = WIDTH // 2 if view.screen is Screen.WEB else 0  # its code needs the height
            assert footer_rows(canvas, left) == footer_rows(alone, left)

    check()


def test_a_drawing_depends_on_nothing_but_the_view(views: ModuleType) -> None:
    @settings(max_examples=50, suppress_health_check=list(HealthCheck))
    @given(views.ANY_VIEW, st.booleans())
    def check(view: View, is_blank: bool) -> None:
        assert manager.render(view, is_blank) == manager.render(view, is_blank)

    check()


def test_every_screen_has_a_drawing() -> None:
    assert set(manager.DRAWINGS) == set(Screen)


def test_the_canvas_is_as_big_as_the_display() -> None:
    assert (WIDTH, HEIGHT_DOTS) == (DISPLAY_WIDTH, DISPLAY_HEIGHT)


@pytest.mark.parametrize("screen", SYSTEM_PAGES)
def test_legends_fit_their_tabs(screen: Screen) -> None:
    tab = WIDTH // len(legends.LEGENDS[screen]) - 1
    assert all(width(word) <= tab for word in legends.LEGENDS[screen])


def test_system_pages_are_those_from_the_monitor_on() -> None:
    screens = list(Screen)
    assert screens[screens.index(Screen.MONITOR) :] == list(SYSTEM_PAGES)


def test_every_system_page_leads_back_and_on() -> None:
    for screen in SYSTEM_PAGES:
        assert legends.meaning(screen, 0) == legends.BACK
        assert legends.meaning(screen, 3) == legends.NEXT
    assert legends.meaning(Screen.STATUS, 1) == legends.PANIC
    assert legends.meaning(Screen.HOME, 0) == legends.NOTHING
