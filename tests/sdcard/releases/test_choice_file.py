"""release.json: whole through any power cut, and never believed when it makes no sense."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sdcard.releases.choice import BASE, START, TEST, Attempt, Choice, Refusal
from sdcard.releases.choice_file import is_version, read_choice, write_choice
from sdcard.releases.errors import ChoiceDamagedError

VERSIONS = st.from_regex(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,9}", fullmatch=True).filter(is_version)
CHOICES = st.builds(
    Choice,
    VERSIONS | st.just(BASE),
    VERSIONS | st.just(BASE),
    st.none() | VERSIONS,
    st.none() | st.builds(Attempt, VERSIONS, st.sampled_from([TEST, START]), st.integers(0, 2)),
    st.none() | st.builds(Refusal, VERSIONS, st.text(max_size=30)),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
SHARED_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


@SHARED_FOLDER
@given(CHOICES)
def test_what_is_written_is_read(tmp_path: Path, no_sync: None, choice: Choice) -> None:
    write_choice(choice, tmp_path / "release.json")
    assert read_choice(tmp_path / "release.json") == choice


def test_none_is_the_default(tmp_path: Path) -> None:
    assert read_choice(tmp_path / "release.json") == Choice()


def test_a_power_cut_leaves_the_old_one_or_the_new_one(
    tmp_path: Path, power_cut: ModuleType
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    written = [Choice(str(number)) for number in range(4)]
    write_choice(written[0], home / "release.json")
    card = power_cut.Card(home)
    with card.recording():
        for choice in written[1:]:
            write_choice(choice, home / "release.json")
    states = card.states()
    assert len(states) > 10
    for number, state in enumerate(states):
        found = power_cut.lay_out(state, tmp_path / f"cut-{number}") / "release.json"
        assert read_choice(found) in written
        write_choice(Choice("9"), found)  # leftovers are not in the way
        assert read_choice(found) == Choice("9")
    for number, state in enumerate(card.final_states()):
        found = power_cut.lay_out(state, tmp_path / f"end-{number}") / "release.json"
        assert read_choice(found) == written[-1]


@SHARED_FOLDER
@given(st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()))
def test_anything_else_is_damaged(tmp_path: Path, no_sync: None, data: bytes) -> None:
    path = tmp_path / "release.json"
    path.write_bytes(data)
    with pytest.raises(ChoiceDamagedError, match=r"release\.json: "):
        read_choice(path)


@SHARED_FOLDER
@given(CHOICES, st.sampled_from(["current", "previous", "trial", "attempt", "refusal"]), JSON)
def test_a_field_that_is_wrong_is_never_taken(
    tmp_path: Path, no_sync: None, choice: Choice, key: str, value: object
) -> None:
    path = tmp_path / "release.json"
    write_choice(choice, path)
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    try:
        found = read_choice(path)
    except ChoiceDamagedError:
        return
    expected = json.loads(path.read_text())
    write_choice(found, path)
    assert json.loads(path.read_text()) == expected
    assert all(is_version(one) or one == BASE for one in (found.current, found.previous))


def test_a_folder_or_a_huge_file_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(ChoiceDamagedError, match="cannot be read"):
        read_choice(tmp_path)
    (tmp_path / "big").write_bytes(b" " * 65_537)
    with pytest.raises(ChoiceDamagedError, match="longer than 65536 bytes"):
        read_choice(tmp_path / "big")


def test_versions_are_names_of_folders() -> None:
    assert is_version("0.2.0.dev3+g12ab")
    for name in ("", ".", "..", "../x", "a/b", "base", "-x", "x" * 65, "a b", None, "1\n"):
        assert not is_version(name)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root gives files away")
def test_it_belongs_to_whom_the_folder_does(tmp_path: Path) -> None:
    os.chown(tmp_path, 1234, 5678)
    write_choice(Choice(), tmp_path / "release.json")
    status = (tmp_path / "release.json").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o777) == (1234, 5678, 0o644)


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("mine")
    for name in (".release.json.new", "release.json"):
        (tmp_path / name).symlink_to(tmp_path / "victim")
    write_choice(Choice("2"), tmp_path / "release.json")
    assert (tmp_path / "victim").read_text() == "mine"
    assert read_choice(tmp_path / "release.json") == Choice("2")
