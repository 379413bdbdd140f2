"""The power goes at any moment while packs come and patches are saved: old or new, never torn.

QEMU is killed as by `kill -9`: what the emulated card was given until then is on it. The host looks
at the card as the next start would find it, and the same card is started again. At some moments
before, the machine is only stopped while the host looks, which is the same but for the new start.
LATENTPAD_IMAGE_CUTS says how often it is killed, LATENTPAD_IMAGE_SEED repeats what was done.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

from imagetier.card import Card
from imagetier.cutting import Rig, put_work
from imagetier.preparation import set_value
from imagetier.story import Content

Step = Callable[[str], None]
CUTS = int(os.environ.get("LATENTPAD_IMAGE_CUTS", "10"))
LOOKS = 3  # in each life, the last of them at its end
SEED = int(os.environ.get("LATENTPAD_IMAGE_SEED", "0")) or int(time.time())
START = Content(packs={"Alpha": 1})


def test_whatever_moment_the_power_goes(
    card: Card, pack_sources: Path, tmp_path: Path, step: Step
) -> None:
    put_work(card, pack_sources)
    set_value(card, "board", "web")  # the start would wait long for the parts that are not there
    chance = random.Random(SEED)
    step(f"{CUTS} power cuts, seed {SEED}")
    rig, now = Rig(card, tmp_path), START
    for number in range(1, CUTS + 1):
        for marks, found in rig.work(chance, now, LOOKS):
            assert found in marks.allowed(now), f"seed {SEED}: {found} after {marks}"
            step(f"cut {number}: {marks.done} steps done, within {marks.begun[marks.done :]}")
        now = found
    step("starting a last time, to switch it off in order")
    assert rig.orderly_life() == now
    for check in card.checks(tmp_path):
        assert check.status == 0, f"seed {SEED}: {check.place.label}: {check.said}"
