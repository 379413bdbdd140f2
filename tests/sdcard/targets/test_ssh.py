"""Packs over a real ssh to a real sshd, and everything that can go wrong on the way."""

# ruff: noqa: ANN001 (the class of the fixture `instrument` lies in conftest.py)

from __future__ import annotations

import json
import shutil
import socket
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from device import shelf
from device.pack import PackDamagedError, cell_name, verify_pack
from sdcard.__main__ import main
from sdcard.packs import CardBusyError, NoSpaceError, NoSuchPackError, NotAShelfError, install
from sdcard.packs.shelf_lock import locked
from sdcard.targets import errors
from sdcard.targets.caller import Caller
from sdcard.targets.frames import Frames
from sdcard.targets.reach import CARD_PROGRAM, shelf_of
from sdcard.targets.target import RemoteTarget

MakePack = Callable[..., Path]
Capture = pytest.CaptureFixture[str]


class Sent:
    """How many bytes of data went out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.size = 0
        send = Frames.send_data

        def counting(frames: Frames, data: bytes) -> None:
            self.size += len(data)
            send(frames, data)

        monkeypatch.setattr(Frames, "send_data", counting)


def names(folder: Path) -> list[str]:
    found = shelf.look(folder)
    assert all(line.startswith("no sound pack") for line in found.troubles)
    return [one.name for one in found.packs]


def wait_until(is_so: Callable[[], bool]) -> None:
    """What the other side does takes its time."""
    deadline_s = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def is_free(folder: Path) -> bool:
    """Whether nobody changes the packs."""
    try:
        with locked(folder):
            return True
    except CardBusyError:
        return False


def whole_bytes(folder: Path) -> int:
    """Of cells that have the bytes of their name."""
    cells = [path.read_bytes() for path in folder.rglob("*.cell")]
    names = {path.stem for path in folder.rglob("*.cell")}
    return sum(len(data) for data in cells if cell_name(data) in names)


def cell_bytes(pack: Path) -> int:
    return sum(path.stat().st_size for path in (pack / "cells").iterdir())


def test_a_pack_arrives_with_every_byte(
    instrument,
    make_pack: MakePack,
    capsys: Capture,
) -> None:
    source = make_pack("One", sounds=2, preview=b"preview")
    assert main(["install", str(source), str(instrument.target)]) == 0
    assert capsys.readouterr().out.endswith(f"it is One on {instrument.target}\n")
    report = verify_pack(instrument.shelf / "One")
    assert report.is_ok
    assert report.cells == 8
    assert (instrument.shelf / "One/preview.ogg").read_bytes() == b"preview"
    assert (instrument.shelf / "One/manifest.json").read_bytes() == (
        source / "manifest.json"
    ).read_bytes()


def test_only_what_is_missing_is_sent(
    instrument,
    make_pack: MakePack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small, large = make_pack("Small", sounds=2), make_pack("Large", sounds=3)
    install(small, instrument.shelf)
    sent, totals, parts = Sent(monkeypatch), list[int](), list[int]()
    with shelf_of(instrument.target) as there:
        done = there.install(large, totals.append, parts.append)
    manifest = (large / "manifest.json").stat().st_size
    assert sent.size == cell_bytes(large) - cell_bytes(small) + manifest
    assert done.shared_bytes == cell_bytes(small)
    assert totals == [cell_bytes(large) + manifest]
    assert sum(parts) == totals[0]
    assert names(instrument.shelf) == ["Large", "Small"]


def test_progress_in_lines(instrument, make_pack: MakePack, capsys: Capture) -> None:
    command = ["install", "--progress", "json", str(make_pack("One")), str(instrument.target)]
    assert main(command) == 0
    first, *middle, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert middle[-1]["written"] == first["total"]
    assert last["installed"] == "One"


def test_a_broken_connection_goes_on_where_it_was(
    instrument,
    make_pack: MakePack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = make_pack("Big", sounds=9, seconds=4.0)
    send, sizes = Frames.send_data, list[int]()

    def send_and_cut(frames: Frames, data: bytes) -> None:
        send(frames, data)
        sizes.append(len(data))
        if sum(sizes[:-1]) < cell_bytes(source) / 2 <= sum(sizes):
            wait_until(lambda: len(list(instrument.shelf.rglob("*.cell"))) > 3)
            instrument.cut()

    with shelf_of(instrument.target) as there, monkeypatch.context() as patch:
        patch.setattr(Frames, "send_data", send_and_cut)
        with pytest.raises(errors.ConnectionBrokenError):
            there.install(source, lambda total: None, lambda size: None)
    assert names(instrument.shelf) == []
    wait_until(lambda: is_free(instrument.shelf))
    there_already = whole_bytes(instrument.shelf)
    assert 0 < there_already < cell_bytes(source)
    sent = Sent(monkeypatch)
    assert main(["install", str(source), str(instrument.target)]) == 0
    manifest = (source / "manifest.json").stat().st_size
    assert sent.size == cell_bytes(source) + manifest - there_already
    assert verify_pack(instrument.shelf / "Big").is_ok


def test_a_sender_that_is_silent_does_not_keep_the_card(
    instrument,
    make_pack: MakePack,
) -> None:
    instrument.behave_as_python("""
        import pathlib, sys
        from sdcard.targets import serve
        serve.PATIENCE_S = 0.2
        sys.exit(serve.serve_terminal(pathlib.Path(sys.argv[1])))
    """)
    with (
        Caller(instrument.target, [CARD_PROGRAM, "serve", "/packs"]) as caller,
        pytest.raises(errors.ConnectionBrokenError, match=r"nothing came for 0\.2 s"),
    ):
        caller.next()
    install(make_pack("One"), instrument.shelf)  # the lock is free


def test_list_verify_and_remove(instrument, make_pack: MakePack, capsys: Capture) -> None:
    for name, pitch in (("One", 60), ("Two", 70)):
        install(make_pack(name, pitch=pitch), instrument.shelf)
    target = str(instrument.target)
    assert main(["list", target]) == 0
    there = capsys.readouterr().out
    assert main(["list", str(instrument.shelf)]) == 0
    assert there == capsys.readouterr().out
    assert main(["verify", target]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:3] for line in lines] == ["OK ", "OK "]
    assert f"{target}:{instrument.shelf}/One: One, 4 cells" in lines[0]
    assert main(["remove", "one", target]) == 0
    assert capsys.readouterr().out == "One removed\n"
    assert names(instrument.shelf) == ["Two"]
    cell = next(instrument.shelf.rglob("*.cell"))
    cell.write_bytes(cell.read_bytes()[:-1] + b"x")
    assert main(["verify", "--json", target]) == 1
    assert json.loads(capsys.readouterr().out)["problems"][0]["kind"] == "PackDamagedError"
    cell.unlink()
    assert main(["list", target]) == 1
    assert main(["remove", "tuba", target]) == 1
    assert capsys.readouterr().err.endswith("[NoSuchPackError]\n")


def test_errors_there_are_errors_here(instrument, make_pack: MakePack) -> None:
    with shelf_of(instrument.target) as there, pytest.raises(NoSuchPackError, match="'tuba'"):
        there.remove("tuba")
    instrument.behave_as_python("""
        import pathlib, sys
        from sdcard.packs import plan
        plan.SPARE_BYTES = 1 << 60
        from sdcard.targets import serve
        sys.exit(serve.serve_terminal(pathlib.Path(sys.argv[1])))
    """)
    with shelf_of(instrument.target) as there, pytest.raises(NoSpaceError, match="One needs"):
        there.install(make_pack("One"), lambda total: None, lambda size: None)
    shutil.rmtree(instrument.shelf)
    (instrument.root / "behaviour").unlink()
    with shelf_of(instrument.target) as there, pytest.raises(NotAShelfError, match="not a folder"):
        there.facts()


@pytest.mark.parametrize("where", ["in a cell", "in its header", "a cell is missing"])
def test_a_damaged_pack_leaves_nothing(
    instrument,
    make_pack: MakePack,
    packs: ModuleType,
    tmp_path: Path,
    where: str,
) -> None:
    source = Path(shutil.copytree(make_pack("Bad", sounds=3), tmp_path / "bad"))
    cell = packs.first_cell(source)
    data = bytearray(cell.read_bytes())
    data[-1 if where == "in a cell" else 3] ^= 1
    cell.write_bytes(data)
    if where == "a cell is missing":
        cell.unlink()
    kind = FileNotFoundError if where == "a cell is missing" else PackDamagedError
    with shelf_of(instrument.target) as there, pytest.raises(kind, match=cell.name):
        there.install(source, lambda total: None, lambda size: None)
    wait_until(lambda: not list(instrument.shelf.rglob("*.cell")))


def failure(target: RemoteTarget) -> errors.TargetError:
    with pytest.raises(errors.TargetError) as caught, shelf_of(target) as there:
        there.facts()
    assert str(caught.value).startswith(str(target))
    return caught.value


@pytest.mark.parametrize(
    ("script", "kind", "words"),
    [
        ("echo Welcome", errors.ProtocolError, "b'Welcome"),
        ("sleep 0.1", errors.ConnectionBrokenError, "exit code 0"),
        ("exit 127", errors.NotAnInstrumentError, "has no latentpad-card"),
        ("echo usage: latentpad-card; exit 2", errors.ProtocolError, "usage"),
        ("echo no >&2; exit 2", errors.NotAnInstrumentError, "no"),
        ("printf 'J\\0\\0\\0\\2{}'", errors.ProtocolError, "does not greet"),
        ("printf 'J\\377\\377\\377\\377'", errors.ProtocolError, "not what latentpad-card says"),
    ],
)  # fmt: skip
def test_something_else_answers(
    instrument,
    script: str,
    kind: type[errors.TargetError],
    words: str,
) -> None:
    instrument.behave(f"{script}\nexit 0")
    error = failure(instrument.target)
    assert type(error) is kind, error
    assert words in str(error)


def test_another_protocol_is_refused_by_both(instrument) -> None:
    instrument.behave_as_python("""
        import pathlib, sys
        from sdcard.targets import messages
        messages.PROTOCOL = 2
        from sdcard.targets import serve
        sys.exit(serve.serve_terminal(pathlib.Path(sys.argv[1])))
    """)
    error = failure(instrument.target)
    assert type(error) is errors.ProtocolMismatchError
    assert "speaks protocol 2, this one 1" in str(error)


def test_ssh_says_what_is_wrong(instrument, monkeypatch: pytest.MonkeyPatch) -> None:
    there = instrument.target
    unknown = failure(RemoteTarget("pad", "no-such-host.invalid"))
    assert type(unknown) is errors.HostUnknownError
    assert "no-such-host.invalid" in str(unknown)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        refused = failure(RemoteTarget("pad", "127.0.0.1", nobody.getsockname()[1]))
    assert type(refused) is errors.HostUnreachableError
    assert "Connection refused" in str(refused)
    assert type(failure(RemoteTarget("nobody-here", there.host, there.port))) is (
        errors.KeyRefusedError
    )
    options = "-o UserKnownHostsFile=/dev/null"
    monkeypatch.setenv("LATENTPAD_SSH", f"ssh {options} -F {instrument.folder}/ssh_config")
    assert type(failure(there)) is errors.HostKeyError
    monkeypatch.setenv("LATENTPAD_SSH", "/no/such/ssh")
    with pytest.raises(errors.SshMissingError, match="/no/such/ssh"), shelf_of(there):
        pass


def test_the_command_line_tells_of_it(instrument, capsys: Capture) -> None:
    assert main(["list", "pad@no-such-host.invalid"]) == 1
    assert capsys.readouterr().err.endswith("[HostUnknownError]\n")
    assert main(["install", "--progress", "json", "x", "pad@no-such-host.invalid"]) == 1
    assert json.loads(capsys.readouterr().out)["kind"] == "HostUnknownError"
