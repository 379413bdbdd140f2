"""Whether this machine can show a window, said before anything is started."""

from __future__ import annotations

import os
import sys

import pygame

from hardware.errors import WindowUnavailableError

WAY_OUT = "`--board web` shows the same instrument in a browser"
UNSEEN = "offscreen"  # the video driver that SDL takes when there is no other


def check_screen() -> None:
    """Raises WindowUnavailableError, naming the cause and another way."""
    if sys.platform == "darwin":
        raise WindowUnavailableError(
            f"no window: macOS allows none to a program that works like this one; {WAY_OUT}"
        )
    try:
        pygame.display.init()
        driver = pygame.display.get_driver()
    except pygame.error as error:
        raise WindowUnavailableError(f"no window: {error}; {WAY_OUT}") from error
    finally:
        pygame.display.quit()
    if driver == UNSEEN and "SDL_VIDEODRIVER" not in os.environ:
        raise WindowUnavailableError(f"no window: there is no screen here; {WAY_OUT}")
