"""Partition tables: read strictly, written as other programs read them, one length changed."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdcard.image.errors import PartitionTableError
from sdcard.image.layout import PLACES, partuuid
from sdcard.image.mbr import (
    MasterBootRecord,
    Partition,
    mbr_bytes,
    parse_mbr,
    with_sectors,
)

RECORD = MasterBootRecord(
    0xCAFE0001, (Partition(1, 0x0C, 8192, 4096), Partition(2, 0x83, 12288, 1000))
)


def test_what_is_written_is_read_again() -> None:
    assert parse_mbr(mbr_bytes(RECORD), "card") == RECORD


@given(st.binary(min_size=512, max_size=512))
def test_any_sector_is_a_table_or_an_error(data: bytes) -> None:
    sector = data[:510] + b"\x55\xaa"
    try:
        record = parse_mbr(sector, "card")
    except PartitionTableError:
        return
    assert parse_mbr(mbr_bytes(record), "card") == record


def test_another_program_reads_the_same(tmp_path: Path) -> None:
    program = shutil.which("sfdisk", path="/usr/sbin:/sbin") or shutil.which("sfdisk")
    if program is None:
        pytest.skip("sfdisk is not installed (fdisk)")
    image = tmp_path / "card.img"
    image.write_bytes(mbr_bytes(RECORD))
    with image.open("r+b") as file:
        file.truncate(16 << 20)
    told = subprocess.run([program, "--json", image], check=True, capture_output=True).stdout
    table = json.loads(told)["partitiontable"]
    assert (table["label"], table["id"]) == ("dos", "0xcafe0001")
    found = [(int(one["type"], 16), one["start"], one["size"]) for one in table["partitions"]]
    assert found == [(0x0C, 8192, 4096), (0x83, 12288, 1000)]


def test_partuuids_are_of_the_disk_number() -> None:
    assert partuuid(RECORD.disk_id, PLACES[3]) == "cafe0001-04"


def test_one_length_changes_and_nothing_else() -> None:
    before = mbr_bytes(RECORD)
    after = with_sectors(before, 2, 5000)
    assert parse_mbr(after, "card").partition(2, "card").sectors == 5000
    changed = [at for at in range(512) if before[at] != after[at]]
    assert set(changed) <= set(range(446 + 16 + 12, 446 + 32))


def entry(index: int, kind: int, start: int, sectors: int, state: int = 0) -> bytes:
    sector = bytearray(mbr_bytes(RECORD))
    struct.pack_into(
        "<B3sB3sII", sector, 446 + index * 16, state, bytes(3), kind, bytes(3), start, sectors
    )
    return bytes(sector)


@pytest.mark.parametrize(
    ("sector", "reason"),
    [
        (b"", "no partition table"),
        (bytes(512), "no partition table"),
        (entry(0, 0xEE, 1, 100), "GPT"),
        (entry(2, 0x0F, 20000, 100), "partition 3 is an extended one"),
        (entry(2, 0x83, 20000, 100, state=7), "state 0x07"),
        (entry(2, 0x83, 20000, 0), "sectors 0"),
        (entry(2, 0x83, 13000, 100), "before partition 2 ends"),
        (entry(2, 0x83, 90000, 100), "ends at sector 90100, but there are only 80000"),
    ],
)
def test_what_is_refused(sector: bytes, reason: str) -> None:
    with pytest.raises(PartitionTableError, match=reason):
        parse_mbr(sector, "card", disk_sectors=80000)


def test_a_partition_that_is_not_there() -> None:
    with pytest.raises(PartitionTableError, match="no partition 4, only 1, 2"):
        RECORD.partition(4, "card")


def test_a_disk_beyond_2_tib_cannot_be_written() -> None:
    record = MasterBootRecord(1, (Partition(4, 0x0C, 8192, 0xFFFFFFFF),))
    with pytest.raises(PartitionTableError, match="partition 4 ends"):
        mbr_bytes(record)
