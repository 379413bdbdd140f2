"""A pack that is open for playing: its reader, loader and player, opened and closed together."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from device.bounce import MEBIBYTE
from device.engine.mixer import Mixer
from device.grid import Grid
from device.loader.loader import Loader
from device.pack.reader import open_pack
from device.pack_facts import PackFacts, facts_of
from device.player import Player
from device.settings import Settings


class Deck:
    """Plays one pack on a mixer that it shares; make it with open_deck()."""

    def __init__(
        self, path: Path, facts: PackFacts, player: Player, loader: Loader, stack: ExitStack
    ) -> None:
        self.path, self.facts, self.player, self.loader = path, facts, player, loader
        self._stack = stack

    def close(self) -> None:
        """Stop its loader and give the files back; what still sounds plays what it has."""
        self._stack.close()


def open_deck(path: Path, mixer: Mixer, settings: Settings, *, background: bool = True) -> Deck:
    """Open a pack and wait until notes can start on its first combination.

    Takes some tens of milliseconds, so not on the thread that plays. Without `background` whoever
    calls the loader does its work. Raises PackError.
    """
    with ExitStack() as stack:
        pack = stack.enter_context(open_pack(path))
        loader = Loader(
            pack,
            settings.playing.row_cache_mb * MEBIBYTE,
            settings.audio.rate_hz,
            clock=lambda: mixer.frame,
        )
        stack.callback(loader.close)
        if background:
            loader.run_in_background()
        grid = Grid(pack.manifest, pack.manifest.combinations[0])
        player = Player(
            mixer,
            loader,
            grid,
            pack.manifest,
            settings,
            wait_for_rows=False,
            frame=mixer.frame,
            sets_volume=False,  # it is told where the knob stands
        )
        loader.wait_for_pad()
        return Deck(path, facts_of(pack.manifest), player, loader, stack.pop_all())
    raise AssertionError("an ExitStack that returns nothing lets errors pass")
