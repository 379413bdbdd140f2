"""Who does slow work for the conductor: it asks, and the outcome comes back as events."""

from __future__ import annotations

from typing import Protocol

from device.events import Offer
from device.patches import Patch


class Chores(Protocol):
    """Slow work that others do; its outcome comes back as events."""

    def store_patch(self, slot: int, patch: Patch) -> None:
        """Write a patch; PatchStored follows."""
        ...

    def open_pack(self, index: int) -> None:
        """Open a pack of the list; take_deck() or a Fault follows."""
        ...

    def run_self_test(self) -> None:
        """Test all parts; Checked and SelfTested follow."""
        ...


class Installer(Protocol):
    """Installs packs from USB sticks; the outcome comes back as events."""

    def install(self, offer: Offer) -> None:
        """Put a pack on the card; InstallMoved and InstallEnded follow."""
        ...

    def stop_install(self) -> None:
        """Give up the install that runs; InstallEnded follows."""
        ...
