"""The instrument's side, asked by anybody for anything: it answers, and its packs stay."""

from __future__ import annotations

import io
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device.pack import open_pack, verify_pack
from sdcard.packs import durable, install
from sdcard.packs.pack_source import PackSource
from sdcard.targets.frames import EndOfStreamError, Frames
from sdcard.targets.messages import greet
from sdcard.targets.serve import serve

MakePack = Callable[..., Path]
Message = dict[str, object]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3000) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
FIELDS = st.sampled_from(["do", "pack", "decode", "manifest", "sizes", "preview", "abort"])
REQUESTS = st.dictionaries(FIELDS, VALUES, max_size=5) | st.fixed_dictionaries(
    {"do": st.sampled_from(["list", "remove", "verify", "install"])},
    optional={"pack": VALUES, "decode": VALUES, "manifest": st.integers(0, 3000), "sizes": VALUES,
              "preview": VALUES},
)  # fmt: skip
DATA = st.binary(min_size=1, max_size=40)


def asked(folder: Path, *what: Message | bytes) -> list[Message]:
    """What is answered to a greeting and all this, after which the asker hangs up."""
    out = io.BytesIO()
    frames = Frames(-1, out)
    greet(frames)
    for one in what:
        frames.send_data(one) if isinstance(one, bytes) else frames.send(one)
    reading, writing = os.pipe()
    writer = threading.Thread(target=lambda: _write(writing, out.getvalue()))
    writer.start()
    answer = io.BytesIO()
    code = serve(folder, reading, answer)
    os.close(reading)
    writer.join()
    messages = _messages(answer.getvalue())
    assert "hello" in messages[0]
    assert (code == 0) == (len(messages) > 1 and "error" not in messages[-1])
    return messages[1:]


def _write(descriptor: int, data: bytes) -> None:
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except BrokenPipeError:
        pass
    os.close(descriptor)


def _messages(data: bytes) -> list[Message]:
    reading, writing = os.pipe()
    threading.Thread(target=_write, args=(writing, data)).start()
    frames, found = Frames(reading, io.BytesIO()), list[Message]()
    try:
        while True:
            found.append(frames.message())
    except EndOfStreamError:
        return found
    finally:
        os.close(reading)


@pytest.fixture(scope="module")
def source(make_pack: MakePack) -> Path:
    return make_pack("Wire", preview=b"preview")


@pytest.fixture
def card(make_pack: MakePack, tmp_path: Path) -> Path:
    (tmp_path / "card").mkdir()
    install(make_pack("There", pitch=50), tmp_path / "card")
    return tmp_path / "card"


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """What only is checked need not wait for the disk."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr(durable, "_sync_file_system", lambda directory: None)


def request_of(source: PackSource) -> tuple[Message, list[bytes]]:
    """As Sending asks, and the data that it sends then."""
    request: Message = {
        "do": "install", "manifest": len(source.manifest_data),
        "sizes": list(source.sizes.values()), "preview": source.preview_bytes,
    }  # fmt: skip
    cells = [b"".join(source.cell(name)) for name in source.sizes]
    return request, [source.manifest_data, *cells, b"".join(source.preview())]


def test_an_install_in_messages(source: Path, card: Path) -> None:
    with open_pack(source) as pack:
        request, data = request_of(PackSource(pack))
    total, send, *_, last = asked(card, request, *data)
    assert total == {"total": sum(map(len, data))}
    assert send == {"send": [0, 1, 2, 3]}
    assert last["installed"] == {
        "path": str(card / "Wire"), "name": "Wire", "written": sum(map(len, data)), "shared": 0
    }  # fmt: skip
    assert verify_pack(card / "Wire").is_ok


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(REQUESTS | DATA, min_size=1, max_size=3))
def test_any_request_is_answered(card: Path, no_sync: None, what: list[Message | bytes]) -> None:
    asked(card, *what)
    assert verify_pack(card / "There", decode=False).is_ok


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.data())
def test_a_sender_that_lies_installs_nothing_else(
    source: Path, tmp_path: Path, no_sync: None, data: st.DataObject
) -> None:
    """Sizes, bytes, order or pieces changed: it is the same pack in the end, or none at all."""
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    with open_pack(source) as pack:
        request, parts = request_of(PackSource(pack))
    place = data.draw(st.integers(0, len(parts) - 1))
    what: list[Message | bytes] = [*parts]
    kind = data.draw(st.sampled_from(["byte", "cut", "more", "order", "size", "abort", "missing"]))
    if kind == "byte":
        changed = bytearray(parts[place])
        changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
        what[place] = bytes(changed)
    elif kind == "cut":
        what[place] = parts[place][: data.draw(st.integers(1, len(parts[place])))]
    elif kind == "more":
        what[place] = parts[place] + b"x"
    elif kind == "order":
        what = [what[0], *data.draw(st.permutations(what[1:]))]
    elif kind == "size":
        sizes = request["sizes"]
        assert isinstance(sizes, list)
        sizes[data.draw(st.integers(0, len(sizes) - 1))] = data.draw(VALUES)
    elif kind == "abort":
        what[place] = {"abort": "no more"}
    else:
        del what[place:]
    answers = asked(folder, request, *what)
    installed = [path.parent for path in folder.glob("*/manifest.json")]
    assert len(installed) == ("installed" in answers[-1])
    assert all(verify_pack(path).is_ok for path in installed)
    assert verify_pack(install(source, folder).path).is_ok  # what is left is not in the way
    assert not list(folder.rglob(".*"))
