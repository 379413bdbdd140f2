"""The web panel's pages: how it is reached, and the question whether its token should change."""

from __future__ import annotations

from dataclasses import replace

from device.effects import RenewToken
from device.events import Access
from device.instrument.state import State, Step
from device.view import Screen


def changed(state: State, access: Access) -> State:
    """The panel is reached in another way; a question that means nothing any more goes."""
    is_over = state.base is Screen.TOKEN and not access.can_renew
    return replace(state, access=access, base=Screen.WEB if is_over else state.base)


def ask(state: State) -> State:
    """Ask first: whoever has the panel open, or in his bookmarks, is shut out by a new token."""
    return replace(state, base=Screen.TOKEN)


def renew(state: State) -> Step:
    """Shut them out; the panel's page then shows the new token."""
    return replace(state, base=Screen.WEB), (RenewToken(),)
