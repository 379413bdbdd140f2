"""Who may come to the panel and where it is told to be; time and network are ours here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from device.events import Access, AccessChanged, Event, Fault, Reach
from device.settings import RemoteSettings
from device.web.access import LOOK_S, WebAccess
from device.web.token import TOKEN_NAME, TokenFile

WIDE = RemoteSettings(web_host="0.0.0.0")


class Panel:
    """Remembers which tokens it was given."""

    def __init__(self, host: str = "0.0.0.0", port: int = 8080) -> None:
        self.host, self.port = host, port
        self.tokens: list[str] = []
        self.on_change: Callable[[], None] = lambda: None

    def change_token(self, token: str) -> None:
        self.tokens.append(token)
        self.on_change()


class Bench:
    """An access, what it told, and a network that a test changes."""

    def __init__(self, folder: Path, settings: RemoteSettings = WIDE) -> None:
        self.folder, self.address, self.now_s = folder, "192.168.1.20", 0.0
        self.events: list[Event] = []
        self.access = WebAccess(settings, folder, self.events.append, lambda: self.address)

    def step(self, seconds: float = LOOK_S) -> Access | None:
        """Let time pass; the latest that was told."""
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = self.access.step(self.now_s)
        told = [event.access for event in self.events if isinstance(event, AccessChanged)]
        return told[-1] if told else None

    def serve(self, host: str = "0.0.0.0") -> Panel:
        self.access.token()
        panel = Panel(host)
        self.access.opened(panel)
        return panel


def test_a_panel_that_is_open_is_told_with_its_token(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    assert bench.step() is None  # nothing is served yet
    bench.serve()
    token = TokenFile(tmp_path / TOKEN_NAME).read()
    assert token
    access = bench.step()
    assert access == Access(Reach.OPEN, "192.168.1.20", 8080, token)
    assert access.url == f"http://192.168.1.20:8080/{token}"
    assert token not in repr(access)


def test_the_token_outlives_the_instrument(tmp_path: Path) -> None:
    token = Bench(tmp_path).access.token()
    assert Bench(tmp_path).access.token() == token
    (tmp_path / TOKEN_NAME).write_bytes(b"\0" * 14)  # a card went bad
    anew = Bench(tmp_path).access.token()
    assert anew != token
    assert Bench(tmp_path).access.token() == anew


def test_one_of_the_settings_wins_and_is_not_shown(tmp_path: Path) -> None:
    bench = Bench(tmp_path, RemoteSettings(web_host="0.0.0.0", web_token="kestrel"))
    assert bench.access.token() == "kestrel"
    panel = bench.serve()
    access = bench.step()
    assert access == Access(Reach.OPEN, "192.168.1.20", 8080, is_given=True)
    assert not access.can_renew
    bench.access.renew()
    bench.step()
    assert panel.tokens == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
def test_for_this_machine_no_token_is_made(tmp_path: Path, host: str) -> None:
    bench = Bench(tmp_path, RemoteSettings(web_host=host))
    assert bench.access.token() == ""
    bench.serve("127.0.0.1")
    assert bench.step() == Access(Reach.HERE_ONLY)
    assert list(tmp_path.iterdir()) == []


def test_the_network_comes_changes_and_goes(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    bench.address = ""
    bench.serve()
    assert bench.step() == Access(Reach.NO_NETWORK)
    for address in ("192.168.1.20", "10.0.0.7"):
        bench.address = address
        access = bench.step(2 * LOOK_S)
        assert access is not None
        assert access.host == address
    bench.address = ""
    assert bench.step(2 * LOOK_S) == Access(Reach.NO_NETWORK)
    assert len(bench.events) == 5  # each once, and that the token was kept


def test_a_host_of_the_settings_is_the_one_to_show(tmp_path: Path) -> None:
    bench = Bench(tmp_path, RemoteSettings(web_host="192.168.5.5"))
    bench.serve("192.168.5.5")
    access = bench.step()
    assert access is not None
    assert access.host == "192.168.5.5"


def test_off_and_failed_are_told(tmp_path: Path) -> None:
    assert Bench(tmp_path, RemoteSettings(web=False)).step() == Access(Reach.OFF)
    bench = Bench(tmp_path)
    bench.access.failed()
    assert bench.step() == Access(Reach.FAILED)


def test_old_pages_are_shut_out_before_a_new_token_is_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    panel = bench.serve()
    before = bench.step()
    count, seen_then = len(bench.events), list[int]()
    panel.on_change = lambda: seen_then.append(
        sum(isinstance(event, AccessChanged) for event in bench.events)
    )
    bench.access.renew()
    after = bench.step()
    assert before is not None
    assert after is not None
    assert panel.tokens == [after.token]
    assert after.token != before.token
    assert seen_then == [1]
    assert len(bench.events) > count
    assert TokenFile(tmp_path / TOKEN_NAME).read() == after.token


def test_a_token_that_cannot_be_kept_counts_and_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    bench = Bench(tmp_path)
    bench.serve()
    access = bench.step()
    assert access is not None
    assert access.token
    faults = [event for event in bench.events if isinstance(event, Fault)]
    assert [fault.part for fault in faults] == ["web token"]
    assert "No space left" in faults[0].text
