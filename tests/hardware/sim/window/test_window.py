"""The window with SDL's dummy video driver: real events in, chips and pixels out."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
pygame = pytest.importorskip("pygame")

from hardware.instrument_board import build  # noqa: E402
from hardware.interfaces import FRAME_BYTES  # noqa: E402
from hardware.sim.window import Window, check_screen, layout  # noqa: E402
from hardware.sim.window.layout import Disc  # noqa: E402
from hardware.sim.window.picture import DARK, LIT  # noqa: E402

Stage = Any  # tests/hardware/sim/window/conftest.py
FULL = b"\xff" * FRAME_BYTES


class Show:
    """A window, events for it, and what it shows."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.ends, self.now_s = stage, 0, 5.0
        self.window = Window(stage.instrument, self._end)
        display = build(stage.instrument.config, stage.instrument).display
        assert display is not None
        self.display = display
        self.step()

    def step(self, seconds: float = 1 / 30) -> float:
        """Let time pass; returns how long the window wants to rest."""
        self.now_s += seconds
        return self.window.step(self.now_s) - self.now_s

    def post(self, kind: int, **details: object) -> None:
        pygame.event.post(pygame.event.Event(kind, **details))
        self.step()

    def press(self, x: float, y: float) -> None:
        self.post(pygame.MOUSEBUTTONDOWN, button=1, pos=(round(x), round(y)))

    def wheel(self, disc: Disc, notches: int) -> None:
        self.post(pygame.MOUSEMOTION, pos=(disc.x, disc.y), rel=(0, 0), buttons=(0, 0, 0))
        self.post(pygame.MOUSEWHEEL, x=0, y=notches)

    def key(self, key: int, kind: int = pygame.KEYDOWN) -> None:
        self.post(kind, key=key)

    def pixel(self, x: int, y: int) -> tuple[int, int, int]:
        red, green, blue, _ = pygame.display.get_surface().get_at((x, y))
        return red, green, blue

    def dot(self, x: int, y: int) -> tuple[int, int, int]:
        return self.pixel(layout.OLED.left + x * layout.DOT, layout.OLED.top + y * layout.DOT)

    def _end(self) -> None:
        self.ends += 1


@pytest.fixture
def show(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Show]:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    check_screen()
    made = Show(stage)
    yield made
    made.window.close()


def test_the_mouse_drags_the_finger(show: Show) -> None:
    pad, step = layout.PAD, layout.PAD_STEP
    show.press(pad.left + 3.5 * step, pad.top + 7.5 * step)
    assert show.stage.place == (3, 7)
    show.post(
        pygame.MOUSEMOTION,
        pos=(round(pad.left + 4.5 * step), round(pad.top + 6.5 * step)), rel=(0, 0),
        buttons=(1, 0, 0),
    )  # fmt: skip
    assert show.stage.place == (4, 6)
    show.post(pygame.MOUSEBUTTONUP, button=3, pos=(0, 0))
    assert show.stage.place == (4, 6)
    show.post(pygame.MOUSEBUTTONUP, button=1, pos=(0, 0))
    assert show.stage.place is None


def test_the_wheel_turns_what_the_mouse_is_over(show: Show) -> None:
    show.wheel(layout.ENCODERS[1], -2)
    assert show.stage.panel.encoders == (0, 254, 0, 0)


def test_keys_play_into_the_din_socket(show: Show) -> None:
    show.key(pygame.K_a)
    assert show.stage.heard() == [bytes((0x90, 0x3C, 100))]
    show.key(pygame.K_a, pygame.KEYUP)
    assert show.stage.heard() == [bytes((0x80, 0x3C, 0))]
    show.key(pygame.K_4)
    show.key(pygame.K_LEFT)
    assert (show.stage.pressed, show.stage.place) == ([3], (4, 5))


