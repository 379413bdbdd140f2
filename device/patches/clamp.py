"""Numbers of untrusted files, moved into 0..1."""

from __future__ import annotations

from device.pack.fields import Fields, shown


def take_clamped(fields: Fields, key: str) -> tuple[float, bool]:
    """(the number of a key moved into 0..1, whether it had to be moved).

    Raises PackInvalidError for what is missing or not a number.
    """
    value = fields.take(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        fields.fail(key, f"{shown(value)} is not a number in 0..1")
    nearest = float(min(max(value, 0), 1))
    return nearest, nearest != value
