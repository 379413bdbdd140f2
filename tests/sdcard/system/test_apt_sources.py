"""A machine's own sources of Debian, in both of apt's formats, asked for another release."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcard.system.environment.apt_sources import sources_for
from sdcard.system.errors import LibraryError

DEBIAN = 'ID=debian\nVERSION_CODENAME="bookworm"\n'
DEB822 = """# the main one
Types: deb deb-src
URIs: http://mirror.example/debian
 http://second.example/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 AAAA

Types: deb
URIs: http://tools.example/apt
Suites: tools-bookworm
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""


def machine(folder: Path, os_release: str, files: dict[str, str]) -> Path:
    (folder / "etc/apt/sources.list.d").mkdir(parents=True)
    (folder / "etc/os-release").write_text(os_release)
    for name, text in files.items():
        (folder / "etc/apt" / name).write_text(text)
    return folder


def test_the_newer_format_is_turned(tmp_path: Path) -> None:
    root = machine(tmp_path, DEBIAN, {"sources.list.d/debian.sources": DEB822})
    assert sources_for("trixie", root) == (
        "Types: deb\n"
        "URIs: http://mirror.example/debian\n http://second.example/debian\n"
        "Suites: trixie trixie-updates\n"
        "Components: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        "\n"
        "Types: deb\n"
        "URIs: http://mirror.example/debian-security\n"
        "Suites: trixie-security\n"
        "Components: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n AAAA\n"
    )


def test_the_older_format_is_turned(tmp_path: Path) -> None:
    lines = (
        "# deb http://no.example/debian bookworm main\n"
        "deb http://a.example/debian bookworm main contrib\n"
        "deb-src http://a.example/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://b.example/debian bookworm-security main\n"
        "deb http://a.example/debian bookworm main non-free\n"
    )
    root = machine(tmp_path, DEBIAN, {"sources.list": lines, "sources.list.d/x.bak": lines})
    assert sources_for("bookworm", root).split("\n\n") == [
        "Types: deb\nURIs: http://a.example/debian\nSuites: bookworm\nComponents: main",
        "Types: deb\nURIs: http://b.example/debian\nSuites: bookworm-security\nComponents: main\n"
        "Signed-By: /k.gpg\n",
    ]


@pytest.mark.parametrize(
    "os_release", ["", "ID=ubuntu\nVERSION_CODENAME=noble\n", "ID=debian\n", DEBIAN]
)
def test_a_machine_without_debian_is_told_the_way_out(tmp_path: Path, os_release: str) -> None:
    root = machine(tmp_path, os_release, {"sources.list": "deb http://x.example noble main\n"})
    with pytest.raises(LibraryError, match=r"no source of Debian .*--debs"):
        sources_for("bookworm", root)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(text=st.text(alphabet="deb []=\":/#\n 'bookwrmTypsURIS", max_size=200))
def test_any_file_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    root = machine(
        tmp_path_factory.mktemp("root"), DEBIAN,
        {"sources.list": text, "sources.list.d/x.sources": text},
    )  # fmt: skip
    with contextlib.suppress(LibraryError):
        assert "Suites: trixie" in sources_for("trixie", root)
