"""Where each partition of an image begins and how long it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sdcard.image.layout import ALIGNMENT_BYTES, PLACES, SECTOR_BYTES, Place
from sdcard.image.mbr import MasterBootRecord, Partition


@dataclass(frozen=True)
class CardPlan:
    """The partitions one after another, each at a multiple of ALIGNMENT_BYTES."""

    disk_id: int
    sizes: Mapping[int, int]  # partition's number -> bytes, each a multiple of ALIGNMENT_BYTES

    def offset(self, place: Place) -> int:
        """Bytes from the image's start."""
        before = (self.sizes[other.number] for other in PLACES if other.number < place.number)
        return ALIGNMENT_BYTES + sum(before)

    @property
    def card_bytes(self) -> int:
        """What a card must have at least."""
        return ALIGNMENT_BYTES + sum(self.sizes.values())

    @property
    def table(self) -> MasterBootRecord:
        """The partition table that tells the same."""
        return MasterBootRecord(
            self.disk_id,
            tuple(
                Partition(
                    place.number,
                    place.mbr_type,
                    self.offset(place) // SECTOR_BYTES,
                    self.sizes[place.number] // SECTOR_BYTES,
                )
                for place in PLACES
            ),
        )


def aligned(size: int) -> int:
    """The same, or a little more: a multiple of ALIGNMENT_BYTES."""
    return -(-size // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
