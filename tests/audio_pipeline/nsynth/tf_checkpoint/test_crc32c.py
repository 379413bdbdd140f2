"""The vectorised CRC-32C, against a loop over bytes and published values."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest

from audio_pipeline.nsynth.tf_checkpoint.crc32c import crc32c, masked_crc32c


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),  # these three: RFC 3720 appendix B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_published_values(data: bytes, expected: int) -> None:
    assert crc32c(data) == expected


def test_all_small_lengths(bundle_writer: ModuleType) -> None:
    data = np.random.default_rng(1).bytes(300)
    for length in range(len(data)):
        assert crc32c(data[:length]) == bundle_writer.crc32c(data[:length]), length


@pytest.mark.parametrize("length", [4095, 4096, 65_533, 65_536, 262_144, 1_000_003])
def test_large_data(bundle_writer: ModuleType, length: int) -> None:
    data = np.random.default_rng(length).bytes(length)
    assert crc32c(memoryview(data)) == bundle_writer.crc32c(data)


@pytest.mark.parametrize("length", [3, 64, 5000])
def test_zeros_in_front_count(bundle_writer: ModuleType, length: int) -> None:
    assert crc32c(bytes(length)) == bundle_writer.crc32c(bytes(length))
    assert crc32c(bytes(length)) != crc32c(bytes(length + 4))


def test_masked_form(bundle_writer: ModuleType) -> None:
    assert masked_crc32c(b"foo") == bundle_writer.masked(bundle_writer.crc32c(b"foo"))
    assert masked_crc32c(b"foo") != crc32c(b"foo")
