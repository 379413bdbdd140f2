"""Which rate to ask of the UART for 31,250 baud: the overlay midi-uart0 makes its clock lie.

With the overlay the driver believes in a clock 38400/31250 times as fast as it is, so that a
request for 38,400 gives 31,250. Asking for 31,250 then gives 25,431, and asking for 38,400
without the overlay gives 38,400: with the two rates mixed up nothing is received but noise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

DEVICE_TREE = Path("/proc/device-tree")
MIDI_RATE, OVERLAY_RATE = 31250, 38400
FAKED_CLOCKS_HZ = {  # of a fixed-clock node: the real one times 38400/31250
    48_000_000 * OVERLAY_RATE // MIDI_RATE,  # 58,982,400: Pi 1 to 4
    50_000_000 * OVERLAY_RATE // MIDI_RATE,  # 61,440,000: Pi 5
}
FOLDERS_OF_CLOCKS = ("", "clocks")  # where the overlays put their node


def rate_for_midi(device: str, device_tree: Path = DEVICE_TREE) -> int:
    """The rate to request, 31250 or 38400, so that a serial device runs at 31,250 baud.

    Only /dev/ttyAMA0, or a link to it, can be under the overlay. Without a device tree: 31250.
    """
    if Path(device).resolve().name != "ttyAMA0":
        return MIDI_RATE
    return OVERLAY_RATE if is_clock_faked(device_tree) else MIDI_RATE


def is_clock_faked(device_tree: Path = DEVICE_TREE) -> bool:
    """Whether UART0 runs from a clock node such as the overlay midi-uart0 adds."""
    faked = [node for node in _nodes(device_tree) if _is_faked(node)]
    clock = _clock_of_uart0(device_tree)
    if clock is None:  # a tree without the alias: the overlay adds its node for nothing else
        return bool(faked)
    return any(_cell(node / "phandle") == clock for node in faked)


def _nodes(device_tree: Path) -> Iterator[Path]:
    for folder in FOLDERS_OF_CLOCKS:
        parent = device_tree / folder
        if parent.is_dir():
            yield from (node for node in sorted(parent.iterdir()) if node.is_dir())


def _is_faked(node: Path) -> bool:
    """A fixed clock of a rate that no UART has, or the real one multiplied (Pi 5 since 2025)."""
    kinds = _read(node / "compatible").split(b"\0")
    if b"fixed-clock" in kinds:
        return _cell(node / "clock-frequency") in FAKED_CLOCKS_HZ
    if b"fixed-factor-clock" in kinds:
        factors = _cell(node / "clock-mult"), _cell(node / "clock-div")
        return factors == (OVERLAY_RATE, MIDI_RATE)
    return False


def _clock_of_uart0(device_tree: Path) -> int | None:
    """The handle of UART0's first clock; None where the tree does not tell."""
    uart = _read(device_tree / "aliases" / "uart0").rstrip(b"\0").decode(errors="replace")
    return _cell(device_tree / uart.lstrip("/") / "clocks") if uart else None


def _cell(path: Path) -> int | None:
    """The first 32-bit number of a property, None if there is none."""
    data = _read(path)
    return int.from_bytes(data[:4], "big") if len(data) >= 4 else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
