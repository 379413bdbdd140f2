"""What this machine's apt tells about Debian's archives."""

from __future__ import annotations

from pathlib import Path

import pytest

from sdcard.image import base_debian_sources as sources
from sdcard.image.base_debian_errors import NoDebianSourceError

SOURCES = """\
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm
Components: main

Types: deb
URIs: http://other.example/security/
Suites: bookworm-security
Components: main
"""
INDICES = {
    "mirror.example_debian_dists_bookworm_InRelease": "main contrib non-free-firmware non-free",
    "other.example_security_dists_bookworm-security_InRelease": "updates/main updates/contrib",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A machine with Debian's archives."""
    for name in ("etc/apt/sources.list.d", sources.LISTS):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "etc/os-release").write_text("ID=debian\nVERSION_CODENAME=bookworm\n")
    (tmp_path / "etc/apt/sources.list.d/debian.sources").write_text(SOURCES)
    return tmp_path


def test_takes_firmware_where_the_archive_has_it(root: Path) -> None:
    for name, components in INDICES.items():
        text = f"Origin: Debian\nComponents: {components}\nDescription: x\n"
        (root / sources.LISTS / name).write_text(text)
    text = sources.debian_sources("bookworm", root)
    assert "Components: main non-free-firmware\n\nTypes" in text
    assert text.endswith("Components: main\n")
    assert sources.has_firmware(text)


def test_does_without_where_nothing_tells_of_it(root: Path) -> None:
    text = sources.debian_sources("bookworm", root)
    assert text.count("Components: main\n") == 2
    assert not sources.has_firmware(text)


def test_a_machine_without_debian_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NoDebianSourceError, match="no archive of Debian for trixie"):
        sources.debian_sources("trixie", tmp_path)


def test_keeps_what_apt_needs_to_reach_them() -> None:
    told = 'Acquire::Languages:: "none";\nAcquire::Check-Date "false";\n'
    told += 'Acquire::http::Proxy "http://proxy.example:3128";\nAcquire::IndexTargets "x";\n'
    assert sources.apt_settings(lambda *_: told) == (
        'Acquire::Check-Date "false";',
        'Acquire::http::Proxy "http://proxy.example:3128";',
    )


@pytest.mark.parametrize(
    ("text", "suite"),
    [
        ('ID=debian\nVERSION_CODENAME=trixie\nNAME="a=b"\n', "trixie"),
        ("ID=ubuntu\nVERSION_CODENAME=jammy\n", "bookworm"),
        ("ID=debian\n", "bookworm"),
    ],
)
def test_the_release_is_that_of_a_debian_machine(tmp_path: Path, text: str, suite: str) -> None:
    (tmp_path / "os-release").write_text(text)
    assert sources.host_suite(tmp_path / "os-release") == suite


def test_a_machine_without_apt_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoDebianSourceError, match="apt-config: not here"):
        sources.apt_settings()
