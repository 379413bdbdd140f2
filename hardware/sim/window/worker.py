"""The window itself: a worker that hears its events and draws what has changed."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import pygame

from hardware.sim.instrument import SimInstrument
from hardware.sim.window import layout, sprites
from hardware.sim.window.drawing import draw_front
from hardware.sim.window.hands import Hands, Pose
from hardware.sim.window.keys import Keys
from hardware.sim.window.mouse import Mouse
from hardware.sim.window.picture import draw_picture

PERIOD_S = 1 / 60
PICTURE_S = 1 / 30  # between looks at the display, which take a while
TITLE = "latentpad"
KEY_REPEAT_MS = (300, 60)  # until the first repetition, and between all
STALE = (pygame.WINDOWEXPOSED, pygame.WINDOWSIZECHANGED)


class Window:
    """Everything about pygame happens in step() and close(), which one thread calls."""

    name = "window"

    def __init__(self, instrument: SimInstrument, finished: Callable[[], None]) -> None:
        """`finished` is called when somebody closes the window."""
        self._instrument, self._finished = instrument, finished
        self._hands = Hands(instrument)
        self._mouse, self._keys = Mouse(self._hands), Keys(self._hands)
        self._surface: pygame.Surface | None = None
        self._picture, self._look_s = b"", 0.0  # when to look at the display again
        self._drawn: tuple[Pose, bytes, int] | None = None  # what is to be seen

    def step(self, now_s: float) -> float:
        """Hear what hands do, and draw if anything has changed."""
        surface = self._surface or self._open()
        for event in pygame.event.get():
            self._hear(event)
        if now_s >= self._look_s:
            self._picture, self._look_s = self._instrument.picture(), now_s + PICTURE_S
        self._show(surface)
        return now_s + PERIOD_S

    def close(self) -> None:
        """Let go of everything and close the window."""
        self._hands.let_go_of_all()
        sprites.forget()
        self._surface = self._drawn = None
        pygame.font.quit()
        pygame.display.quit()

    def _open(self) -> pygame.Surface:
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_caption(TITLE)
        flags = pygame.SCALED | pygame.RESIZABLE
        warnings.filterwarnings("ignore", "no fast renderer")  # it is fast enough without
        self._surface = pygame.display.set_mode((layout.WIDTH, layout.HEIGHT), flags)
        pygame.key.set_repeat(*KEY_REPEAT_MS)
        return self._surface

    def _show(self, surface: pygame.Surface) -> None:
        pose = self._hands.pose
        state = (pose, self._picture, self._instrument.oled.contrast)
        if state == self._drawn:
            return
        if self._drawn is None or self._drawn[0] != pose:
            draw_front(surface, pose)
        draw_picture(surface, *state[1:])
        pygame.display.flip()
        self._drawn = state

    def _hear(self, event: pygame.event.Event) -> None:
        if event.type == pygame.KEYDOWN:
            self._key_down(pygame.key.name(event.key))
        elif event.type == pygame.KEYUP:
            self._keys.up(pygame.key.name(event.key))
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == pygame.BUTTON_LEFT:
            self._mouse.down(*event.pos)
        elif event.type == pygame.MOUSEMOTION:
            self._mouse.move(*event.pos)
        elif event.type == pygame.MOUSEBUTTONUP and event.button == pygame.BUTTON_LEFT:
            self._mouse.up()
        elif event.type == pygame.MOUSEWHEEL:
            self._mouse.wheel(event.y)
        elif event.type == pygame.WINDOWFOCUSLOST:
            self._lose_focus()
        elif event.type == pygame.QUIT:
            self._finished()
        elif event.type in STALE:
            self._drawn = None

    def _key_down(self, key: str) -> None:
        if key == "escape":
            self._finished()
        else:
            self._keys.down(key)

    def _lose_focus(self) -> None:
        self._mouse.up()
        self._keys.forget()
        self._hands.let_go_of_all()
