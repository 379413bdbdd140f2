"""Libraries out of Debian packages: by the names that programs ask for, and never from damage."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcard.system.environment.debs import unpack_libraries
from sdcard.system.environment.platform import Platform
from sdcard.system.errors import LibraryError

PI = Platform()
LIB = "./usr/lib/aarch64-linux-gnu"


@pytest.fixture
def deb(packages: ModuleType, tmp_path: Path) -> Path:
    files = {
        f"{LIB}/libportaudio.so.2.0.0": b"portaudio",
        f"{LIB}/libdb-5.3.so": b"db",
        f"{LIB}/jack/plugin.so": b"no library",
        "./usr/lib/x86_64-linux-gnu/libother.so.1": b"of another machine",
        "./usr/share/alsa/alsa.conf": b"pcm.default",
        "./usr/share/alsa/pcm/default.conf": b"more",
        "./usr/share/doc/x/copyright": b"words",
        "../libevil.so.1": b"outside",
        f"{LIB}/../../../libworse.so.1": b"outside",
    }
    links = {f"{LIB}/libportaudio.so.2": "libportaudio.so.2.0.0"}
    made: Path = packages.make_deb(tmp_path, "some", files, links)
    return made


def test_libraries_have_the_names_that_are_asked_for(deb: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert unpack_libraries(deb, out, PI) == ["libdb-5.3.so", "libportaudio.so.2"]
    found = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.*")}
    assert found == {
        "lib/libportaudio.so.2": b"portaudio",
        "lib/libdb-5.3.so": b"db",
        "share/alsa/alsa.conf": b"pcm.default",
        "share/alsa/pcm/default.conf": b"more",
    }
    assert not (tmp_path / "libevil.so.1").exists()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_what_dpkg_builds_is_read(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    (tree / LIB).mkdir(parents=True)
    (tree / LIB / "libx.so.1.2").write_bytes(b"x")
    (tree / LIB / "libx.so.1").symlink_to("libx.so.1.2")
    (tree / "DEBIAN").mkdir()
    fields = "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: x <x@x>\nDescription: x\n"
    (tree / "DEBIAN/control").write_text(fields)
    for kind in ("xz", "gzip", "none"):
        deb = tmp_path / f"{kind}.deb"
        words = ["dpkg-deb", "--build", "--root-owner-group", f"-Z{kind}", str(tree), str(deb)]
        subprocess.run(words, check=True, capture_output=True)
        assert unpack_libraries(deb, tmp_path / kind, PI) == ["libx.so.1"]
        assert (tmp_path / kind / "lib/libx.so.1").read_bytes() == b"x"


def test_damage_is_told(deb: Path, packages: ModuleType, tmp_path: Path) -> None:
    whole = deb.read_bytes()
    for content, words in (
        (b"", "no Debian package"),
        (whole[: len(whole) // 2], "damaged"),
        (packages.ar({"debian-binary": b"2.0\n"}), "there is no data.tar"),
        (packages.ar({"data.tar.zst": b""}), r"data\.tar\.zst cannot be read"),
        (packages.ar({"data.tar.xz": b"words"}), "damaged"),
        (whole[:8] + b"x" * 60, "damaged at byte 8"),
    ):
        deb.write_bytes(content)
        with pytest.raises(LibraryError, match=words) as caught:
            unpack_libraries(deb, tmp_path / "out", PI)
        assert str(deb) in str(caught.value)
    with pytest.raises(LibraryError, match="cannot be read: No such file"):
        unpack_libraries(tmp_path / "none.deb", tmp_path / "out", PI)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(place=st.integers(8, 400), byte=st.integers(0, 255))
def test_any_damage_is_an_error_or_harmless(
    deb: Path, tmp_path_factory: pytest.TempPathFactory, place: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(deb.read_bytes())
    content[place % len(content)] = byte
    (folder / "x.deb").write_bytes(content)
    try:
        names = unpack_libraries(folder / "x.deb", folder / "out", PI)
    except LibraryError:
        return
    assert set(names) <= {"libdb-5.3.so", "libportaudio.so.2"}
