"""A card's image in an emulated Raspberry Pi: it starts, plays what it is told, and goes off."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from imagetier import recording
from imagetier.card import PACKS, Card
from imagetier.cutting import put_work
from imagetier.first_boot import NOTE, OTHER_NOTE, PATCH, Life, live
from imagetier.results import keep

Step = Callable[[str], None]
PART = slice(6, 16)  # columns, see device.selftest_cli


@pytest.fixture(scope="module")
def life(
    card: Card, pack_sources: Path, tmp_path_factory: pytest.TempPathFactory, step: Step
) -> Life:
    put_work(card, pack_sources)
    found = live(card, tmp_path_factory.mktemp("life"), step)
    keep("boot", {"service_ready_s": found.ready_s, "system_settled_s": found.settled_s})
    step(
        f"the service was ready {found.ready_s:.1f} s after the kernel, all had started after"
        f" {found.settled_s:.1f} s (the machine's own time)"
    )
    return found


def test_the_instrument_is_ready(life: Life) -> None:
    assert life.service == "active", life.journal
    assert "playing Alpha" in life.journal.splitlines()


def test_nothing_else_failed(life: Life) -> None:
    assert life.failed == ""
    assert life.state == "running"


def test_the_instrument_misses_only_what_the_emulator_lacks(life: Life) -> None:
    faults = [line for line in life.journal.splitlines() if re.match("[a-zA-Z ]+: ", line)]
    parts = {line.partition(":")[0] for line in faults} - {"web panel", "OSC"}
    assert parts <= {"panel", "oled"}, faults


def test_the_self_test_tells_what_the_emulator_lacks(life: Life) -> None:
    """QEMU has the I2C controllers of a Raspberry Pi in name only, and no GPU to tell of power."""
    lines = [line for line in life.self_test.splitlines() if line[:4] in ("PASS", "FAIL", "NONE")]
    assert {line[PART].strip(): line[:4] for line in lines} == {
        "panel": "FAIL", "buttons": "PASS", "oled": "FAIL", "DIN MIDI": "PASS", "USB MIDI": "NONE",
        "power": "NONE", "sound": "PASS", "pack": "PASS", "memory": "PASS",
    }, life.self_test  # fmt: skip


def test_midi_on_the_serial_line_becomes_sound(life: Life) -> None:
    rate_hz, samples = recording.read(life.recording)
    starts_s, first = recording.loud_part(samples[: len(samples) // 2], rate_hz)
    _, second = recording.loud_part(samples[len(samples) // 2 :], rate_hz)
    assert starts_s > 1
    assert np.max(np.abs(samples[: round((starts_s - 0.5) * rate_hz)])) < recording.LOUD
    for note, part in ((NOTE, first), (OTHER_NOTE, second)):
        pitch_hz = 440 * 2 ** ((note - 69) / 12)
        assert recording.strongest_hz(part, rate_hz) == pytest.approx(pitch_hz, rel=0.02)
        assert recording.share_of(part, rate_hz, [pitch_hz, 3 * pitch_hz]) > 0.8


def test_a_patch_is_kept_on_the_card(life: Life) -> None:
    _, slot, attack = PATCH
    assert life.attacks == {slot: attack}, life.saving


def test_the_packs_partition_grew_to_the_end_of_the_card(life: Life, card: Card) -> None:
    image_bytes, mounted_bytes = life.packs_bytes
    assert card.size(PACKS) > image_bytes
    assert mounted_bytes > 0.95 * card.size(PACKS)
    assert card.offset(PACKS) + card.size(PACKS) > 0.99 * card.path.stat().st_size


def test_the_root_is_only_read(life: Life) -> None:
    assert life.root_options.split(",")[0] == "ro"
    assert "Read-only file system" in life.write_error


def test_all_file_systems_are_clean_after_power_off(life: Life) -> None:
    for check in life.checks:
        assert check.status == 0, f"{check.place.label}: {check.said}"
