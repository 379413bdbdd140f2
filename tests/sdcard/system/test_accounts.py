"""Accounts: who is added, who is renamed, who may no longer do anything; and damaged files."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcard.image.changes import BaseFiles, PutFile
from sdcard.system.accounts import Accounts, accounts
from sdcard.system.accounts_files import FIELDS, Table
from sdcard.system.errors import AccountsError, UnitError
from sdcard.system.sysusers import Wanted, read_sysusers
from sdcard.system.units import SYSUSERS, unit_files

BaseWith = Callable[[Mapping[str, str | None]], BaseFiles]
WANTED = read_sysusers(unit_files()[SYSUSERS].decode(), SYSUSERS)


def put(made: Accounts) -> dict[str, PutFile]:
    return {change.path: change for change in made.changes if isinstance(change, PutFile)}


def texts(made: Accounts) -> dict[str, str]:
    data = {path: change.data for path, change in put(made).items()}
    return {path: one.decode() for path, one in data.items() if isinstance(one, bytes)}


def tables(root: BaseFiles) -> tuple[Accounts, dict[str, dict[str, list[str]]]]:
    made = accounts(root, WANTED)
    found = {}
    for path, text in texts(made).items():
        rows = [line.split(":") for line in text.splitlines()]
        found[path] = {row[0]: row for row in rows}
        assert len(found[path]) == len(rows)
        assert {len(row) for row in rows} == {FIELDS[path]}
    return made, found


def test_the_units_own_list_is_what_is_made(pi_os: BaseFiles) -> None:
    made, found = tables(pi_os)
    assert set(WANTED.groups) == {"audio", "dialout", "gpio", "i2c", "spi"}
    assert set(WANTED.groups) < set(found["/etc/group"])
    user = found["/etc/passwd"]["latentpad"]
    assert user[4:] == ["latentpad instrument", "/var/lib/latentpad", "/usr/sbin/nologin"]
    assert (made.uid, made.gid) == (997, 997)  # 999 and 998 are taken by a group and a user
    assert found["/etc/group"]["latentpad"] == ["latentpad", "x", "997", "pad"]
    assert found["/etc/shadow"]["latentpad"][1] == "!*"


def test_groups_of_the_base_keep_their_numbers(pi_os: BaseFiles) -> None:
    _, found = tables(pi_os)
    numbers = {name: found["/etc/group"][name][2] for name in WANTED.groups}
    assert numbers == {"audio": "29", "dialout": "20", "gpio": "986", "i2c": "988", "spi": "989"}


def test_the_bases_first_user_becomes_the_person(pi_os: BaseFiles) -> None:
    made, found = tables(pi_os)
    assert made.former == "pi"
    for path, rows in found.items():
        assert "pi" not in rows, path
    assert found["/etc/passwd"]["pad"] == [
        "pad", "x", "1000", "1000", "", "/data/pad", "/bin/bash",
    ]  # fmt: skip
    assert found["/etc/shadow"]["pad"][1] == "*"  # "!" would lock keys out as well
    members = {name for name, row in found["/etc/group"].items() if "pad" in row[3].split(",")}
    assert members == {"latentpad", "systemd-journal"}
    assert not any("pi" in row[3].split(",") for row in found["/etc/group"].values())
    assert not any("pi" in row[3].split(",") for row in found["/etc/gshadow"].values())


def test_a_base_with_next_to_nothing_gets_all(little_debian: BaseFiles) -> None:
    made, found = tables(little_debian)
    assert made.former == ""
    assert "/etc/gshadow" not in found
    assert {"gpio", "i2c", "spi", "audio", "dialout", "latentpad"} < set(found["/etc/group"])
    numbers = [row[2] for row in found["/etc/group"].values()]
    assert len(set(numbers)) == len(numbers)
    assert found["/etc/passwd"]["pad"][6] == "/bin/sh"


def test_made_twice_it_is_the_same(pi_os: BaseFiles, pi_os_with: BaseWith) -> None:
    once = texts(accounts(pi_os, WANTED))
    twice = accounts(pi_os_with(once), WANTED)
    assert texts(twice) == once
    assert twice.former == ""


def test_secrets_can_only_be_read_by_those_who_may(pi_os: BaseFiles) -> None:
    changes = put(accounts(pi_os, WANTED))
    modes = {path: (one.mode, one.uid, one.gid) for path, one in changes.items()}
    assert modes["/etc/shadow"] == modes["/etc/gshadow"] == (0o640, 0, 42)
    assert modes["/etc/passwd"] == modes["/etc/group"] == (0o644, 0, 0)


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("/etc/passwd", "root:x:0:0\n", "'root' has 4 fields, expected are 7"),
        ("/etc/passwd", ":x:0:0:::\n", "'' has 7 fields"),
        ("/etc/group", "root:x:none:\n", "'none' is no number"),
        ("/etc/group", "a:x:1:\na:x:2:\n", "'a' is there twice"),
        ("/etc/shadow", "root:*:1\n", "line 1: 'root' has 3 fields"),
        ("/etc/passwd", "pad:x:1001:1001:::\npi:x:1000:1000:::\n", "pad is there, but with"),
        ("/etc/group", "pad:x:5:\npi:x:1000:\n", "pad is there, but with another number"),
    ],
)
def test_damage_is_told_with_its_place(
    pi_os_with: BaseWith, path: str, text: str, words: str
) -> None:
    with pytest.raises(AccountsError, match=words) as caught:
        accounts(pi_os_with({path: text}), WANTED)
    assert path in str(caught.value)


def test_missing_files_and_numbers_are_told(pi_os: BaseFiles, pi_os_with: BaseWith) -> None:
    with pytest.raises(AccountsError, match="/etc/shadow: the base has no such file"):
        accounts(pi_os_with({"/etc/shadow": None}), WANTED)
    full = "".join(f"g{number}:x:{number}:\n" for number in range(100, 1000))
    with pytest.raises(AccountsError, match="all numbers from 100 to 999 are taken"):
        accounts(pi_os_with({"/etc/group": full}), WANTED)
    with pytest.raises(AccountsError, match="latentpad is not among"):
        accounts(pi_os, Wanted((), {}))


FIELD = st.text(alphabet="abc019,.-", max_size=6)


@given(st.dictionaries(FIELD.filter(bool), st.tuples(FIELD, FIELD), max_size=6))
def test_what_is_not_touched_is_written_as_it_was(rows: dict[str, tuple[str, str]]) -> None:
    table = Table("/etc/group")
    for name, (password, members) in rows.items():
        table.put(name, password, "7", members)
    lines = [f"{name}:{password}:7:{members}\n" for name, (password, members) in rows.items()]
    assert table.data().decode() == "".join(lines)


@pytest.mark.parametrize("line", ["m a b", "u name 5", "g name", "g name 5 - -", "x"])
def test_other_kinds_of_wishes_are_refused(line: str) -> None:
    if line == "g name":
        assert read_sysusers(line, "x.conf") == Wanted(("name",), {})
        return
    with pytest.raises(UnitError, match=r"x.conf, line 1"):
        read_sysusers(line, "x.conf")
