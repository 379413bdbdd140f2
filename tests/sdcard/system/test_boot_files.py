"""What a musician puts on the boot partition, with any editor, well or badly written."""

from __future__ import annotations

import base64
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcard.__main__ import main
from sdcard.system.boot_files import PERSON, Places, take_boot_files
from sdcard.system.errors import BootFileError
from sdcard.system.on_card.login_keys import KINDS, is_key
from sdcard.system.on_card.networks import checked
from sdcard.system.on_card.texts import LONGEST_BYTES, read_text
from sdcard.system.static_files import FILES

EXAMPLE = (FILES / "boot/latentpad/wifi-example.txt").read_text()
needs_keygen = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="needs ssh-keygen (openssh-client)"
)


def key(kind: str = "ssh-ed25519", comment: str = "me@home") -> str:
    blob = struct.pack(">I", len(kind)) + kind.encode() + struct.pack(">I", 32) + bytes(32)
    return f"{kind} {base64.b64encode(blob).decode()} {comment}"


@pytest.fixture
def places(tmp_path: Path) -> Places:
    (tmp_path / "boot").mkdir()
    return Places(*(tmp_path / name for name in ("boot", "ssh", "run", "networks", "rfkill")))


def take(places: Places) -> tuple[list[str], list[str]]:
    refused: list[BootFileError] = []
    done = list(take_boot_files(places, refused.append))
    return [one for one in done if one != "a new host key"], [str(one) for one in refused]


def test_nothing_there_is_nothing_wrong(places: Places) -> None:
    assert take(places) == ([], [])
    places.drop_in.rmdir()
    assert take(places) == ([], [])
    assert (places.login_keys / PERSON).read_text() == ""


@pytest.mark.parametrize(
    ("name", "user"),
    [
        ("authorized_keys", PERSON), ("authorized_keys.txt", PERSON), ("AUTHORIZED_KEYS", PERSON),
        ("id_ed25519.pub", PERSON), ("ID.PUB.txt", PERSON), ("root_authorized_keys", "root"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_keys_are_taken_however_they_were_saved(
    places: Places, name: str, user: str, encoding: str
) -> None:
    text = f"# mine\r\n{key()}\r\n\r\n{key('ssh-rsa', 'Zoë')}\r\n"
    (places.drop_in / name).write_bytes(text.encode(encoding))
    assert take(places) == ([f"2 keys for {user}"], [])
    file = places.login_keys / user
    assert file.read_text() == f"{key()}\n{key('ssh-rsa', 'Zoë')}\n"
    assert file.stat().st_mode & 0o777 == 0o644
    assert places.login_keys.stat().st_mode & 0o777 == 0o755


def test_good_lines_are_taken_beside_bad_ones(places: Places) -> None:
    file = places.drop_in / "authorized_keys"
    lines = [key(), "ssh-ed25519 AAAA", "hello", f'from="10.*" {key()}', "ssh-rsa !!! x"]
    file.write_text("\n".join(lines))
    taken, refused = take(places)
    assert taken == [f"2 keys for {PERSON}"]
    assert refused == [f"{file}, line {number}: this is no public key" for number in (2, 3, 5)]


def test_a_key_that_was_taken_away_is_gone(places: Places) -> None:
    file = places.drop_in / "authorized_keys"
    file.write_text(key())
    take(places)
    file.unlink()
    take(places)
    assert (places.login_keys / PERSON).read_text() == ""


def test_a_private_key_is_not_taken_and_not_shown(places: Places) -> None:
    text = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n"
    (places.drop_in / "authorized_keys").write_text(text)
    taken, refused = take(places)
    assert taken == []
    assert len(refused) == 1
    assert "a private key! Take it off the card" in refused[0]
    assert "c2VjcmV0" not in refused[0]


@needs_keygen
def test_ssh_keygen_makes_what_is_taken(tmp_path: Path) -> None:
    for kind in ("ed25519", "rsa", "ecdsa"):
        file = tmp_path / kind
        words = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(file)]
        subprocess.run(words, check=True, stdin=subprocess.DEVNULL)
        assert is_key(file.with_suffix(".pub").read_text().strip())


def test_a_network_is_taken(places: Places) -> None:
    text = EXAMPLE.replace("PASSWORD\n", "correct horse\n").replace("\n", "\r\n")
    for name in ("home.nmconnection", "Stage left.nmconnection.txt", "._home.nmconnection"):
        (places.drop_in / name).write_text(text, newline="")
    assert take(places) == (["network Stage_left", "network home"], [])
    file = places.networks / "boot-home.nmconnection"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "\r" not in file.read_text()
    assert "psk=correct horse\n" in file.read_text()


def test_networks_of_an_earlier_run_go_and_others_stay(places: Places) -> None:
    places.networks.mkdir()
    (places.networks / "boot-old.nmconnection").write_text("x")
    (places.networks / "eth0.nmconnection").write_text("x")
    (places.drop_in / "new.nmconnection").write_text("[connection]\ntype=ethernet\n")
    take(places)
    names = {path.name for path in places.networks.iterdir()}
    assert names == {"boot-new.nmconnection", "eth0.nmconnection"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "[connection] has no type"),
        ("hello\n", "line 1: neither [SECTION] nor KEY=VALUE"),
        ("[connection]\ntype=wifi\ntype=wifi\n", "line 3: neither"),
        ("[connection]\nid=x\n", "[connection] has no type"),
        ("[connection]\ntype=wifi\n", "[wifi] has no ssid"),
        ("[connection]\ntype=wifi\n[wifi]\nssid=x\n[wifi-security]\npsk=secret\n",
         "psk has 6 characters; a password has 8 to 63"),
        ("[connection]\ntype=wifi\nthe password is hunter22\n", "line 3: neither"),
    ],
)  # fmt: skip
def test_a_network_that_cannot_work_is_told_without_its_password(
    places: Places, text: str, words: str
) -> None:
    file = places.drop_in / "home.nmconnection"
    file.write_text(text)
    (places.drop_in / "cable.nmconnection").write_text("[connection]\ntype=ethernet\n")
    taken, refused = take(places)
    assert taken == ["network cable"]
    assert len(refused) == 1
    assert refused[0].startswith(str(file))
    assert words in refused[0]
    assert "hunter22" not in refused[0]
    assert "secret" not in refused[0]


