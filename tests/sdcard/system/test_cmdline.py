"""cmdline.txt: the kernel's one line, for this card and no other, with nothing of the base lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcard.system.cmdline import cmdline_txt
from sdcard.system.errors import BaseUnfitError, OptionError

DISK = 0xCAFE0001
OWN = (
    "root=PARTUUID=cafe0001-02 rootfstype=ext4 ro rootwait fsck.repair=yes"
    " cpufreq.default_governor=performance"
)


def test_the_published_line_becomes_the_cards(cmdline: str) -> None:
    expected = f"console=tty1 cfg80211.ieee80211_regdom=GB {OWN}\n"
    assert cmdline_txt(cmdline, DISK) == expected


@pytest.mark.parametrize(
    "word",
    [
        "console=serial0,115200", "console=ttyAMA0,115200", "console=ttyS0", "resize", "quiet",
        "console=ttyAMA10,115200n8", "init=/usr/lib/raspi-config/init_resize.sh", "rw", "splash",
        "systemd.run=/boot/firstrun.sh", "systemd.unit=kernel-command-line.target", "boot=overlay",
        "root=/dev/mmcblk0p2", "rootfstype=btrfs", "fsck.mode=skip", "ds=nocloud;i=x",
        "overlayroot=tmpfs",
    ],
)  # fmt: skip
def test_what_gets_in_the_way_goes(word: str) -> None:
    assert cmdline_txt(f"console=tty1 {word} usb.quirks=1:2:u\n", DISK) == (
        f"console=tty1 usb.quirks=1:2:u {OWN}\n"
    )


def test_the_country_is_told_once() -> None:
    line = cmdline_txt("cfg80211.ieee80211_regdom=GB", DISK, "DE")
    assert line == f"console=tty1 {OWN} cfg80211.ieee80211_regdom=DE\n"
    for country in ("de", "DEU", "D1", "D "):
        with pytest.raises(OptionError, match="two capital letters"):
            cmdline_txt("", DISK, country)


def test_more_than_one_line_is_refused() -> None:
    assert cmdline_txt("\n\nrootwait\n\n", DISK)
    with pytest.raises(BaseUnfitError, match="2 lines"):
        cmdline_txt("console=tty1\nrootwait\n", DISK)


WORDS = st.text(alphabet="abcxyz=.,0129", min_size=1, max_size=12)


@given(st.lists(WORDS, max_size=8), st.integers(1, 0xFFFFFFFF))
def test_it_is_stable_and_keeps_other_words(words: list[str], disk_id: int) -> None:
    once = cmdline_txt(" ".join(words), disk_id)
    assert cmdline_txt(once, disk_id) == once
    assert once.count("\n") == 1
    assert f"root=PARTUUID={disk_id:08x}-02" in once.split()
    assert [word for word in words if word.startswith(("a", "b"))] == [
        word for word in once.split() if word.startswith(("a", "b"))
    ]
