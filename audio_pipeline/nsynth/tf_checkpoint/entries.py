"""What a checkpoint's index says of each tensor: messages of TensorFlow's tensor_bundle.proto."""

from __future__ import annotations

import math
from dataclasses import dataclass

from audio_pipeline.nsynth.tf_checkpoint.wire import (
    DamageError,
    bytes_in,
    fields,
    number_in,
)

DTYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}  # of types.proto: the numbers in checkpoints
_NEWEST_READER = 1  # kTensorBundleVersion; a bundle may ask for at least a certain reader
_MOST_DIMENSIONS = 32  # NumPy's limit (64 from NumPy 2)
_MOST_ELEMENTS = 1 << 48


@dataclass(frozen=True)
class Entry:
    """Where a tensor's bytes are, what they are, and their checksum."""

    dtype: int  # number in types.proto
    shape: tuple[int, ...]
    shard: int
    offset: int
    size: int
    crc: int  # masked
    sliced: bool  # stored in parts, under other keys

    @property
    def expected_size(self) -> int:
        """Bytes by shape and type; the type must be in DTYPES."""
        return math.prod(self.shape) * int(DTYPES[self.dtype][2:])


def read_header(message: bytes) -> int:
    """The number of shards. Raises DamageError for what this reader cannot read."""
    shards = 0
    for number, value in fields(message):
        if number == 1:
            shards = number_in(value)
        elif number == 2 and number_in(value) != 0:
            raise DamageError("its numbers are big-endian, which is not supported")
        elif number == 3:
            _check_version(bytes_in(value))
    if not 1 <= shards <= 99_999:
        raise DamageError(f"its header speaks of {shards} shards")
    return shards


def _check_version(message: bytes) -> None:
    for number, value in fields(message):
        least = number_in(value) if number == 2 else 0
        if least > _NEWEST_READER:
            raise DamageError(f"it needs a reader of version {least}; this is {_NEWEST_READER}")


def read_entry(message: bytes) -> Entry:
    """One tensor's entry; fields that are absent are 0. Raises DamageError."""
    numbers = dict.fromkeys((1, 3, 4, 5, 6), 0)
    shape: tuple[int, ...] = ()
    sliced = False
    for number, value in fields(message):
        if number == 2:
            shape = _shape(bytes_in(value))
        elif number == 7:
            sliced = True
        elif number in numbers:
            numbers[number] = number_in(value)
    return Entry(numbers[1], shape, numbers[3], numbers[4], numbers[5], numbers[6], sliced)


def _shape(message: bytes) -> tuple[int, ...]:
    sizes = []
    for number, value in fields(message):
        if number == 3 and number_in(value):
            raise DamageError("its shape is unknown")
        if number == 2:
            parts = {key: number_in(part) for key, part in fields(bytes_in(value)) if key == 1}
            sizes.append(parts.get(1, 0))
    if len(sizes) > _MOST_DIMENSIONS or math.prod(max(1, size) for size in sizes) > _MOST_ELEMENTS:
        raise DamageError("its shape is too large")
    return tuple(sizes)
