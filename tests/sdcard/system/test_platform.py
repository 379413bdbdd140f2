"""What is read from a base: its machine, Python, C library and release."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from sdcard.image.changes import BaseFiles
from sdcard.system.environment.platform import (
    Platform,
    dpkg_status,
    installed_packages,
    platform_of,
)
from sdcard.system.errors import BaseUnfitError

BaseWith = Callable[[Mapping[str, str | None]], BaseFiles]


def test_bases_tell_what_they_are(pi_os: BaseFiles, little_debian: BaseFiles) -> None:
    assert platform_of(pi_os) == Platform("aarch64", 11, 36, "bookworm")
    assert platform_of(little_debian) == Platform("x86_64", 13, 41, "trixie")


def test_names_are_those_of_dpkg_compilers_and_wheels() -> None:
    pi, pc = Platform(), Platform("x86_64", 13, 18, "trixie")
    assert (pi.debian_machine, pc.debian_machine) == ("arm64", "amd64")
    assert pi.triplet == "aarch64-linux-gnu"
    assert pc.site_packages == "lib/python3.13/site-packages"
    assert pc.wheel_platforms == [
        "manylinux_2_18_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "linux_x86_64",
    ]  # fmt: skip
    assert pi.wheel_platforms[0] == "manylinux_2_36_aarch64"


def test_of_several_pythons_the_newest_counts(pi_os_with: BaseWith) -> None:
    assert platform_of(pi_os_with({"/usr/bin/python3.13": "x"})).python == 13


def test_only_what_is_installed_counts(pi_os: BaseFiles) -> None:
    assert set(installed_packages(dpkg_status(pi_os))) == {"libc6", "python3-lgpio"}
    assert installed_packages(b"") == {}
    assert installed_packages(b"\xff\n\nPackage: x\n") == {}


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("/lib/ld-linux-aarch64.so.1", None, "no 64-bit system"),
        ("/usr/bin/python3.11", None, r"no /usr/bin/python3\.11 or newer"),
        ("/etc/os-release", "ID=debian\n", "VERSION_CODENAME"),
        ("/etc/os-release", None, "VERSION_CODENAME"),
        ("/var/lib/dpkg/status", None, "no Debian"),
        ("/var/lib/dpkg/status", "", "libc6 is missing, expected is 2.N"),
        (
            "/var/lib/dpkg/status",
            "Package: libc6\nStatus: install ok installed\nVersion: 3.1\n",
            "libc6 is 3.1",
        ),
    ],
)
def test_what_is_missing_is_told(
    pi_os_with: BaseWith, path: str, text: str | None, words: str
) -> None:
    with pytest.raises(BaseUnfitError, match=words):
        platform_of(pi_os_with({path: text}))


def test_other_machines_are_refused() -> None:
    with pytest.raises(BaseUnfitError, match="machine 'armv7l': there are only cards for aarch64"):
        Platform("armv7l")
