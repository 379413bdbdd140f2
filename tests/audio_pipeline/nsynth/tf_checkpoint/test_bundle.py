"""Reading checkpoints: TensorFlow's own, ones in other layouts, and all that is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from audio_pipeline.errors import CheckpointError, RenderError
from audio_pipeline.nsynth.tf_checkpoint import Checkpoint, find_prefix

Arrays = dict[str, NDArray[Any]]


def some_arrays() -> Arrays:
    random = np.random.default_rng(1)
    names = [f"layer_{number}/W{slot}" for number in range(1, 41) for slot in ("", "/Adam")]
    arrays: Arrays = {name: random.normal(size=(1, 3, 2, 5)).astype(np.float32) for name in names}
    arrays["none"] = np.zeros((0, 4), np.float32)
    arrays["steps"] = np.array(200_000, np.int32)
    arrays["long"] = np.array([-1, 1 << 40], np.int64)
    arrays["double"] = np.array([0.5, 1e300])
    return arrays


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    return tmp_path / "model.ckpt-7"


Write = Callable[..., None]


@pytest.fixture
def write(bundle_writer: ModuleType, prefix: Path) -> Write:
    """Writes one tensor "a" [2, 3], its entry, header or table changed."""

    def write_changed(
        head: bytes | None = None,
        table: dict[str, Any] | None = None,
        **entry: Any,  # noqa: ANN401
    ) -> None:
        entries, data = bundle_writer.entries_of({"a": np.ones((2, 3), np.float32)})
        entries = {"a": replace(entries["a"], **entry)}
        made = replace(bundle_writer.table_of(entries, head), **(table or {}))
        prefix.with_name("model.ckpt-7.index").write_bytes(made.encoded())
        prefix.with_name("model.ckpt-7.data-00000-of-00001").write_bytes(data)

    return write_changed


def test_tensorflows_own_is_read_whole(checkpoint_folder: Path) -> None:
    checkpoint = Checkpoint.open(find_prefix(checkpoint_folder))
    assert len(checkpoint.entries) == 1495
    assert checkpoint.read("global_step") == 200_000
    assert checkpoint.read("beta1_power").dtype == np.float32
    assert checkpoint.read("dilatedconv_30/W").shape == (1, 3, 32, 64)
    sized = [entry.expected_size == entry.size for entry in checkpoint.entries.values()]
    assert all(sized)


@pytest.mark.parametrize("per_block", [1, 3, 1000])
def test_what_is_written_is_read(bundle_writer: ModuleType, prefix: Path, per_block: int) -> None:
    arrays = some_arrays()
    bundle_writer.write_bundle(prefix, arrays, per_block)
    checkpoint = Checkpoint.open(prefix)
    assert set(checkpoint.entries) == set(arrays)
    for name, array in arrays.items():
        found = checkpoint.read(name)
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)


def test_shards_are_found(bundle_writer: ModuleType, prefix: Path) -> None:
    entries, data = bundle_writer.entries_of({"a": np.ones(3, np.float32)})
    entries["a"].shard = 1
    table = bundle_writer.table_of(entries, bundle_writer.header(shards=2))
    prefix.with_name("model.ckpt-7.index").write_bytes(table.encoded())
    prefix.with_name("model.ckpt-7.data-00001-of-00002").write_bytes(data)
    assert Checkpoint.open(prefix).read("a").tolist() == [1, 1, 1]


def read_all(prefix: Path) -> dict[str, NDArray[Any]]:
    checkpoint = Checkpoint.open(prefix)
    return {name: checkpoint.read(name) for name in checkpoint.entries}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"dtype": 19}, "model.ckpt-7.index: a: has the unknown type 19"),
        ({"dtype": 0}, "a: has the unknown type 0"),
        ({"shape": (2, 4)}, r"a: has 24 bytes, but its shape \[2, 4\] needs 32"),
        ({"size": 20}, r"a: has 20 bytes, but its shape \[2, 3\] needs 24"),
        ({"shape": (1 << 40, 1 << 40)}, "a: its shape is too large"),
        ({"shape": (0, (1 << 64) - 1)}, "a: its shape is too large"),
        ({"shape": (1,) * 33}, "a: its shape is too large"),
        ({"offset": 1}, "a: ends at byte 25, but the file has only 24: it is cut off"),
        ({"shard": 1}, "a: is in shard 1, but there are only 1"),
        ({"crc": 7}, "of-00001: a: its checksum is wrong"),
        ({"more": b"\x3a\x00"}, "a: is stored in slices"),
        ({"more": b"\x0f"}, "a: field 1 is of an unknown kind, 7"),
        ({"more": b"\x08"}, "a: 1 bytes are needed where 0 are"),
        ({"more": b"\x08" + b"\xff" * 10}, "a: a number takes more than 64 bits"),
        ({"more": b"\x0a\x00"}, "a: bytes where a number was expected"),
        ({"more": b"\x10\x01"}, "a: a number where bytes were expected"),
        ({"more": b"\x12\x02\x18\x01"}, "a: its shape is unknown"),
    ],
)
def test_entries_that_are_refused(
    write: Write, prefix: Path, entry: dict[str, Any], words: str
) -> None:
    write(**entry)
    with pytest.raises(CheckpointError, match=words) as raised:
        read_all(prefix)
    assert isinstance(raised.value, RenderError)
    assert raised.value.exit_code == 2


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"endianness": 1}, "its numbers are big-endian"),
        ({"shards": 0}, "its header speaks of 0 shards"),
        ({"least_reader": 2}, "it needs a reader of version 2; this is 1"),
    ],
)
def test_headers_that_are_refused(
    write: Write, prefix: Path, bundle_writer: ModuleType, header: dict[str, int], words: str
) -> None:
    write(bundle_writer.header(**header))
    with pytest.raises(CheckpointError, match=words):
        Checkpoint.open(prefix)


GOOD_HEADER = b"\x08\x01"  # one shard


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"compression": 1}, r"is compressed \(Snappy\), which is not supported"),
        ({"compression": 9}, r"is compressed \(kind 9\)"),
        ({"change": lambda body: body[:-4] + b"\xff" * 4}, "list of restarts"),
        ({"change": lambda body: b""}, "a block is too short"),
        ({"change": lambda body: b"\x01" + body[1:]}, "a key shares more bytes"),
        ({"items": [(b"b", b""), (b"a", b"")]}, "its keys are not in order"),
        ({"items": [(b"", GOOD_HEADER), (b"\xff", b"")]}, "the name of a tensor is not text"),
        ({"items": [(b"a", b"")]}, "its header speaks of 0 shards"),
    ],
)
def test_tables_that_are_refused(
    write: Write, prefix: Path, table: dict[str, Any], words: str
) -> None:
    write(table=table)
    with pytest.raises(CheckpointError, match=words):
        Checkpoint.open(prefix)


def test_files_that_are_no_table(prefix: Path) -> None:
    index = prefix.with_name("model.ckpt-7.index")
    for content, words in [
        (b"", "it has 0 bytes"),
        (b"x" * 47, "it has 47 bytes; a table has at least 48"),
        (b"x" * 1000, "it does not end as a table does"),
    ]:
        index.write_bytes(content)
        with pytest.raises(CheckpointError, match=words):
            Checkpoint.open(prefix)
    index.unlink()
    with pytest.raises(CheckpointError, match="index: cannot be read: No such file"):
        Checkpoint.open(prefix)
    with index.open("wb") as file:
        file.truncate(1 << 27)
    with pytest.raises(CheckpointError, match="too large"):
        Checkpoint.open(prefix)


def test_a_missing_data_file_is_named(write: Write, prefix: Path) -> None:
    write()
    prefix.with_name("model.ckpt-7.data-00000-of-00001").unlink()
    words = "model.ckpt-7.data-00000-of-00001: a: cannot be read: No such file"
    with pytest.raises(CheckpointError, match=re.escape(words)):
        read_all(prefix)


def test_an_absent_tensor_is_named(write: Write, prefix: Path) -> None:
    write()
    with pytest.raises(CheckpointError, match=r"model\.ckpt-7\.index: b: is not in this") as raised:
        Checkpoint.open(prefix).read("b")
    assert raised.value.tensor == "b"


def test_the_prefix_is_found(write: Write, prefix: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"no checkpoint in this folder \(no .index file\)"):
        find_prefix(tmp_path)
    with pytest.raises(CheckpointError, match=r"model\.ckpt-7: there is no checkpoint"):
        find_prefix(prefix)
    write()
    index = tmp_path / "model.ckpt-7.index"
    assert [find_prefix(place) for place in (tmp_path, prefix, index)] == [prefix] * 3
    (tmp_path / "model.ckpt-8.index").write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"name one: model\.ckpt-7, model\.ckpt-8"):
        find_prefix(tmp_path)
    assert find_prefix(prefix) == prefix