def test_losing_the_focus_lets_go_of_everything(show: Show) -> None:
    show.key(pygame.K_a)
    show.key(pygame.K_1)
    show.key(pygame.K_UP)
    show.press(*layout.KEYS[4].centre)
    show.stage.heard()
    show.post(pygame.WINDOWFOCUSLOST)
    assert (show.stage.pressed, show.stage.place) == ([], None)
    assert sorted(show.stage.heard()) == [bytes((0x80, 60, 0)), bytes((0x80, 64, 0))]
    show.key(pygame.K_a)  # its key-up was heard by another window
    assert len(show.stage.heard()) == 1


@pytest.mark.parametrize("details", [(pygame.QUIT, {}), (pygame.KEYDOWN, {"key": pygame.K_ESCAPE})])
def test_it_tells_that_it_was_closed(show: Show, details: tuple[int, dict[str, int]]) -> None:
    assert show.ends == 0
    show.post(details[0], **details[1])
    assert show.ends == 1


def test_every_dot_of_the_display_is_shown(show: Show) -> None:
    one_dot = bytearray(FRAME_BYTES)
    one_dot[16 * 40 + 3] = 0x20  # row 40, column 3 * 8 + 2
    show.display.show(bytes(one_dot))
    show.display.set_contrast(255)
    show.display.show(bytes(one_dot))
    show.step()
    lit = [(x, y) for x in range(128) for y in range(64) if show.dot(x, y) == LIT]
    assert lit == [(26, 40)]
    assert show.dot(25, 40) == DARK


def test_contrast_is_brightness(show: Show) -> None:
    seen = []
    for contrast in (0, 100, 255):
        show.display.set_contrast(contrast)
        show.display.show(FULL)
        show.step()
        seen.append(show.dot(5, 5)[0])
    assert seen == sorted(set(seen))
    assert seen[-1] == LIT[0]


def test_what_hands_do_is_seen(show: Show) -> None:
    def place() -> tuple[tuple[int, int, int], ...]:
        pad, button, key = layout.PAD, layout.BUTTONS[0], layout.KEYS[0]
        knob, encoder = layout.POTS[5], layout.ENCODERS[0]
        return (
            show.pixel(pad.left + 4 * layout.PAD_STEP + 14, pad.top + 5 * layout.PAD_STEP + 14),
            show.pixel(button.left + 10, button.top + 10),
            show.pixel(key.left + 10, key.top + 80),
            show.pixel(knob.x + 15, knob.y + 8),
            show.pixel(encoder.x, encoder.y - encoder.radius + 9),
        )

    before = place()
    show.key(pygame.K_LEFT)
    show.key(pygame.K_1)
    show.key(pygame.K_a)
    show.wheel(layout.POTS[5], -45)
    show.wheel(layout.ENCODERS[0], 6)
    assert all(now != then for now, then in zip(place(), before, strict=True))
    show.post(pygame.WINDOWFOCUSLOST)
    show.wheel(layout.POTS[5], 45)
    show.wheel(layout.ENCODERS[0], -6)
    assert place() == before


def test_it_draws_only_what_has_changed(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    flips: list[None] = []
    monkeypatch.setattr(pygame.display, "flip", lambda: flips.append(None))
    assert show.step() == pytest.approx(1 / 60)
    assert flips == []
    show.post(pygame.WINDOWEXPOSED)
    assert len(flips) == 1
    show.stage.instrument.unplug("oled")
    show.key(pygame.K_x)
    assert len(flips) == 2


def test_the_display_is_looked_at_thirty_times_a_second(
    show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, picture = [], show.stage.instrument.picture

    def look() -> bytes:
        looks.append(show.now_s)
        frame: bytes = picture()
        return frame

    monkeypatch.setattr(show.stage.instrument, "picture", look)
    for _ in range(120):
        show.step(1 / 120)
    assert 29 <= len(looks) <= 31


def test_it_can_be_closed_and_opened_again(show: Show) -> None:
    show.key(pygame.K_a)
    show.window.close()
    assert show.stage.heard()[-1] == bytes((0x80, 60, 0))
    assert not pygame.display.get_init()
    show.step()
    assert pygame.display.get_surface().get_size() == (layout.WIDTH, layout.HEIGHT)


def test_the_offscreen_driver_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "offscreen")
    check_screen()
