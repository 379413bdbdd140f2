"""What people read about the card names the files and commands that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from device.start import NO_STATE
from sdcard.commands import PARTS
from sdcard.system.config import lint
from sdcard.system.fstab import KEPT_BELOW
from sdcard.system.on_card import country, login_keys, networks
from sdcard.system.state import NETWORKS
from sdcard.system.static_files import FILES
from sdcard.targets.repair import MOST_PASSES

ROOT = Path(__file__).parents[3]
README = (ROOT / "sdcard/README.md").read_text()
ON_BOOT = (FILES / "boot/latentpad/README.txt").read_text()


@pytest.mark.parametrize("text", [README, ON_BOOT])
@pytest.mark.parametrize(
    "name",
    [
        login_keys.FOR_PERSON, login_keys.FOR_ROOT, f"NAME{networks.ENDING}", country.FILE,
        f"NAME{login_keys.PUBLIC}", "wifi-example.txt",
    ],
)  # fmt: skip
def test_both_texts_name_what_is_looked_at(text: str, name: str) -> None:
    assert name in text


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / "sdcard" / target).exists(), target


def test_commands_are_those_that_there_are() -> None:
    known = {name for names in PARTS.values() for name in names}
    assert set(re.findall(r"latentpad-card ([a-z-]+)", README)) <= known


def test_the_makers_guide_passes_the_check() -> None:
    """The part of config.txt that is printed for those who set a system up by hand."""
    guide = (ROOT / "hardware/README.md").read_text()
    printed = re.search(r"```ini\n(.*?)```", guide, re.DOTALL)
    assert printed is not None
    assert [str(one) for one in lint(printed[1])] == []


def test_static_files_agree_with_the_code() -> None:
    def static(path: str) -> str:
        return (FILES / "root" / path).read_text()

    assert f"path={NETWORKS}\n" in static("etc/NetworkManager/conf.d/latentpad.conf")
    no_state = static("usr/lib/systemd/system/latentpad-no-state.service")
    assert KEPT_BELOW in no_state
    assert f"/usr/bin/touch {NO_STATE}\n" in no_state
    temporary = (ROOT / "systemd/latentpad.tmpfiles.conf").read_text().splitlines()
    assert [line for line in temporary if line.startswith("d /run")] == [
        line for line in static("etc/tmpfiles.d/latentpad.conf").splitlines() if line[0] != "#"
    ]
    passes = " ".join(str(number + 1) for number in range(MOST_PASSES))
    assert f"for pass in {passes};" in static(
        "etc/systemd/system/systemd-fsck@.service.d/latentpad.conf"
    )
    assert "/run/latentpad-ssh/%u" in static("etc/ssh/sshd_config.d/10-latentpad.conf")
    assert "OnFailure=latentpad-no-state.service" in static(
        "etc/systemd/system/data.mount.d/latentpad.conf"
    )
