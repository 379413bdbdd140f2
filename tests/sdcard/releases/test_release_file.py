"""A release in one file: the same bytes from the same files, and nothing but them out of it."""

from __future__ import annotations

import io
import json
import lzma
import os
import shutil
import stat
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcard.releases import entries, errors
from sdcard.releases.describe import describe
from sdcard.releases.manifest import NAME, manifest_bytes, parse_manifest
from sdcard.releases.model import Machine, Manifest, ReleaseFile
from sdcard.releases.release_file import write_release
from sdcard.releases.release_reader import ReleaseReader

MakeEnvironment = Callable[..., Path]
MakeRelease = Callable[..., Path]


def tree(folder: Path) -> dict[str, object]:
    """Path -> content and mode, or where a link leads."""
    found: dict[str, object] = {}
    for path in folder.rglob("*"):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = str(path.readlink())
        elif path.is_file():
            found[name] = (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
    return found


def unpack(data: bytes, folder: Path) -> Manifest:
    reader = ReleaseReader(io.BytesIO(data), "x.release")
    sizes: list[int] = []
    reader.unpack(folder, sizes.append)
    assert sum(sizes) == reader.manifest.total_bytes
    return reader.manifest


def test_what_goes_in_comes_out(
    make_environment: MakeEnvironment, make_release: MakeRelease, tmp_path: Path
) -> None:
    environment, release = make_environment(), make_release()
    assert release.name == "latentpad-0.2.0-aarch64-py311.release"
    umask = os.umask(0o077)
    manifest = unpack(release.read_bytes(), tmp_path / "out")
    os.umask(umask)
    assert (manifest.version, manifest.machine) == ("0.2.0", Machine("aarch64", "3.11"))
    found = tree(tmp_path / "out")
    document, _ = found.pop(NAME)  # type: ignore[misc]
    assert parse_manifest(document, "") == manifest
    assert found == tree(environment)
    folders = [path for path in (tmp_path / "out").rglob("*") if path.is_dir()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o755}


def test_any_tar_reads_it(make_release: MakeRelease, make_environment: MakeEnvironment) -> None:
    with tarfile.open(make_release(), "r:xz") as archive:
        first, *others = archive.getmembers()
        assert first.name == NAME
        assert [one.name for one in others] == sorted(tree(make_environment()))
        owners = {(one.uid, one.gid, one.uname, one.mtime) for one in archive.getmembers()}
    assert owners == {(0, 0, "", 0)}


def test_equal_files_give_equal_bytes(
    make_environment: MakeEnvironment, make_release: MakeRelease, tmp_path: Path
) -> None:
    first = make_release().read_bytes()
    copy = Path(shutil.copytree(make_environment(), tmp_path / "copy", symlinks=True))
    for path in copy.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1, 1))
            path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o700)
    (copy / "empty folder").mkdir()
    assert make_release(copy).read_bytes() == first


def test_a_release_that_was_unpacked_is_an_environment_again(
    make_release: MakeRelease, tmp_path: Path
) -> None:
    first = make_release()
    unpack(first.read_bytes(), tmp_path / "out")
    assert make_release(tmp_path / "out").read_bytes() == first.read_bytes()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "pyvenv.cfg").unlink(), "cannot be read"),
        (lambda folder: (folder / "pyvenv.cfg").write_text("version = 3.11"), "'latentpad'"),
        (lambda folder: (folder / "pyvenv.cfg").write_bytes(b"\xff"), "cannot be read"),
        (lambda folder: (folder / "bin/latentpad-device").unlink(), "bin/latentpad-device"),
        (lambda folder: (folder / "bin/latentpad-device").chmod(0o644), "bin/latentpad-device"),
        (lambda folder: (folder / "lib/libportaudio.so.2.0.0").write_text(""), "no library"),
        (lambda folder: shutil.copy("/bin/true", folder / "lib/x.so"), "for aarch64"),
        (lambda folder: os.mkfifo(folder / "pipe"), "neither a file nor a link"),
    ],
)  # fmt: skip
def test_what_is_no_environment(
    make_environment: MakeEnvironment, change: Callable[[Path], object], words: str
) -> None:
    environment = make_environment()
    change(environment)
    with pytest.raises(errors.EnvironmentUnfitError, match=words) as caught:
        describe(environment)
    assert str(environment) in str(caught.value)


