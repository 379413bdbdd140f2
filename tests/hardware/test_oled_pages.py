"""Rows to pages, against dot by dot; and changed spans, against every column compared."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hardware.interfaces import DISPLAY_WIDTH, FRAME_BYTES
from hardware.oled_pages import PAGE_BYTES, PAGES, changed_spans, page_of


def lit(frame: bytes, x: int, y: int) -> int:
    return frame[y * DISPLAY_WIDTH // 8 + x // 8] >> (7 - x % 8) & 1


@given(st.binary(min_size=FRAME_BYTES, max_size=FRAME_BYTES))
def test_pages_dot_by_dot(frame: bytes) -> None:
    for page in range(PAGES):
        expected = bytes(
            sum(lit(frame, x, page * 8 + bit) << bit for bit in range(8))
            for x in range(DISPLAY_WIDTH)
        )
        assert page_of(frame, page) == expected


SPARSE = st.lists(st.sampled_from([0, 0, 0, 0, 0, 0, 0, 1]), min_size=128, max_size=128).map(bytes)


@given(old=SPARSE, new=SPARSE, gap=st.integers(0, 12))
def test_spans_cover_all_changes_and_no_long_gap(old: bytes, new: bytes, gap: int) -> None:
    spans = list(changed_spans(old, new, gap))
    patched = bytearray(old)
    for start, end in spans:
        assert old[start] != new[start]
        assert old[end - 1] != new[end - 1]
        patched[start:end] = new[start:end]
        same = [a == b for a, b in zip(old[start:end], new[start:end], strict=True)]
        assert [True] * (gap + 1) not in [same[at : at + gap + 1] for at in range(len(same) - gap)]
    assert patched == new
    for (_, end), (start, _) in pairwise(spans):
        assert start - end > gap


def test_no_change_no_span() -> None:
    assert list(changed_spans(bytes(PAGE_BYTES), bytes(PAGE_BYTES), 7)) == []
