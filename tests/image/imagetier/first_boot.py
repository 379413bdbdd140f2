"""One whole life of an emulated instrument: first start, a tune, power off; all that it told."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imagetier.card import PACKS, ROOT, STATE, Card, Check
from imagetier.console import Shell
from imagetier.cutting import PATCHES, PYTHON, WORK
from imagetier.machine import RaspberryPi
from imagetier.story import found_attacks
from sdcard.image.layout import SETTINGS

PATCH = ["save", 3, 0.75]
NOTE, OTHER_NOTE = 60, 48
RECORDING = "/heard.wav"
SETTLED_S = 1200.0
DEVICE = "/opt/latentpad/bin/latentpad-device"
RECORD = f"arecord -q -D plughw:0,1,0 -f S16_LE -c 2 -r 48000 {STATE.mount}{RECORDING}"
SELF_TEST = (
    "systemd-run --quiet --wait --pipe -p User=latentpad -p SupplementaryGroups="
    '"$(systemctl show -P SupplementaryGroups latentpad)"'
    f" {DEVICE} selftest --settings {SETTINGS}"
)
TIMES = ("UserspaceTimestampMonotonic", "FinishTimestampMonotonic")


@dataclass(frozen=True)
class Life:
    """What was seen from inside, and the card after it."""

    state: str  # of the whole system: running or degraded
    failed: str  # units
    service: str  # active
    status: str  # what the service says of itself
    journal: str  # of the service
    self_test: str
    root_options: str  # of the mount
    write_error: str  # of an attempt to write to the root
    packs_bytes: tuple[int, int]  # of the file system as mounted: before the first start, now
    ready_s: float  # from the start of userspace to the service being ready, in the machine's time
    settled_s: float  # to the end of the whole start
    recording: Path
    saving: str  # what inside/card_work.py said of it
    attacks: dict[int, float]  # of the patches on the card after all
    checks: list[Check]


def live(card: Card, folder: Path, step: Callable[[str], None]) -> Life:
    """Start, look, play, stop; works in `folder`."""
    before = card.size(PACKS)
    with RaspberryPi(card) as pi:
        shell = pi.boot()
        step("the emulated Raspberry Pi has started; waiting until all has")
        state = shell.try_run("systemctl is-system-running --wait", SETTLED_S)[1].strip()
        step(f"it is {state}")
        step("playing to it over the serial line, and recording")
        _play(pi, shell)
        facts = _facts(shell)
        shell.run("systemctl stop latentpad")
        facts["self_test"] = shell.try_run(SELF_TEST)[1]
        shell.run("systemctl start latentpad")
        step("saving a patch, and powering it off")
        work = f"{PYTHON} {STATE.mount}{WORK}/card_work.py '{json.dumps([PATCH])}'"
        facts["saving"] = shell.try_run(work)[1]
        pi.power_off()
    recording = card.get(STATE, RECORDING, folder / "heard.wav")
    times = facts.pop("times").split()
    start_s, finish_s, ready_s = (int(word) / 1e6 for word in times)
    return Life(
        state=state,
        packs_bytes=(before, int(facts.pop("packs_bytes"))),
        ready_s=ready_s - start_s,
        settled_s=finish_s - start_s,
        recording=recording,
        attacks=found_attacks(card.find(STATE, PATCHES)),
        checks=card.checks(folder),
        **facts,
    )


def _facts(shell: Shell) -> dict[str, str]:
    commands = {
        "failed": "systemctl --failed --plain --no-legend",
        "service": "systemctl is-active latentpad || true",
        "status": "systemctl show -P StatusText latentpad",
        "journal": "journalctl -u latentpad --no-pager -o cat",
        "root_options": f"findmnt -no OPTIONS {ROOT.mount}",
        "write_error": "touch /usr/new-file || true",
        "packs_bytes": f"findmnt -bno SIZE {PACKS.mount}",
        "times": "systemctl show " + " ".join(f"-P {name}" for name in TIMES)
        + "; systemctl show -P ActiveEnterTimestampMonotonic latentpad",
    }  # fmt: skip
    return {name: shell.run(command).strip() for name, command in commands.items()}


def _play(pi: RaspberryPi, shell: Shell) -> None:
    """Two notes, with the machine's own seconds in between: they may last longer than ours."""
    shell.run(f"{RECORD} & RECORDER=$!; sleep 3")
    for note in (NOTE, OTHER_NOTE):
        pi.midi.send(bytes((0x90, note, 100)))
        shell.run("sleep 2")
        pi.midi.send(bytes((0x80, note, 0)))
        shell.run("sleep 2")
    shell.run("kill -INT $RECORDER; wait $RECORDER; sync; jobs")  # told of here, not later