def test_wifi_is_turned_on_where_the_country_is_known(places: Places) -> None:
    for name, kind in (("rfkill0", "bluetooth"), ("rfkill1", "wlan")):
        (places.switches / name).mkdir(parents=True)
        (places.switches / name / "type").write_text(f"{kind}\n")
        (places.switches / name / "soft").write_text("1")
    (places.drop_in / "WiFi-Country.txt").write_bytes(b"\xef\xbb\xbfde\r\n")
    assert take(places) == (["Wi-Fi as allowed in DE"], [])
    assert (places.switches / "rfkill1/soft").read_text() == "0"
    assert (places.switches / "rfkill0/soft").read_text() == "1"


@pytest.mark.parametrize("text", ["", "Germany", "D1", "d e"])
def test_what_is_no_country_changes_nothing(places: Places, text: str) -> None:
    (places.drop_in / "wifi-country.txt").write_text(text)
    taken, refused = take(places)
    assert taken == []
    assert "two letters are expected" in refused[0]


@needs_keygen
def test_the_host_key_is_made_once_and_again_when_it_is_spoilt(places: Places) -> None:
    take(places)
    file = places.host_keys / "ssh_host_ed25519_key"
    first = file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.with_suffix(".pub").read_text().startswith("ssh-ed25519 ")
    take(places)
    assert file.read_bytes() == first
    for damage in (b"", first[:100]):
        file.write_bytes(damage)
        take(places)
        assert file.read_bytes() not in (first, damage)
        assert {path.name for path in places.host_keys.iterdir()} == {
            "ssh_host_ed25519_key", "ssh_host_ed25519_key.pub",
        }  # fmt: skip


def test_where_nothing_can_be_written_the_rest_goes_on(places: Places) -> None:
    places.host_keys.write_text("a file in the way")
    places.login_keys.write_text("a file in the way")
    (places.drop_in / "cable.nmconnection").write_text("[connection]\ntype=ethernet\n")
    taken, refused = take(places)
    assert taken == ["network cable"]
    assert any(str(places.login_keys) in one for one in refused)


def test_the_command_tells_and_ends(
    places: Places, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["take-boot-files"]
    for name in ("drop_in", "host_keys", "login_keys", "networks", "switches"):
        words += [f"--{name.replace('_', '-')}", str(getattr(places, name))]
    (places.drop_in / "id.pub").write_text(key())
    assert main(words) == 0
    assert f"1 keys for {PERSON}\n" in capsys.readouterr().out
    (places.drop_in / "x.nmconnection").write_bytes(b"\0")
    assert main(words) == 1
    assert "x.nmconnection: not a text file" in capsys.readouterr().err


def test_files_that_are_too_long_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"x" * (LONGEST_BYTES + 1))
    with pytest.raises(BootFileError, match="longer than 65536 bytes"):
        read_text(file)
    with pytest.raises(BootFileError, match="cannot be read: Is a directory"):
        read_text(tmp_path)


LENIENT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@LENIENT
@given(data=st.binary(max_size=200))
def test_any_bytes_are_taken_or_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.nmconnection"
    file.write_bytes(data)
    try:
        taken = checked(file)
    except BootFileError as error:
        refused = str(error)
        assert refused.startswith(str(file))
    else:
        assert taken == read_text(file)


@given(st.text(max_size=80), st.sampled_from(KINDS))
def test_any_line_is_a_key_or_is_none(text: str, kind: str) -> None:
    assert is_key(f"{kind} {text}") in (True, False)
    assert is_key(text) is False or kind
