"""What OSC tells of the instrument: its whole state, and what changes from view to view."""

from __future__ import annotations

from device.osc.packet import OscCall
from device.usb.view import InstallPhase, InstallView
from device.view import PatchAction, View

METERS_PER_S = 10
MOST_OFFERS = 32  # names in one datagram
_TOLD_OF_PATCHES = {
    PatchAction.RECALLED: "/patch/recalled",
    PatchAction.SAVED: "/patch/saved",
}


class OscOut:
    """Remembers what was told last, so that only changes are told."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], OscCall] = {}  # by address and part
        self._patch: OscCall | None = None
        self._install: OscCall | None = None
        self._meters: OscCall | None = None
        self._meters_due_s = float("-inf")

    def changes(self, view: View, now_s: float) -> list[OscCall]:
        """What is to be told of this view after the one before; all of the first one."""
        state = _state(view)
        changed = [call for key, call in state.items() if self._told.get(key) != call]
        gone = [key for key in self._told if key not in state]
        changed += [OscCall(address, (part, "")) for address, part in gone]
        self._told = state
        news = [*self._patch_news(view), *self._install_news(view)]
        return changed + news + self._meter_news(view, now_s)

    def everything(self) -> list[OscCall]:
        """All that stands now, as a new listener has to be told."""
        latest = [call for call in (self._install, self._meters) if call is not None]
        return [*self._told.values(), *latest]

    def _patch_news(self, view: View) -> list[OscCall]:
        """A patch that was just recalled or saved: told once, part of no state."""
        address = _TOLD_OF_PATCHES.get(view.patch.action) if view.patch else None
        told = OscCall(address, (view.patch.slot,)) if view.patch and address else None
        is_news = told is not None and told != self._patch
        self._patch = told
        return [told] if told is not None and is_news else []

    def _install_news(self, view: View) -> list[OscCall]:
        """How an install goes and how it ended, until that has been read on the display."""
        before, self._install = self._install, _install_call(view.usb.install)
        is_news = self._install is not None and self._install != before
        return [self._install] if self._install is not None and is_news else []

    def _meter_news(self, view: View, now_s: float) -> list[OscCall]:
        status = view.status
        meters = OscCall("/meters", (float(status.load), float(status.peak), status.voices))
        if meters == self._meters or now_s < self._meters_due_s:
            return []
        self._meters, self._meters_due_s = meters, now_s + 1 / METERS_PER_S
        return [meters]


def _install_call(install: InstallView | None) -> OscCall | None:
    if install is None:
        return None
    if install.phase is InstallPhase.RUNNING:
        return OscCall("/install/progress", (install.name, round(install.part, 2)))
    return OscCall("/install/ended", (install.name, install.text))


def _state(view: View) -> dict[tuple[str, str], OscCall]:
    """Everything that stays until it changes, by address and, for faults, part."""
    corners = (c.names[c.index] if c.index < len(c.names) else "" for c in view.corners)
    calls = [
        OscCall("/pad", (float(view.x), float(view.y))),
        *(OscCall(f"/parameter/{pot.name}", (float(pot.turn),)) for pot in view.pots),
        OscCall("/instruments", tuple(corners)),
        OscCall("/pack", (view.pack,)),
        OscCall("/web", (view.access.address,)),  # never the token: nobody has shown who he is
        OscCall("/usb", tuple(offer.name for offer in view.usb.offers[:MOST_OFFERS])),
    ]
    state = {(call.address, ""): call for call in calls}
    faults = {("/fault", part): OscCall("/fault", (part, text)) for part, text in view.faults}
    notices = {("/notice", text): OscCall("/notice", (text,)) for text in view.notices}
    return {**state, **faults, **notices}
