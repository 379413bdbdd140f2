"""Images of cards: what is in them, on a card that was full of garbage, and the same twice."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import jsonschema
import pytest

from device.pack import verify_pack
from sdcard.__main__ import main
from sdcard.bmap import read_bmap
from sdcard.image.ext4_debugfs import Debugfs
from sdcard.image.ext4_tree import Ext4Files, Ext4Tree, Node
from sdcard.image.grow_disk import grow_disk
from sdcard.image.layout import BOOT, PACKS, PLACES, ROOT, STATE, Place, partuuid
from sdcard.image.mbr import MasterBootRecord, parse_mbr
from sdcard.packs import entries

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def flashed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A card, full of 0xFF and larger than the image, after flashing by block map."""
    card = tmp_path_factory.mktemp("flashed") / "card"
    card.write_bytes(b"\xff" * (table(built).end * 512 + (20 << 20)))
    assert main(["flash", str(built), str(card), "--force", card.name]) == 0
    return card


@pytest.fixture
def cut(volumes: ModuleType, tmp_path: Path) -> Callable[[Path, Place], Path]:
    def cut_out(image: Path, place: Place) -> Path:
        one = table(image).partition(place.number, "card")
        path: Path = volumes.cut_out(image, one.start, one.sectors, tmp_path / place.label)
        return path

    return cut_out


def table(image: Path) -> MasterBootRecord:
    with image.open("rb") as file:
        return parse_mbr(file.read(512), str(image))


def files(volume: Path) -> Ext4Files:
    debugfs = Debugfs(volume, 0)
    return Ext4Files(Ext4Tree(debugfs), debugfs)


def test_four_partitions_as_the_layout_says(built: Path) -> None:
    found = table(built).partitions
    assert [(one.number, one.mbr_type) for one in found] == [
        (place.number, place.mbr_type) for place in PLACES
    ]
    assert all(one.start % 8192 == one.sectors % 8192 == 0 for one in found)


def test_the_image_ends_with_what_is_on_it(built: Path) -> None:
    end = read_bmap(built.with_name("latentpad.img.bmap")).extents[-1].end
    assert end <= built.stat().st_size < end + (4 << 20)
    assert built.stat().st_size < table(built).end * 512


def test_the_card_boots_from_its_own_number(
    flashed: Path, cut: Callable[[Path, Place], Path], volumes: ModuleType, tmp_path: Path
) -> None:
    boot = volumes.fat_tree(cut(flashed, BOOT), tmp_path / "tree")
    root = partuuid(table(flashed).disk_id, ROOT)
    assert boot["cmdline.txt"].decode().split()[-1] == f"root=PARTUUID={root}"
    fstab = files(cut(flashed, ROOT)).read("/etc/fstab").decode()
    assert fstab.split("\n")[1].startswith(f"PARTUUID={root} / ")


def test_boot_volume(
    flashed: Path, cut: Callable[[Path, Place], Path], volumes: ModuleType, building: ModuleType,
    fake_base: ModuleType, tmp_path: Path,
) -> None:  # fmt: skip
    volume = cut(flashed, BOOT)
    volumes.check_fat(volume)
    found = volumes.fat_tree(volume, tmp_path / "tree")
    wanted = {
        name: data if isinstance(data, bytes) else data.encode()
        for name, data in fake_base.BOOT_FILES.items()
    }
    del wanted["issue.txt"]
    wanted["latentpad/authorized_keys"] = building.LAPTOP_KEY
    assert found | {"cmdline.txt": b""} == wanted | {"cmdline.txt": b""}


def test_root_volume(
    flashed: Path, cut: Callable[[Path, Place], Path], volumes: ModuleType, fake_base: ModuleType
) -> None:
    volume = cut(flashed, ROOT)
    volumes.check_ext4(volume)
    found = files(volume)
    for name, text in fake_base.FILES.items():
        if name not in ("/etc/fstab", "/home/pi/.bashrc"):
            assert found.read(name) == text.encode(), name
    assert not found.exists("/home/pi")
    assert found.read("/opt/latentpad/lib/library.so") == bytes(range(256)) * 20_000
    tree = Ext4Tree(Debugfs(volume, 0))
    assert tree.find("/opt/latentpad/bin/run")[1] == Node(0o100755, 0, 0, 10)
    assert tree.find("/packs")[1] == Node(0o040755, 990, 990)
    assert "cap_net_raw" not in str(fake_base.CAPABILITY)
    told = volumes.call("debugfs", "-R", "ea_get -x /usr/bin/ping security.capability", volume)
    assert fake_base.CAPABILITY.hex() in told.replace(" ", "")


def test_state_volume(
    flashed: Path, cut: Callable[[Path, Place], Path], volumes: ModuleType
) -> None:
    volume = cut(flashed, STATE)
    volumes.check_ext4(volume)
    tree = Ext4Tree(Debugfs(volume, 0))
    assert set(tree.entries("/")) == {"latentpad", "lost+found", "ssh"}
    assert tree.find("/latentpad")[1] == Node(0o040755, 990, 990)
    assert files(volume).read("/latentpad/settings.toml") == b'board = "onss"\n'
    assert "lp-state" in volumes.call("dumpe2fs", "-h", volume)


def test_packs_volume_plays_and_grows(
    flashed: Path, cut: Callable[[Path, Place], Path], volumes: ModuleType, tmp_path: Path
) -> None:
    card = Path(shutil.copy(flashed, tmp_path / "card"))
    growth = grow_disk(card)
    assert growth.after > growth.before
    volume = cut(card, PACKS)
    volumes.check_fat(volume)
    found = volumes.fat_tree(volume, tmp_path / "tree")
    assert sum(name.endswith(".cell") for name in found) == 4  # of both packs, each once
    shelf = entries(tmp_path / "tree")
    assert [entry.name for entry in shelf] == ["Alpha", "Beta"]
    assert all(verify_pack(entry.path).is_ok for entry in shelf)


