"""Packed products are the plain ones, and are taken only where they are there and pay."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch

from audio_pipeline.nsynth.generation import products
from audio_pipeline.nsynth.generation.products import Packed, Plain, packs, pays, product

WIDE, NARROW = 6 * 512 * 512, 6 * 64 * 64


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    packs.cache_clear()
    yield
    packs.cache_clear()


@pytest.mark.parametrize(("dtype", "error"), [(torch.float32, 1e-5), (torch.bfloat16, 2e-2)])
@pytest.mark.parametrize("rows", [1, 3, 70])
@pytest.mark.parametrize("strided", [False, True])
@torch.inference_mode()
def test_both_give_the_product(rows: int, strided: bool, dtype: torch.dtype, error: float) -> None:
    generator = torch.Generator().manual_seed(rows)
    matrix = torch.randn(48, 32, generator=generator).to(dtype)
    wide = torch.randn(rows, 96, generator=generator).to(dtype)
    inputs = wide[:, 24:72] if strided else wide[:, :48].contiguous()
    addend = torch.randn(rows, 32, generator=generator).to(dtype)
    expected = inputs.double() @ matrix.double()
    out = torch.full((rows, 32), float("nan"), dtype=dtype)
    for multiply in (Plain(matrix), Packed(matrix, rows)):
        found = multiply.times(inputs, out).double()
        assert (found - expected).norm() <= error * expected.norm()
        found = multiply.plus(inputs, addend, out).double()
        assert (found - expected - addend.double()).norm() <= error * expected.norm()


@pytest.mark.parametrize(
    ("weights", "rows", "single", "half"),
    [(WIDE, 1, False, True), (WIDE, 8, True, True), (NARROW, 1, False, False),
     (NARROW, 256, True, False), (4 * NARROW, 32, True, True), (4 * NARROW, 256, True, False)],
)  # fmt: skip
def test_packing_pays_as_measured(weights: int, rows: int, single: bool, half: bool) -> None:
    assert pays(weights, rows, torch.float32) == single
    assert pays(weights, rows, torch.bfloat16) == half


def _missing(*_: object) -> torch.Tensor:
    raise AttributeError("'_OpNamespace' 'mkldnn' object has no attribute '_linear_pointwise'")


def _wrong(self: Packed, rows: torch.Tensor, addend: torch.Tensor, out: torch.Tensor) -> object:
    return rows


@pytest.mark.parametrize(("name", "instead"), [("__init__", _missing), ("plus", _wrong)])
def test_without_these_operators_products_are_plain(
    monkeypatch: pytest.MonkeyPatch, name: str, instead: Callable[..., object]
) -> None:
    monkeypatch.setattr(products, "pays", lambda *_: True)
    assert isinstance(product(torch.eye(4), 2), Packed)
    monkeypatch.setattr(Packed, name, instead)
    packs.cache_clear()
    assert isinstance(product(torch.eye(4), 2), Plain)
