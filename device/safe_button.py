"""Whether somebody holds a patch button while the instrument starts: that asks for safe mode."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hardware.errors import HardwareError
from hardware.interfaces import Controls

HELD_S = 0.3  # a line takes a moment to rise when its pull-up is switched on
LOOK_S = 0.02


def held_button(
    sources: Iterable[Controls], now_s: Callable[[], float], wait: Callable[[float], object]
) -> int | None:
    """A button 0..3 that is down for HELD_S from now on; None as soon as there is none."""
    source = next((one for one in sources if one.name == "buttons"), None)
    if source is None:
        return None
    end_s = now_s() + HELD_S
    try:
        held = _down(source)
        while held and now_s() < end_s:
            wait(LOOK_S)
            held &= _down(source)
    except HardwareError:  # the reader of the buttons tells of it
        return None
    return min(held, default=None)


def _down(source: Controls) -> set[int]:
    return {button for button, is_down in enumerate(source.read().buttons or ()) if is_down}
