"""The file of the token: made once, private, whole after any power cut, made anew when damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from device.errors import DeviceError, TokenWriteError
from device.web.token import LENGTH, LETTERS, TOKEN_NAME, TokenFile, new_token


def test_tokens_are_long_enough_and_differ() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {LENGTH}
    assert set("".join(tokens)) <= set(LETTERS)
    assert len(set(LETTERS)) ** LENGTH >= 2**64


def test_what_is_written_is_read_and_nobody_else_may(tmp_path: Path) -> None:
    path = tmp_path / "home" / TOKEN_NAME
    token = new_token()
    TokenFile(path).write(token)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in path.parent.iterdir()] == [TOKEN_NAME]
    path.chmod(0o644)
    assert TokenFile(path).read() == token
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"K7QFZ3MXWB2H\n", b"K7QFZ3MXWB2HD\nA", b"k7qfz3mxwb2hd", b"\xff" * 13,
     b"K7QFZ3MXWB2HD" * 9, b"\0" * 4096],
)  # fmt: skip
def test_a_damaged_file_has_no_token(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / TOKEN_NAME
    path.write_bytes(content)
    assert TokenFile(path).read() is None


def test_a_missing_file_has_no_token(tmp_path: Path) -> None:
    assert TokenFile(tmp_path / TOKEN_NAME).read() is None


def test_a_write_that_fails_leaves_the_old_one_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = TokenFile(tmp_path / TOKEN_NAME)
    file.write("K7QFZ3MXWB2HD")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(TokenWriteError, match=rf"{TOKEN_NAME}.*No space left") as caught:
        file.write(new_token())
    assert isinstance(caught.value, DeviceError)
    assert isinstance(caught.value, OSError)
    assert file.read() == "K7QFZ3MXWB2HD"
    assert [item.name for item in tmp_path.iterdir()] == [TOKEN_NAME]
