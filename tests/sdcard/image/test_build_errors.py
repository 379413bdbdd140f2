"""Images that cannot be made: a typed error in good time, nothing left, the old image untouched."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device.pack import PackDamagedError, PackError
from sdcard.__main__ import main
from sdcard.image import programs
from sdcard.image.changes import PutFile
from sdcard.image.errors import (
    BaseUnusableError,
    ChangeRefusedError,
    DoesNotFitError,
    ImageError,
    NoRoomError,
    OutputUnusableError,
    ProgramMissingError,
)
from sdcard.image.recipe import Outputs, source_date

OLD = b"an image of before"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Where an image should go; one of before is there."""
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "card.img").write_bytes(OLD)
    return folder / "card.img"


@pytest.fixture
def refused(building: ModuleType, output: Path) -> Callable[..., None]:
    """Builds, and checks that it fails as it should."""

    def build(kind: type[Exception], reason: str, *recipe: object, **wishes: object) -> None:
        with pytest.raises(kind, match=reason):
            building.make(building.recipe(*recipe, **wishes))
        assert [path.name for path in output.parent.iterdir()] == [output.name]
        assert output.read_bytes() == OLD

    return build


def test_a_damaged_pack(
    refused: Callable[..., None], base: Path, output: Path, two_packs: tuple[Path, Path],
    tmp_path: Path,
) -> None:  # fmt: skip
    pack = Path(shutil.copytree(two_packs[0], tmp_path / "pack"))
    cell = next(pack.rglob("*.cell"))
    data = bytearray(cell.read_bytes())
    data[-1] ^= 1
    cell.write_bytes(data)
    refused(PackDamagedError, cell.name, base, output, [pack])


def test_no_pack(refused: Callable[..., None], base: Path, output: Path, tmp_path: Path) -> None:
    refused(PackError, "nowhere", base, output, [tmp_path / "nowhere.onsp"])


def test_the_same_pack_twice(
    refused: Callable[..., None], base: Path, output: Path, two_packs: tuple[Path, Path]
) -> None:
    packs = [two_packs[0], two_packs[0]]
    refused(ChangeRefusedError, "is the same pack as", base, output, packs)


def test_a_base_of_another_kind(
    refused: Callable[..., None], fake_base: ModuleType, output: Path, tmp_path: Path
) -> None:
    status = fake_base.STATUS.replace("arm64", "armhf")
    base = fake_base.make_fake_base(
        tmp_path / "base.img", tmp_path / "work", {"/var/lib/dpkg/status": status}
    )
    refused(BaseUnusableError, "'armhf'; it must be arm64", base, output)


def test_no_base(refused: Callable[..., None], output: Path, tmp_path: Path) -> None:
    refused(BaseUnusableError, "no such file", tmp_path / "none.img", output)


def test_programs_that_are_not_installed(
    refused: Callable[..., None], base: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find(program: str) -> str | None:
        return None if program in ("mcopy", "fsck.fat", "debugfs") else "/bin/true"

    monkeypatch.setattr(programs, "_find", find)
    refused(ProgramMissingError, "apt-get install dosfstools e2fsprogs mtools", base, output)


Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("what", ["the base", "the image's parts"])
def test_too_little_room(
    refused: Callable[..., None], base: Path, output: Path, monkeypatch: pytest.MonkeyPatch,
    what: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(1 << 40, 0, 1 << 20))
    if what != "the base":
        monkeypatch.setattr("sdcard.image.room.base_bytes", lambda image: 0)
    refused(NoRoomError, f"{what} needs .*--work", base, output)


def test_the_state_does_not_fit(refused: Callable[..., None], base: Path, output: Path) -> None:
    refused(DoesNotFitError, "the state's partition", base, output, state_bytes=4 << 20)


def test_a_change_that_is_refused(building: ModuleType, base: Path, output: Path) -> None:
    asked = building.Asked(more=(PutFile("/etc", b"not a directory"),))
    with pytest.raises(ChangeRefusedError, match="/etc: is a directory"):
        building.make(building.recipe(base, output), asked)
    assert [path.name for path in output.parent.iterdir()] == [output.name]


def test_a_disk_that_fills_up(
    refused: Callable[..., None], base: Path, output: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device", "card.img")

    monkeypatch.setattr("sdcard.image.build.assemble", full)
    refused(NoRoomError, "card.img: No space left", base, output)


@pytest.mark.parametrize(
    "name", ["card.iso", "card.xz", "card", "card.img.bz2", "card.img.gz", "a.img.old.xz"]
)
def test_names_that_tell_of_no_image(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputUnusableError, match="must end with"):
        Outputs.of(tmp_path / name)


def test_names_of_the_files_beside_an_image(tmp_path: Path) -> None:
    outputs = Outputs.of(tmp_path / "my.card.img.xz")
    names = (outputs.bmap.name, outputs.checksum.name, outputs.manifest.name)
    assert names == (
        "my.card.img.xz.bmap", "my.card.img.xz.sha256", "my.card.rpi-imager-manifest",
    )  # fmt: skip


def test_nowhere_to_write(tmp_path: Path) -> None:
    with pytest.raises(OutputUnusableError, match="there is no folder"):
        Outputs.of(tmp_path / "none" / "card.img")


@pytest.mark.parametrize("text", ["", "yesterday", "-1", "0", "99999999999"])
def test_a_date_that_is_none(text: str) -> None:
    with pytest.raises(OutputUnusableError, match="SOURCE_DATE_EPOCH"):
        source_date({"SOURCE_DATE_EPOCH": text})


def test_a_date_that_is_one() -> None:
    assert source_date({"SOURCE_DATE_EPOCH": "1700000000"}) == 1_700_000_000
    assert source_date({}) is None


def test_the_command_line_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["image", "--base", str(tmp_path / "none.img"), "-o", str(tmp_path / "x.img")]
    assert main(words) == 1
    assert "none.img: no such file" in capsys.readouterr().err
    (tmp_path / "key").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    assert main([*words, "--ssh-key", str(tmp_path / "key")]) == 1
    assert "no public SSH key" in capsys.readouterr().err


def test_all_errors_are_of_the_tree() -> None:
    assert issubclass(NoRoomError, ImageError)
    assert issubclass(NoRoomError, OSError)