@pytest.mark.parametrize("link", ["/etc", "../..", "../../x", "nowhere", "..", "/usr/bin/python3"])
def test_a_link_that_leads_out_is_not_released(
    make_environment: MakeEnvironment, link: str
) -> None:
    environment = make_environment()
    (environment / "lib/link").symlink_to(link)
    with pytest.raises(errors.ReleaseUnsafeError, match=r"'lib/link' leads to"):
        describe(environment)


def test_a_file_that_changes_meanwhile_is_noticed(
    make_environment: MakeEnvironment, tmp_path: Path
) -> None:
    environment = make_environment()
    manifest = describe(environment)
    (environment / "pyvenv.cfg").write_text("other")
    with pytest.raises(errors.EnvironmentUnfitError, match="changed while it was read"):
        write_release(environment, manifest, tmp_path / "x.release")
    assert not list(tmp_path.glob("*x.release*"))


def packed(manifest: Manifest, contents: list[bytes], end: bytes = entries.END) -> bytes:
    """A release file with this manifest and whatever entries."""
    document = manifest_bytes(manifest)
    parts = [entries.manifest_header(len(document)), padded(document)]
    return lzma.compress(b"".join([*parts, *contents, end]))


def padded(data: bytes) -> bytes:
    return data + bytes(entries.padding(len(data)))


def one_file(path: str = "a", **changes: object) -> ReleaseFile:
    digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"  # of "abc"
    return replace(ReleaseFile(path, 3, digest), **changes)  # type: ignore[arg-type]


def manifest_of(*files: ReleaseFile) -> Manifest:
    return Manifest("1", Machine("aarch64", "3.11"), files)


