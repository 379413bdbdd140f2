"""Cuts the power of an emulated instrument that changes its card, and looks at what is left."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from imagetier.card import PACKS, STATE, Card
from imagetier.machine import RaspberryPi
from imagetier.story import Content, Marks, found_attacks, found_packs, operations
from sdcard.image.changes import Change, PutFile
from sdcard.targets.repair import repair_fat

WORK = "/image-test"
PROGRAM = Path(__file__).parents[1] / "inside" / "card_work.py"
PYTHON = "/opt/latentpad/bin/python"
PATCHES = "/latentpad/patches.json"
OPERATIONS = 40  # more than are ever reached; a line of a terminal has 4095 characters
READY_S, BEGIN_S = 1200.0, 600.0
MOST_STEPS, LONGEST_S = 3, 5.0  # between two looks; in the machine's seconds the latter is less
UNTIL_READY = "until systemctl is-active -q latentpad; do sleep 1; done"
UNHAPPY = "journalctl -b -p 4 --no-pager -o cat | tail -n 40"
PACKS_ARE_CLEAN = "systemctl stop latentpad && umount /packs && fsck.fat -n /dev/mmcblk0p4"


def put_work(card: Card, sources: Path) -> None:
    """Put the program of inside/card_work.py on the card, and the packs that it installs."""
    files = sorted(path for path in sources.rglob("*") if path.is_file())
    changes: list[Change] = [
        PutFile(f"{WORK}/packs/{path.relative_to(sources)}", path) for path in files
    ]
    card.edit(STATE, PutFile(f"{WORK}/card_work.py", PROGRAM), *changes)


class Rig:
    """One card through many lives; works in `folder`."""

    def __init__(self, card: Card, folder: Path) -> None:
        self._card, self._folder = card, folder

    def work(
        self, chance: random.Random, now: Content, looks: int
    ) -> Iterator[tuple[Marks, Content]]:
        """One life: what it said and what is on the card, at random moments of its work.

        At the last one its power is cut; at the others it is only stopped, which on the card is
        the same.
        """
        story = list(itertools.islice(operations(chance, now), OPERATIONS))
        with RaspberryPi(self._card) as pi:
            shell = pi.boot()
            shell.run(UNTIL_READY, READY_S)
            failed = shell.run("systemctl --failed --plain --no-legend")
            assert not failed, f"{failed}: {shell.run(UNHAPPY)}"
            position, step = pi.console.position, 0
            pi.console.send(
                f"{PYTHON} {STATE.mount}{WORK}/card_work.py '{json.dumps(story)}'\n".encode()
            )
            for look in range(1, looks + 1):
                pi.console.wait(rb'\["begin", %d,' % step, position, BEGIN_S)
                time.sleep(chance.uniform(0, LONGEST_S))
                if look == looks:
                    break
                with pi.frozen():
                    yield Marks.of(pi.console.heard[position:]), self.look()
                step += chance.randint(1, MOST_STEPS)
            pi.cut_power()
            yield Marks.of(pi.console.heard[position:]), self.look()

    def look(self) -> Content:
        """What is on the card once it is repaired as each start does; other damage is an error."""
        packs, state = (
            self._card.cut(place, self._folder / place.label) for place in (PACKS, STATE)
        )
        repair_fat(
            packs
        )  # which is repeated on the instrument too, see its systemd-fsck@.service.d
        _must_do(["fsck.fat", "-n", packs])
        _must_do(["e2fsck", "-fp", state], good=(0, 1))
        _must_do(["e2fsck", "-fn", state])
        return Content(self._packs(packs), self._attacks(state))

    def orderly_life(self) -> Content:
        """Start it, have the packs' file system checked, switch it off in order; what is on it."""
        with RaspberryPi(self._card) as pi:
            shell = pi.boot()
            shell.run(UNTIL_READY, READY_S)
            shell.run(PACKS_ARE_CLEAN)
            pi.power_off()
        return self.look()

    def _packs(self, volume: Path) -> dict[str, int]:
        folder = self._folder / "packs"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        subprocess.run(
            ["mcopy", "-s", "-n", "-i", volume, "::/", folder], capture_output=True, check=True
        )
        return found_packs(folder)

    def _attacks(self, volume: Path) -> dict[int, float]:
        target = self._folder / "patches.json"
        target.unlink(missing_ok=True)
        command = f"dump {PATCHES} {target}"
        subprocess.run(["debugfs", "-R", command, volume], capture_output=True, check=True)
        return found_attacks(target.read_bytes() if target.exists() else None)


def _must_do(command: Sequence[str | Path], good: Sequence[int] = (0,)) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in good, f"{command}: {done.stdout}{done.stderr}"
