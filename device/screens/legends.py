"""What the four buttons mean on each system page: the words of the footer, in one table."""

from __future__ import annotations

from device.view import Screen

BACK, NEXT = "back", "next"  # to playing, to the next page
LESS, MORE = "-", "+"
PANIC = "panic"  # silence: every note is let go
TONE = "tone"  # a test tone
AGAIN = "again"  # test the parts once more
YES = "yes"  # install the chosen pack of a stick, make a new token
STOP = "stop"  # installing
NEW = "new"  # token for the web panel
NOTHING = ""

Legends = tuple[str, str, str, str]
"""One word a button, from left to right."""

LEGENDS: dict[Screen, Legends] = {
    Screen.MONITOR: (BACK, PANIC, NOTHING, NEXT),
    Screen.CHANNEL: (BACK, LESS, MORE, NEXT),
    Screen.PACKS: (BACK, LESS, MORE, NEXT),
    Screen.STATUS: (BACK, PANIC, TONE, NEXT),
    Screen.SELFTEST: (BACK, NOTHING, AGAIN, NEXT),
    Screen.USB: (BACK, YES, MORE, NEXT),
    Screen.INSTALL: (BACK, STOP, NOTHING, NEXT),
    Screen.WEB: (BACK, NOTHING, NEW, NEXT),
    Screen.TOKEN: (BACK, YES, NOTHING, NEXT),
}
"""Every system page, in the order of `Screen`; on the other screens the buttons are patches."""


def meaning(screen: Screen, button: int) -> str:
    """The word of a button 0..3 on a screen; NOTHING where it has no meaning of its own."""
    return LEGENDS[screen][button] if screen in LEGENDS else NOTHING
