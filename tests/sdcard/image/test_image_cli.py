"""The command that makes an image, with the changes of the real system."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import ModuleType

import pytest

from sdcard.__main__ import main
from sdcard.image import image_cli
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree
from sdcard.image.fat_format import FatShape
from sdcard.image.layout import BOOT, PACKS, ROOT, partuuid
from sdcard.image.mbr import parse_mbr
from sdcard.image.recipe import Recipe

# made for this test, and not kept anywhere
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEvCBq6B4Ayk1KaSFEke1RBHGAc9GK4RZ8LMeXB0z5Jn test\n"


@pytest.fixture
def small_cards(building: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Images with a partition of packs that cannot grow to 256 GB, but is soon read."""

    @dataclasses.dataclass(frozen=True)
    class SmallRecipe(Recipe):
        shape: FatShape = building.SMALL

    monkeypatch.setattr(image_cli, "Recipe", SmallRecipe)


@pytest.mark.usefixtures("small_cards")
def test_an_instrument_is_made(
    base: Path, two_packs: tuple[Path, Path], volumes: ModuleType, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    environment = tmp_path / "environment"
    (environment / "bin").mkdir(parents=True)
    (environment / "bin/latentpad-device").write_text("#!/bin/sh\n")
    (environment / "bin/latentpad-device").chmod(0o755)
    (environment / "pyvenv.cfg").write_text("version = 3.11\nlatentpad = 0.1.0\n")
    (environment / "a.so").write_bytes(b"\x7fELF\x02\x01\x01".ljust(16, b"\0") + b"\x03\0\xb7\0")
    (tmp_path / "key.pub").write_text(KEY)
    image = tmp_path / "card.img"
    words = [
        "image", "--base", base, "--pack", *two_packs, "-o", image, "--environment", environment,
        "--ssh-key", tmp_path / "key.pub", "--state-size", 150, "--root-free", 8,
    ]  # fmt: skip
    assert main([str(word) for word in words]) == 0
    told = capsys.readouterr()
    assert f"{image}: " in told.out
    assert "2 packs" in told.err
    with image.open("rb") as file:
        table = parse_mbr(file.read(512), "card")
    parts = {
        place: volumes.cut_out(
            image, table.partition(place.number, "card").start,
            table.partition(place.number, "card").sectors, tmp_path / place.label,
        )
        for place in (BOOT, ROOT, PACKS)
    }  # fmt: skip
    debugfs = Debugfs(parts[ROOT], 0)
    root = Ext4Files(Ext4Tree(debugfs), debugfs)
    assert partuuid(table.disk_id, PACKS) in root.read("/etc/fstab").decode()
    assert root.read("/opt/latentpad/bin/latentpad-device") == b"#!/bin/sh\n"
    boot = volumes.fat_tree(parts[BOOT], tmp_path / "boot")
    assert boot["latentpad/authorized_keys"].decode() == KEY
    assert partuuid(table.disk_id, ROOT) in boot["cmdline.txt"].decode()
    assert "Alpha/manifest.json" in volumes.fat_tree(parts[PACKS], tmp_path / "packs")


def test_wishes_that_cannot_be_granted_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["image", "--base", str(tmp_path / "none.img"), "-o", str(tmp_path / "x.img")]
    for wish in (["--hostname", "No Name"], ["--wifi-country", "germany"]):
        assert main([*words, *wish]) == 1
        assert wish[1] in capsys.readouterr().err


@pytest.mark.parametrize("text", ["-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-rsa", "hello"])
def test_only_public_keys_go_onto_a_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (tmp_path / "key").write_text(f"# mine\n{text}\n")
    words = ["image", "--base", "none.img", "-o", "x.img", "--ssh-key", str(tmp_path / "key")]
    assert main(words) == 1
    assert "no public SSH key" in capsys.readouterr().err