GOOD = entries.header(one_file()) + padded(b"abc")


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"", errors.ReleaseDamagedError, "ends too early"),
        (b"PK\3\4" * 200, errors.ReleaseDamagedError, "no xz"),
        (lzma.compress(b"x" * 512), errors.ReleaseDamagedError, "does not begin with a manifest"),
        (lzma.compress(entries.manifest_header(9 << 20)), errors.ReleaseUnsafeError, "9437184"),
        (packed(manifest_of(one_file()), [GOOD])[:-30], errors.ReleaseDamagedError, "not whole"),
        (packed(manifest_of(one_file()), [GOOD]) + b"x", errors.ReleaseDamagedError, "more after"),
        (packed(manifest_of(one_file()), [GOOD, GOOD]), errors.ReleaseDamagedError, "more files"),
        (packed(manifest_of(one_file()), []), errors.ReleaseDamagedError, "another's"),
        (packed(manifest_of(one_file()), [GOOD], b""), errors.ReleaseDamagedError, "too early"),
        (packed(manifest_of(one_file()), [GOOD[:512], padded(b"abd")]),
         errors.ReleaseDamagedError, "a: its SHA-256 is"),
        (packed(manifest_of(one_file()), [GOOD[:512], b"abc" + b"x" * 509]),
         errors.ReleaseDamagedError, "where there should be none"),
        (packed(manifest_of(one_file(is_executable=True)), [GOOD]),
         errors.ReleaseDamagedError, "another's"),
    ],
)  # fmt: skip
def test_what_is_no_release_file(
    tmp_path: Path, data: bytes, error: type[errors.ReleaseError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        unpack(data, tmp_path / "out")
    assert str(caught.value).startswith("x.release: ")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([one_file("../a")], "not a plain path"),
        ([one_file("/etc/passwd")], "not a plain path"),
        ([one_file("a//b")], "not a plain path"),
        ([one_file("a\\b")], "not a plain path"),
        ([one_file("x" * 251)], "longer than 250"),
        ([one_file("b"), one_file("a")], "not sorted"),
        ([one_file("a"), one_file("a")], "twice"),
        ([one_file("a"), one_file("a/b")], "something else already"),
        ([ReleaseFile("a", link="/etc"), one_file("a/b")], "something else already"),
        ([one_file(NAME)], "something else already"),
        ([ReleaseFile("a", link="/etc/passwd")], "leads to"),
        ([ReleaseFile("a/b", link="../../x")], "leads to"),
        ([ReleaseFile("bin/python", link="/tmp/python3")], "leads to"),
        ([one_file(str(n), size=500 << 20) for n in range(5)], "at most 2147483648"),
    ],
)  # fmt: skip
def test_what_leads_out_is_refused_before_anything_is_written(
    tmp_path: Path, files: list[ReleaseFile], words: str
) -> None:
    with pytest.raises(errors.ReleaseUnsafeError, match=words):
        unpack(packed(manifest_of(*files), []), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def changed(**fields: object) -> bytes:
    document = json.loads(manifest_bytes(manifest_of(one_file())))
    return json.dumps(document | fields).encode()


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"{", errors.ReleaseDamagedError, "not valid JSON"),
        (changed(format="zip"), errors.ReleaseDamagedError, "format"),
        (changed(format_version=2), errors.ReleaseTooNewError, "knows up to 1"),
        (changed(version="../x"), errors.ReleaseDamagedError, "is not a version"),
        (changed(version="base"), errors.ReleaseDamagedError, "is not a version"),
        (changed(machine="a b"), errors.ReleaseDamagedError, "is not one word"),
        (changed(files=[]), errors.ReleaseDamagedError, "entries"),
        (changed(files=[{"path": "a", "size": -1, "sha256": "0" * 64}]),
         errors.ReleaseDamagedError, "size"),
        (changed(files=[{"path": "a", "size": 1, "sha256": "A" * 64}]),
         errors.ReleaseDamagedError, "hexadecimal"),
        (changed(files=[{"path": "a", "size": 1}]), errors.ReleaseDamagedError, "sha256"),
        (changed(more=1), errors.ReleaseDamagedError, "unknown key"),
        (b"[" * 300_000, errors.ReleaseUnsafeError, "objects and lists"),
    ],
)  # fmt: skip
def test_what_is_no_manifest(data: bytes, error: type[errors.ReleaseError], words: str) -> None:
    with pytest.raises(error, match=words):
        parse_manifest(data, "x.release")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
@given(st.data())
def test_a_changed_byte_is_always_noticed(
    make_release: MakeRelease, tmp_path: Path, data: st.DataObject
) -> None:
    """In the file as it is packed, and in what is packed into it."""
    release = make_release().read_bytes()
    is_inside = data.draw(st.booleans())
    stream = bytearray(lzma.decompress(release) if is_inside else release)
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    bad = lzma.compress(bytes(stream), preset=0) if is_inside else bytes(stream)
    with pytest.raises(errors.ReleaseError):
        unpack(bad, tmp_path / "out")
    shutil.rmtree(tmp_path / "out", ignore_errors=True)


def test_one_that_needs_much_memory_is_refused(tmp_path: Path) -> None:
    data = lzma.compress(b"x" * 512, preset=9 | lzma.PRESET_EXTREME, check=lzma.CHECK_CRC32)
    big = lzma.compress(bytes(600), filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 256 << 20}])
    assert data
    with pytest.raises(errors.ReleaseDamagedError, match="limit"):
        unpack(big, tmp_path / "out")


def test_a_disk_that_does_not_take_it(make_release: MakeRelease, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(errors.ReleaseWriteError, match="File exists"):
        unpack(make_release().read_bytes(), tmp_path / "out")
