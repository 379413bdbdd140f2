"""From the view to the dots of the display, and how bright it is after a while without use."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from device.screens import (
    boot,
    channel,
    envelope,
    home,
    install,
    instrument,
    monitor,
    packs,
    patch,
    position,
    selftest,
    status,
    token,
    usb,
    volume,
    web,
)
from device.screens.canvas import HEIGHT_DOTS, WIDTH, Canvas
from device.view import Screen, View

DRAWINGS: dict[Screen, Callable[[View, Canvas], None]] = {
    Screen.BOOT: boot.draw,
    Screen.HOME: home.draw,
    Screen.INSTRUMENT: instrument.draw,
    Screen.POSITION: position.draw,
    Screen.ENVELOPE: envelope.draw,
    Screen.VOLUME: volume.draw,
    Screen.PATCH: patch.draw,
    Screen.MONITOR: monitor.draw,
    Screen.CHANNEL: channel.draw,
    Screen.PACKS: packs.draw,
    Screen.STATUS: status.draw,
    Screen.SELFTEST: selftest.draw,
    Screen.USB: usb.draw,
    Screen.INSTALL: install.draw,
    Screen.WEB: web.draw,
    Screen.TOKEN: token.draw,
}

DIM_AFTER_S, BLANK_AFTER_S = 120.0, 600.0
FULL_CONTRAST, DIM_CONTRAST = 207, 16  # of 255
IDLE_DOTS = 3


class Dimming(NamedTuple):
    """What to do with the display."""

    contrast: int  # 0..255, for Display.set_contrast
    is_blank: bool  # show only the drifting dots of `render(view, is_blank=True)`


def dimming(idle_s: float) -> Dimming:
    """How bright the display is when nothing has happened for a time; anything that happens is 0.

    OLED dots age by the light that they give: still pictures would stay visible for ever.
    """
    is_dim = idle_s >= DIM_AFTER_S
    return Dimming(DIM_CONTRAST if is_dim else FULL_CONTRAST, idle_s >= BLANK_AFTER_S)


def render(view: View, is_blank: bool = False) -> bytes:
    """FRAME_BYTES of the display for a view; only a few drifting dots when blank."""
    canvas = Canvas()
    if is_blank:
        canvas.dots(drifting(view.time_s))
    else:
        DRAWINGS[view.screen](view, canvas)
    return canvas.image.tobytes()


def drifting(time_s: float) -> list[tuple[float, float]]:
    """Dots that wander all over the display: they tell that the instrument is on."""
    return [
        (
            round((WIDTH - 1) * (0.5 + 0.5 * math.sin(time_s * (0.11 + 0.023 * dot) + 2 * dot))),
            round((HEIGHT_DOTS - 1) * (0.5 + 0.5 * math.sin(time_s * (0.07 + 0.031 * dot) + dot))),
        )
        for dot in range(IDLE_DOTS)
    ]
