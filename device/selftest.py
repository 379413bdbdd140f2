"""The self-test: PASS, FAIL or NONE per part, for the boot page, its own page and the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from device import shelf
from device.engine.errors import StreamError
from device.engine.stream import describe_output
from device.events import Checked, Event, SelfTested
from device.pack.errors import PackError
from device.pack.reader import open_pack
from device.settings import Settings
from device.status import free_megabytes
from hardware.interfaces import CheckResult, PartCheck

PASS, FAIL, NONE, RUNNING = "PASS", "FAIL", "NONE", "..."
LEAST_MEMORY_MB = 150  # with less, a pack of many combinations and the row cache do not fit


@dataclass(frozen=True)
class NamedCheck:
    """A check that is one function."""

    part: str
    test: Callable[[], CheckResult]

    def run(self) -> CheckResult:
        """Run the function."""
        return self.test()


class SelfTest:
    """All checks of one instrument, in the order of the signal: hands, ears, sounds, machine."""

    def __init__(
        self,
        settings: Settings,
        parts: Sequence[PartCheck],
        sound: Callable[[], CheckResult],
        post: Callable[[Event], None],
    ) -> None:
        """`parts`: of the board. `sound`: tests the output, see check_sound."""
        place = Path(settings.files.packs)
        self.checks: tuple[PartCheck, ...] = (
            *parts,
            NamedCheck("sound", sound),
            NamedCheck("pack", lambda: check_pack(place)),
            NamedCheck("memory", lambda: check_memory(free_megabytes())),
        )
        self._post = post

    def run(self) -> bool:
        """Run all and post every result; True if none failed."""
        is_well = True
        for check in self.checks:
            self._post(Checked(check.part, RUNNING, ""))
            found = check.run()
            is_well = is_well and found.result != FAIL
            self._post(Checked(check.part, found.result, found.detail))
        self._post(SelfTested())
        return is_well


def check_sound(device: str | None) -> CheckResult:
    """The sound output that would be opened; only while nothing plays, PortAudio allows no more."""
    try:
        return CheckResult(PASS, describe_output(device))
    except StreamError as error:
        return CheckResult(FAIL, str(error))


def check_pack(place: Path) -> CheckResult:
    """At least one pack can be opened, and every cell of its first combination is there."""
    found = shelf.look(place)
    if not found.packs:
        return CheckResult(FAIL, "; ".join(found.troubles))
    first = found.packs[0]
    try:
        with open_pack(first.path) as pack:
            for row in pack.manifest.combinations[0].cells:
                for cell in row:
                    pack.cell(cell)
    except PackError as error:
        return CheckResult(FAIL, str(error))
    more = f" and {len(found.packs) - 1} more" if len(found.packs) > 1 else ""
    bad = f", {len(found.troubles)} cannot be played" if found.troubles else ""
    return CheckResult(PASS, f"{first.name}{more}{bad}")


def check_memory(free_mb: int) -> CheckResult:
    """Enough memory is left for a pack."""
    if free_mb == 0:
        return CheckResult(NONE, "this system does not tell")
    result = PASS if free_mb >= LEAST_MEMORY_MB else FAIL
    return CheckResult(result, f"{free_mb} MB free, {LEAST_MEMORY_MB} MB wanted")
