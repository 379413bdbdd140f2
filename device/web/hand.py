"""What the hand on one page holds of the panel, so that it can be let go when the page goes."""

from __future__ import annotations

from device.events import (
    ButtonPressed,
    ButtonReleased,
    Event,
    PortLost,
    TouchLifted,
    TouchMoved,
)


class Hand:
    """Follows the events of one page; notes and pedals are known to the app by their port."""

    def __init__(self, port: str) -> None:
        self._port = port
        self._is_touching = False
        self._buttons: set[int] = set()

    def follow(self, event: Event) -> None:
        """Remember what an event takes hold of, or lets go."""
        if isinstance(event, TouchMoved):
            self._is_touching = True
        elif isinstance(event, TouchLifted):
            self._is_touching = False
        elif isinstance(event, ButtonPressed):
            self._buttons.add(event.button)
        elif isinstance(event, ButtonReleased):
            self._buttons.discard(event.button)

    def let_go(self) -> list[Event]:
        """All that must happen now that the page is gone; the hand is empty afterwards."""
        events: list[Event] = [
            ButtonReleased(button, is_lost=True) for button in sorted(self._buttons)
        ]
        if self._is_touching:
            events.append(TouchLifted())
        self._buttons.clear()
        self._is_touching = False
        return [*events, PortLost(self._port)]
