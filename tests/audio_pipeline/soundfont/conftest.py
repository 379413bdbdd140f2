"""A tiny SoundFont, made byte by byte, for tests without a real bank."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

Presets = Sequence[tuple[str, int, int]]  # name, program, bank


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)


def sine_font(presets: Presets, key_range: tuple[int, int] = (0, 127)) -> bytes:
    """A SoundFont 2.01 whose presets all play one looped sine, for keys in `key_range`."""
    sine = (12_000 * np.sin(2 * np.pi * np.arange(1000) / 100)).astype("<i2")
    sample_data = sine.tobytes() + bytes(2 * 46)  # 46 zeros behind each sample, by the standard

    def preset(name: str, program: int, bank: int, bag: int) -> bytes:
        return struct.pack("<20sHHHIII", name.encode(), program, bank, bag, 0, 0, 0)

    headers = b"".join(preset(*one, bag) for bag, one in enumerate(presets))
    pdta = b"".join(
        [
            chunk(b"phdr", headers + preset("EOP", 0, 0, len(presets))),
            chunk(b"pbag", b"".join(struct.pack("<HH", i, 0) for i in range(len(presets) + 1))),
            chunk(b"pmod", bytes(10)),
            chunk(b"pgen", struct.pack("<HH", 41, 0) * len(presets) + bytes(4)),
            chunk(b"inst", struct.pack("<20sH", b"sine", 0) + struct.pack("<20sH", b"EOI", 1)),
            chunk(b"ibag", struct.pack("<HHHH", 0, 0, 3, 0)),
            chunk(b"imod", bytes(10)),
            chunk(
                b"igen",
                struct.pack("<HBB", 43, *key_range)
                + struct.pack("<HHHH", 54, 1, 53, 0)  # looped; the sample
                + bytes(4),
            ),
            chunk(
                b"shdr",
                struct.pack("<20sIIIIIBbHH", b"sine", 0, 1000, 100, 900, 44_100, 69, 0, 0, 1)
                + struct.pack("<20sIIIIIBbHH", b"EOS", *[0] * 9),
            ),
        ]
    )
    info = b"".join(
        [
            chunk(b"ifil", struct.pack("<HH", 2, 1)),
            chunk(b"isng", b"EMU8000\0"),
            chunk(b"INAM", b"Sine bank\0"),
            chunk(b"IENG", b"Nobody\0\0"),
            chunk(b"ICOP", b"CC0\0"),
        ]
    )
    form = b"sfbk" + chunk(b"LIST", b"INFO" + info)
    form += chunk(b"LIST", b"sdta" + chunk(b"smpl", sample_data)) + chunk(b"LIST", b"pdta" + pdta)
    return chunk(b"RIFF", form)


@pytest.fixture
def write_bank(tmp_path: Path) -> Callable[..., Path]:
    """Writes tmp_path/bank.sf2 and returns its path."""

    def write(
        presets: Presets = (("Sine", 5, 0), ("Other", 0, 0), ("Kit", 0, 128), ("Var", 5, 8)),
        **options: tuple[int, int],
    ) -> Path:
        path = tmp_path / "bank.sf2"
        path.write_bytes(sine_font(presets, **options))
        return path

    return write
