"""All changes together: each part is there, they agree, and are the same each time."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from device.settings import load_settings
from sdcard.image.changes import BaseFiles, Changes, MakeDirectory, PutFile, Symlink
from sdcard.image.layout import SETTINGS, USB_MOUNTS
from sdcard.system.card_settings import OUTPUTS, card_settings
from sdcard.system.changes import SETTINGS_IN_ROOT, changes
from sdcard.system.config.overlays import DACS
from sdcard.system.errors import BaseUnfitError, OptionError
from sdcard.system.options import SystemOptions
from sdcard.system.static_files import FILES

ContentOf = Callable[[Changes, str, str], str | None]
BaseWith = Callable[[Mapping[str, str | None]], BaseFiles]


@pytest.fixture
def options(environment: Path) -> SystemOptions:
    return SystemOptions(0xCAFE0001, environment)


@pytest.fixture
def made(pi_os: BaseFiles, boot: BaseFiles, options: SystemOptions) -> Changes:
    return changes(pi_os, boot, options)


def modes(made: Changes, part: str) -> dict[str, tuple[int, int, int]]:
    placed = (c for c in getattr(made, part) if isinstance(c, PutFile | MakeDirectory))
    return {c.path: (c.mode, c.uid, c.gid) for c in placed}


def test_they_are_the_same_each_time(
    made: Changes, pi_os: BaseFiles, boot: BaseFiles, options: SystemOptions
) -> None:
    assert changes(pi_os, boot, options) == made


def test_made_on_a_card_they_change_nothing(
    made: Changes, boot: BaseFiles, options: SystemOptions, pi_os_with: BaseWith
) -> None:
    """Of an image that was made before, one is made again."""
    put = {c.path: c.data for c in made.root if isinstance(c, PutFile)}
    texts = {path: data.decode() for path, data in put.items() if isinstance(data, bytes)}
    again = changes(pi_os_with(texts), boot, options)
    gone = {c for c in made.root if c.path == "/etc/sudoers.d/010_pi-nopasswd"}
    assert set(again.root) | gone == set(made.root) | gone
    assert again.boot == made.boot


def test_the_root_has_all_its_parts(made: Changes, content_of: ContentOf) -> None:
    for path in (
        "/etc/passwd", "/etc/fstab", "/etc/hostname", "/etc/sudoers.d/latentpad", SETTINGS_IN_ROOT,
        "/usr/lib/systemd/system/latentpad.service", "/etc/rpi/swap.conf.d/latentpad.conf",
        "/etc/ssh/sshd_config.d/10-latentpad.conf", "/opt/latentpad/bin/latentpad-card",
    ):  # fmt: skip
        assert content_of(made, "root", path), path
    assert content_of(made, "root", "/opt/latentpad/bin/python") == "/usr/bin/python3"
    assert modes(made, "root")["/opt/latentpad/bin/latentpad-card"][0] == 0o755
    assert modes(made, "root")["/etc/sudoers.d/latentpad"] == (0o440, 0, 0)
    for path in ("/data", "/packs", "/boot/firmware", "/var/lib/systemd/linger"):
        assert MakeDirectory(path) in made.root
    assert "/etc/cloud/cloud-init.disabled" not in modes(made, "root")


def test_names_are_the_cards_own(made: Changes, content_of: ContentOf) -> None:
    assert content_of(made, "root", "/etc/hostname") == "latentpad\n"
    assert content_of(made, "root", "/etc/hosts") == (
        "127.0.0.1\tlocalhost\n::1\tlocalhost\n127.0.1.1\tlatentpad\n"
    )
    assert content_of(made, "root", "/etc/machine-id") == ""
    assert content_of(made, "root", "/var/lib/dbus/machine-id") == "/etc/machine-id"
    assert content_of(made, "root", "/etc/resolv.conf") == "/run/NetworkManager/resolv.conf"


def test_the_state_belongs_to_those_who_write_it(made: Changes) -> None:
    found = modes(made, "state")
    uid = found["/latentpad"][1]
    assert found["/latentpad"] == (0o750, uid, uid)
    assert found["/latentpad/settings.toml"] == (0o660, uid, uid)
    assert found["/ssh"] == found["/network"] == (0o700, 0, 0)
    assert found["/releases"] == (0o755, 0, 0)
    assert found["/pad"] == (0o700, 1000, 1000)
    assert found["/pad/.bashrc"] == (0o644, 1000, 1000)
    assert "/system/systemd/timesync" in found
    assert f"uid={uid},gid={uid}" in str(made.root)
    assert all(c.path.startswith("/") and not c.path.startswith("/data") for c in made.state)


def test_whatever_is_bound_is_there(made: Changes, content_of: ContentOf) -> None:
    table = content_of(made, "root", "/etc/fstab")
    assert table is not None
    bound = [line.split() for line in table.splitlines() if "bind" in line]
    on_state, on_root = modes(made, "state"), modes(made, "root")
    assert len(bound) == 4
    for source, target, *_ in bound:
        assert source.removeprefix("/data") in on_state
        assert target in on_root
        unit = (FILES / "root/usr/lib/systemd/system/latentpad-no-state.service").read_text()
        assert source in unit, "without the partition the folder has to be made in memory"


def test_the_boot_partition_is_a_musicians(made: Changes, content_of: ContentOf) -> None:
    cmdline = content_of(made, "boot", "/cmdline.txt")
    assert cmdline is not None
    assert "root=PARTUUID=cafe0001-02" in cmdline
    readme = content_of(made, "boot", "/latentpad/README.txt")
    assert readme is not None
    assert readme.count("\r\n") == readme.count("\n") > 5
    assert not any(isinstance(c, Symlink) for c in made.boot)
    assert "/latentpad/authorized_keys" not in modes(made, "boot")


def test_keys_networks_and_country_go_along(
    pi_os: BaseFiles, boot: BaseFiles, options: SystemOptions, tmp_path: Path,
    content_of: ContentOf,
) -> None:  # fmt: skip
    network = tmp_path / "home.nmconnection"
    network.write_text("[connection]\ntype=wifi\n")
    wishes = replace(
        options, wifi_country="DE", authorized_keys=b"ssh-ed25519 AAAA\n", connections=(network,),
        dac="rpi-dacplus,24db_digital_gain", hostname="stage-left",
    )  # fmt: skip
    made = changes(pi_os, boot, wishes)
    assert content_of(made, "boot", "/latentpad/authorized_keys") == "ssh-ed25519 AAAA\n"
    assert content_of(made, "boot", "/latentpad/wifi-country.txt") == "DE\r\n"
    assert content_of(made, "boot", "/latentpad/home.nmconnection") == network.read_text()
    config = content_of(made, "boot", "/config.txt")
    assert config is not None
    assert "dtoverlay=rpi-dacplus,24db_digital_gain" in config.splitlines()
    assert content_of(made, "root", "/etc/hostname") == "stage-left\n"


def test_an_overlay_that_the_firmware_lacks_is_refused(
    pi_os: BaseFiles, boot: BaseFiles, options: SystemOptions
) -> None:
    with pytest.raises(BaseUnfitError, match=r"line 25: .*no overlay iqaudio-dacc; write"):
        changes(pi_os, boot, replace(options, dac="iqaudio-dacc"))


@pytest.mark.parametrize("dac", ["hifiberry-amp100", "draws", "audioinjector-ultra"])
def test_any_other_overlay_may_bring_the_sound(
    pi_os: BaseFiles, boot: BaseFiles, options: SystemOptions, dac: str
) -> None:
    assert changes(pi_os, boot, replace(options, dac=dac)).boot


def test_a_base_without_boot_files_is_refused(
    pi_os: BaseFiles, options: SystemOptions, boot: BaseFiles
) -> None:
    with pytest.raises(BaseUnfitError, match=r"no config\.txt"):
        changes(pi_os, pi_os, options)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"disk_id": 0}, "disk id 0x0"),
        ({"disk_id": 1 << 32}, "disk id 0x100000000"),
        ({"hostname": "-x"}, "host name '-x'"),
        ({"hostname": "x" * 64}, "up to 63"),
        ({"hostname": "a.b"}, "host name"),
        ({"wifi_country": "gb"}, "two capital letters"),
        ({"connections": (Path("home.txt"),)}, r"must be called NAME\.nmconnection"),
    ],
)
def test_wishes_that_cannot_be_granted_are_refused(
    options: SystemOptions, wish: dict[str, int | str], words: str
) -> None:
    with pytest.raises(OptionError, match=words):
        replace(options, **wish)


@pytest.mark.parametrize("dac", [*DACS, "of-next-year"])
def test_the_daemon_reads_the_first_settings(dac: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(card_settings(dac))
    found = load_settings(file)
    assert found.files.packs == "/packs"
    assert found.board.board == "onss"
    assert found.audio.device == OUTPUTS.get(dac)
    assert found.files.usb == USB_MOUNTS
    assert (found.remote.web, found.remote.web_host, found.remote.web_token) == (
        True, "0.0.0.0", ""
    )  # fmt: skip
    opened = card_settings(dac).replace("#web_token", "web_token").replace("#device", "device")
    assert set(tomllib.loads(opened)["remote"]) == {"web_host", "web_token"}
    assert SETTINGS == "/var/lib/latentpad/settings.toml"


def test_outputs_are_named_for_overlays_that_there_are() -> None:
    assert set(OUTPUTS) <= set(DACS)