def test_the_block_map_leaves_out_what_is_free(built: Path) -> None:
    bmap = read_bmap(built.with_name("latentpad.img.bmap"))
    assert bmap.image_size == built.stat().st_size
    assert bmap.mapped_bytes < bmap.image_size / 2
    assert built.stat().st_blocks * 512 <= bmap.mapped_bytes


def test_bmap_tools_copies_by_the_map(built: Path, flashed: Path, tmp_path: Path) -> None:
    if not shutil.which("bmaptool"):
        pytest.skip("bmaptool is not installed (bmap-tools)")
    card = tmp_path / "card"
    card.write_bytes(b"\xff" * flashed.stat().st_size)
    subprocess.run(
        ["bmaptool", "copy", "--bmap", f"{built}.bmap", built, card],
        check=True,
        capture_output=True,
    )
    with card.open("rb") as one, flashed.open("rb") as other:
        for extent in read_bmap(Path(f"{built}.bmap")).extents:
            one.seek(extent.start)
            other.seek(extent.start)
            count = extent.end - extent.start
            assert (one.read(count) == other.read(count)) is True


def test_contents_of_deleted_files_do_not_travel(
    building: ModuleType, fake_base: ModuleType, tmp_path: Path
) -> None:
    secret = "a secret of the one who made the base " * 200
    base = fake_base.make_fake_base(
        tmp_path / "base.img", tmp_path / "work", {"/home/pi/secret": secret}, {"issue.txt": secret}
    )
    building.make(building.recipe(base, tmp_path / "out.img"))
    found = [path.read_bytes().count(secret[:30].encode()) for path in (base, tmp_path / "out.img")]
    assert found[0] > 300
    assert found[1] == 0


def test_the_same_inputs_give_the_same_bytes(
    built: Path, building: ModuleType, base: Path, two_packs: tuple[Path, Path], tmp_path: Path
) -> None:
    assert time.time() - built.stat().st_mtime > 0
    again = tmp_path / "latentpad.img"
    building.make(building.recipe(base, again, two_packs))
    assert sha256(again) == sha256(built)
    assert (
        again.with_suffix(".img.bmap").read_bytes() == built.with_suffix(".img.bmap").read_bytes()
    )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_other_inputs_give_other_numbers(
    building: ModuleType, base: Path, two_packs: tuple[Path, Path], tmp_path: Path
) -> None:
    asked = building.Asked()
    for number, packs in enumerate((two_packs, two_packs[:1])):
        building.make(building.recipe(base, tmp_path / f"{number}.img", packs), asked)
    first, second = asked.facts
    assert first.disk_id != second.disk_id
    assert first.time_s == second.time_s


def test_the_time_can_be_given(
    building: ModuleType, base: Path, volumes: ModuleType, cut: Callable[[Path, Place], Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    building.make(building.recipe(base, tmp_path / "out.img", time_s=1_600_000_000))
    told = volumes.call("debugfs", "-R", "stat /etc/fstab", cut(tmp_path / "out.img", ROOT))
    assert told.count("Sep 13 12:26:40 2020") == 4
    manifest = json.loads((tmp_path / "out.rpi-imager-manifest").read_text())
    assert manifest["os_list"][0]["release_date"] == "2020-09-13"


def test_a_compressed_image_can_be_flashed(
    building: ModuleType, base: Path, need_programs: Callable[..., None], tmp_path: Path
) -> None:
    need_programs("zstd")
    image = tmp_path / "card.img.zst"
    digests, _ = building.make(building.recipe(base, image))
    assert digests.download_bytes == image.stat().st_size < digests.extract_bytes / 20
    assert (tmp_path / "card.img.zst.sha256").read_text() == f"{sha256(image)}  card.img.zst\n"
    card = tmp_path / "card"
    card.write_bytes(b"\xff" * digests.extract_bytes)
    assert main(["flash", str(image), str(card), "--force", "card"]) == 0
    assert len(table(card).partitions) == 4


def test_imager_is_told_all_that_it_asks_for(built: Path) -> None:
    document = json.loads(built.with_name("latentpad.rpi-imager-manifest").read_text())
    schema = json.loads((HERE / "os_list_schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    (entry,) = document["os_list"]
    assert entry["url"] == built.resolve().as_uri()
    assert entry["extract_sha256"] == entry["image_download_sha256"] == sha256(built)
    assert entry["extract_size"] == entry["image_download_size"] == built.stat().st_size
    assert entry["init_format"] == "none"
    tags = [tag for device in document["imager"]["devices"] for tag in device["tags"]]
    assert entry["devices"] == tags == ["pi3-64bit", "pi4-64bit", "pi5-64bit"]


def test_imager_may_be_told_another_address(
    building: ModuleType, base: Path, tmp_path: Path
) -> None:
    url = "https://example.org/latentpad.img"
    building.make(building.recipe(base, tmp_path / "out.img", url=url))
    document = json.loads((tmp_path / "out.rpi-imager-manifest").read_text())
    assert document["os_list"][0]["url"] == url


def test_what_is_told_while_it_is_made(building: ModuleType, base: Path, tmp_path: Path) -> None:
    _, told = building.make(building.recipe(base, tmp_path / "out.img"))
    for words in ("bookworm", "rootfs", "lp-state     144 MiB", "grows to fill the card"):
        assert words in told
    assert told.index("PACKS") < told.index("changing the boot volume")
