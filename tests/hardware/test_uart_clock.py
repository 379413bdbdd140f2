"""Is the UART's clock faked: device trees as boards have them, with and without the overlay."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardware.uart_clock import is_clock_faked, rate_for_midi

CLOCKS_HANDLE, MIDI_HANDLE = 0x07, 0xB4
UART = "soc/serial@7e201000"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The tree of a Pi 3 or 4 with UART0 at its usual clock."""
    node(tmp_path, "aliases", uart0=text(f"/{UART}"))
    node(tmp_path, UART, clocks=cells(CLOCKS_HANDLE, 19, CLOCKS_HANDLE, 20))
    node(tmp_path, "clocks/clk-osc", compatible=text("fixed-clock"), phandle=cells(CLOCKS_HANDLE))
    node(tmp_path, "clocks/clk-osc", **{"clock-frequency": cells(54_000_000)})
    return tmp_path


def node(root: Path, name: str, **properties: bytes) -> None:
    (root / name).mkdir(parents=True, exist_ok=True)
    for key, value in properties.items():
        (root / name / key).write_bytes(value)


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def cells(*values: int) -> bytes:
    return b"".join(value.to_bytes(4, "big") for value in values)


def add_overlay(root: Path, frequency_hz: int = 58_982_400) -> None:
    properties = {"clock-frequency": cells(frequency_hz), "phandle": cells(MIDI_HANDLE)}
    node(root, "midi_clk", compatible=text("fixed-clock"), **properties)


def use_it(root: Path) -> None:
    node(root, UART, clocks=cells(MIDI_HANDLE, CLOCKS_HANDLE, 20))


def test_without_overlay(tree: Path) -> None:
    assert not is_clock_faked(tree)


@pytest.mark.parametrize("frequency_hz", [58_982_400, 61_440_000])
def test_with_the_overlay(tree: Path, frequency_hz: int) -> None:
    add_overlay(tree, frequency_hz)
    use_it(tree)
    assert is_clock_faked(tree)


def test_the_factor_clock_of_a_pi_5(tree: Path) -> None:
    factors = {"clock-mult": cells(38400), "clock-div": cells(31250)}
    name = "clocks/midiclock_0"
    node(tree, name, compatible=text("fixed-factor-clock"), phandle=cells(MIDI_HANDLE), **factors)
    assert not is_clock_faked(tree)
    use_it(tree)
    assert is_clock_faked(tree)


def test_the_overlay_of_another_uart_is_not_ours(tree: Path) -> None:
    add_overlay(tree)
    assert not is_clock_faked(tree)


def test_a_tree_without_the_alias_tells_by_the_node(tree: Path) -> None:
    (tree / "aliases" / "uart0").unlink()
    assert not is_clock_faked(tree)
    add_overlay(tree)
    assert is_clock_faked(tree)


def test_another_fixed_clock_is_no_overlay(tree: Path) -> None:
    add_overlay(tree, 48_000_000)
    use_it(tree)
    assert not is_clock_faked(tree)


def test_no_device_tree_and_broken_ones(tmp_path: Path) -> None:
    assert not is_clock_faked(tmp_path / "none")
    node(tmp_path, "midi_clk", compatible=b"fixed-clock\0", **{"clock-frequency": b"\x03"})
    assert not is_clock_faked(tmp_path)


def test_the_rate_is_one_or_the_other_and_only_for_the_headers_uart(
    tree: Path, tmp_path: Path
) -> None:
    uart = tmp_path / "dev" / "ttyAMA0"
    uart.parent.mkdir()
    uart.touch()
    link = uart.with_name("serial0")
    link.symlink_to(uart)
    assert rate_for_midi(str(link), tree) == 31250
    add_overlay(tree)
    use_it(tree)
    assert rate_for_midi(str(uart), tree) == rate_for_midi(str(link), tree) == 38400
    for other in ("ttyS0", "ttyUSB0", "ttyAMA10"):
        assert rate_for_midi(str(uart.with_name(other)), tree) == 31250
