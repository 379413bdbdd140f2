# mypy: disable-error-code="no-untyped-def,no-untyped-call,untyped-decorator,import-untyped"
# ruff: noqa: ANN001, ANN201, ANN202
"""The decoder's step as Triton kernels; `plain` has the same functions in PyTorch operations.

Every layer's past is a ring [slots, batch, width] with slots = 2 d + 1: at step t, slot t % slots
holds x[t], (t - d) % slots x[t - d] and (t + 1) % slots x[t - 2 d]. One slot more than the filter
needs, so that the kernel before can write x[t] while nothing is overwritten that is still read.
The step is read from memory (`clock` + `ahead`), so recorded launches can be replayed for ever.
Rows beyond the batch read its last row and write nothing. Matrices are row-major. Only element
offsets of slots and layers pass 2**31.
"""

from __future__ import annotations

import triton
import triton.language as tl

INTEGERS = ["ahead", "batch", "dilation", "slots", "slots_out", "codes_slots", "steps"]


@triton.jit
def _tile(batch, BM: tl.constexpr, COLUMNS: tl.constexpr, GROUP: tl.constexpr):
    """Row and column of this program's tile: GROUP rows of tiles share their columns' weights."""
    program = tl.program_id(0)
    first = program // (GROUP * COLUMNS) * GROUP
    size = tl.minimum(tl.cdiv(batch, BM) - first, GROUP)
    inside = program % (GROUP * COLUMNS)
    return first + inside % size, inside // size


@triton.jit
def _fraction(codes, slot, rows, codes_slots, batch):
    """The network's input of an earlier step: class 128 is 0."""
    place = ((slot + codes_slots) % codes_slots).to(tl.int64) * batch
    return (tl.load(codes + place + rows).to(tl.float32) - 128.0) / 128.0


@triton.jit
def _product(
    acc, inputs, matrix, read, columns,
    INNER: tl.constexpr, OUTER: tl.constexpr, BK: tl.constexpr,
):  # fmt: skip
    """The sum so far and inputs [batch, INNER] @ matrix [INNER, OUTER], for one tile."""
    inner = tl.arange(0, BK)
    for first in range(0, INNER, BK):
        x = tl.load(inputs + read[:, None] * INNER + first + inner[None, :])
        weights = tl.load(matrix + (first + inner)[:, None] * OUTER + columns[None, :])
        acc = tl.dot(x, weights, acc, input_precision="ieee")
    return acc


@triton.jit(do_not_specialize=INTEGERS)
def start(
    codes, matrix, bias, ring, clock, ahead, batch, slots, codes_slots,
    WIDTH: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr,
):  # fmt: skip
    """The first convolution: x[t] of the first layer from the classes of three steps."""
    rows = tl.program_id(0) * BM + tl.arange(0, BM)
    columns = tl.program_id(1) * BN + tl.arange(0, BN)
    inside = rows < batch
    read = tl.minimum(rows, batch - 1)
    t = tl.load(clock) + ahead
    x = tl.zeros((BM, BN), dtype=tl.float32) + tl.load(bias + columns)[None, :]
    for tap in tl.static_range(3):
        value = _fraction(codes, t - 3 + tap, read, codes_slots, batch)
        x += value[:, None] * tl.load(matrix + tap * WIDTH + columns)[None, :]
    place = (t % slots).to(tl.int64) * batch * WIDTH
    target = ring + place + rows[:, None] * WIDTH + columns[None, :]
    tl.store(target, x.to(ring.dtype.element_ty), mask=inside[:, None])


@triton.jit(do_not_specialize=INTEGERS)
def gate(
    ring, matrix, bias, condition, condition_matrix, hidden, clock, ahead, batch, dilation, slots,
    WIDTH: tl.constexpr, CHANNELS: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr,
    BK: tl.constexpr, BZ: tl.constexpr, GROUP: tl.constexpr,
):  # fmt: skip
    """The gated output sigmoid(a) tanh(b) of the dilated convolution and the conditioning.

    Columns of the matrices alternate between a and b. Rows: tap after tap, oldest first.
    """
    row, column = _tile(batch, BM, 2 * WIDTH // BN, GROUP)
    rows = row * BM + tl.arange(0, BM)
    columns = column * BN + tl.arange(0, BN)
    read = tl.minimum(rows, batch - 1)
    t = tl.load(clock) + ahead
    inner = tl.arange(0, BK)
    acc = tl.zeros((BM, BN), dtype=tl.float32)
    acc = _product(acc, condition, condition_matrix, read, columns, CHANNELS, 2 * WIDTH, BZ)
    size = batch.to(tl.int64) * WIDTH
    oldest = ((t + 1) % slots) * size
    middle = ((t + slots - dilation) % slots) * size
    present = (t % slots) * size
    PER_TAP: tl.constexpr = WIDTH // BK
    for number in range(0, 3 * PER_TAP):
        tap = number // PER_TAP
        place = tl.where(tap == 0, oldest, tl.where(tap == 1, middle, present))
        inputs = ring + place + (number % PER_TAP) * BK
        x = tl.load(inputs + read[:, None] * WIDTH + inner[None, :])
        weights = matrix + (number * BK + inner)[:, None] * (2 * WIDTH) + columns[None, :]
        acc = tl.dot(x, tl.load(weights), acc, input_precision="ieee")
    acc += tl.load(bias + columns)[None, :]
    a, b = tl.split(tl.reshape(acc, (BM, BN // 2, 2)))
    h = _gated(a, b)
    outputs = column * (BN // 2) + tl.arange(0, BN // 2)
    target = hidden + rows[:, None] * WIDTH + outputs[None, :]
    tl.store(target, h.to(hidden.dtype.element_ty), mask=(rows < batch)[:, None])


@triton.jit
def _gated(a, b):
    """sigmoid(a) tanh(b) with two exponentials and one division.

    Beyond the bounds both are 0 or 1 to less than float32 tells. NaN passes through.
    """
    LOG2_E: tl.constexpr = 1.4426950408889634
    falling = tl.exp2(tl.clamp(a, -30.0, 30.0) * -LOG2_E)
    twice = tl.exp2(tl.clamp(b, -15.0, 15.0) * (-2 * LOG2_E))
    h = (1.0 - twice) / ((1.0 + falling) * (1.0 + twice))
    return tl.where((a == a) & (b == b), h, a + b)


@triton.jit(do_not_specialize=INTEGERS)
def res(
    hidden, matrix, bias, ring, ring_out, clock, ahead, batch, slots, slots_out,
    WIDTH: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, GROUP: tl.constexpr,
):  # fmt: skip
    """The next layer's x[t]: this one's, and a linear map of its gated output."""
    row, column = _tile(batch, BM, WIDTH // BN, GROUP)
    rows = row * BM + tl.arange(0, BM)
    columns = column * BN + tl.arange(0, BN)
    read = tl.minimum(rows, batch - 1)
    t = tl.load(clock) + ahead
    size = batch.to(tl.int64) * WIDTH
    acc = tl.zeros((BM, BN), dtype=tl.float32)
    acc = _product(acc, hidden, matrix, read, columns, WIDTH, WIDTH, BK)
    x = ring + (t % slots) * size + read[:, None] * WIDTH + columns[None, :]
    acc += tl.load(x).to(tl.float32) + tl.load(bias + columns)[None, :]
    target = ring_out + (t % slots_out) * size + rows[:, None] * WIDTH + columns[None, :]
    tl.store(target, acc.to(ring_out.dtype.element_ty), mask=(rows < batch)[:, None])


@triton.jit(do_not_specialize=INTEGERS)
def skip(
    hidden, matrix, parts, batch,
    WIDTH: tl.constexpr, LAYERS: tl.constexpr, SKIP: tl.constexpr, SPLITS: tl.constexpr,
    BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, GROUP: tl.constexpr,
):  # fmt: skip
    """All layers' skip connections as one product, in SPLITS parts that `combine` adds up."""
    row, column = _tile(batch, BM, SKIP // BN, GROUP)
    part = tl.program_id(1)
    rows = row * BM + tl.arange(0, BM)
    columns = column * BN + tl.arange(0, BN)
    read = tl.minimum(rows, batch - 1)
    size = batch.to(tl.int64) * WIDTH
    inner = tl.arange(0, BK)
    acc = tl.zeros((BM, BN), dtype=tl.float32)
    LENGTH: tl.constexpr = LAYERS * WIDTH // SPLITS
    for offset in range(0, LENGTH, BK):
        first = part * LENGTH + offset
        inputs = hidden + (first // WIDTH) * size + first % WIDTH
        h = tl.load(inputs + read[:, None] * WIDTH + inner[None, :])
        weights = matrix + (first + inner)[:, None] * SKIP + columns[None, :]
        acc = tl.dot(h, tl.load(weights), acc, input_precision="ieee")
    target = parts + (part * batch + rows[:, None]).to(tl.int64) * SKIP + columns[None, :]
    tl.store(target, acc, mask=(rows < batch)[:, None])


@triton.jit(do_not_specialize=INTEGERS)
def combine(
    parts, codes, matrix, bias, total, clock, ahead, batch, codes_slots,
    SKIP: tl.constexpr, SPLITS: tl.constexpr, BM: tl.constexpr, BN: tl.constexpr,
):  # fmt: skip
    """The skip connection's sum with the first convolution's share, rectified."""
    rows = tl.program_id(0) * BM + tl.arange(0, BM)
    columns = tl.program_id(1) * BN + tl.arange(0, BN)
    read = tl.minimum(rows, batch - 1)
    t = tl.load(clock) + ahead
    acc = tl.zeros((BM, BN), dtype=tl.float32) + tl.load(bias + columns)[None, :]
    for tap in tl.static_range(3):
        value = _fraction(codes, t - 3 + tap, read, codes_slots, batch)
        acc += value[:, None] * tl.load(matrix + tap * SKIP + columns)[None, :]
    for part in tl.static_range(SPLITS):
        place = (part * batch + read[:, None]).to(tl.int64) * SKIP
        acc += tl.load(parts + place + columns[None, :])
    acc = tl.where(acc < 0.0, 0.0, acc)
    target = total + rows[:, None] * SKIP + columns[None, :]
    tl.store(target, acc.to(total.dtype.element_ty), mask=(rows < batch)[:, None])


@triton.jit(do_not_specialize=INTEGERS)
def head(
    inputs, matrix, bias, condition, condition_matrix, outputs, batch,
    SKIP: tl.constexpr, CHANNELS: tl.constexpr,
    BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, BZ: tl.constexpr, GROUP: tl.constexpr,
):  # fmt: skip
    """The head's hidden layer, conditioned and rectified."""
    row, column = _tile(batch, BM, SKIP // BN, GROUP)
    rows = row * BM + tl.arange(0, BM)
    columns = column * BN + tl.arange(0, BN)
    read = tl.minimum(rows, batch - 1)
    acc = tl.zeros((BM, BN), dtype=tl.float32) + tl.load(bias + columns)[None, :]
    acc = _product(acc, condition, condition_matrix, read, columns, CHANNELS, SKIP, BZ)
    acc = _product(acc, inputs, matrix, read, columns, SKIP, SKIP, BK)
    acc = tl.where(acc < 0.0, 0.0, acc)
    target = outputs + rows[:, None] * SKIP + columns[None, :]
    tl.store(target, acc.to(outputs.dtype.element_ty), mask=(rows < batch)[:, None])


@triton.jit(do_not_specialize=INTEGERS)
def output(
    inputs, matrix, bias, logits, batch,
    SKIP: tl.constexpr, CLASSES: tl.constexpr,
    BM: tl.constexpr, BN: tl.constexpr, BK: tl.constexpr, GROUP: tl.constexpr,
):  # fmt: skip
    """The logits."""
    row, column = _tile(batch, BM, CLASSES // BN, GROUP)
    rows = row * BM + tl.arange(0, BM)
    columns = column * BN + tl.arange(0, BN)
    read = tl.minimum(rows, batch - 1)
    acc = tl.zeros((BM, BN), dtype=tl.float32) + tl.load(bias + columns)[None, :]
    acc = _product(acc, inputs, matrix, read, columns, SKIP, CLASSES, BK)
    target = logits + rows[:, None] * CLASSES + columns[None, :]
    tl.store(target, acc, mask=(rows < batch)[:, None])


@triton.jit
def _philox(seeds, step):
    """The first word of Philox 4x32-10, see philox.philox."""
    k0 = seeds.to(tl.uint32)
    k1 = (seeds >> 32).to(tl.uint32)
    c0 = tl.zeros_like(k0) + step.to(tl.uint32)
    c1 = tl.zeros_like(k0)
    c2 = tl.zeros_like(k0)
    c3 = tl.zeros_like(k0)
    left = tl.full(k0.shape, 0xD2511F53, tl.uint32)
    right = tl.full(k0.shape, 0xCD9E8D57, tl.uint32)
    for _ in tl.static_range(10):
        high0 = tl.umulhi(left, c0)
        high2 = tl.umulhi(right, c2)
        low0 = left * c0
        low2 = right * c2
        c0 = high2 ^ c1 ^ k0
        c1 = low2
        c2 = high0 ^ c3 ^ k1
        c3 = low0
        k0 = k0 + tl.full(k0.shape, 0x9E3779B9, tl.uint32)
        k1 = k1 + tl.full(k1.shape, 0xBB67AE85, tl.uint32)
    return c0


@triton.jit(do_not_specialize=INTEGERS)
def draw(
    logits, seeds, inverse_temperature, codes, clock, ahead, batch, codes_slots,
    CLASSES: tl.constexpr, BM: tl.constexpr,
):  # fmt: skip
    """Draw every note's class: sampling.choose with the draws of philox.draws."""
    rows = tl.program_id(0) * BM + tl.arange(0, BM)
    read = tl.minimum(rows, batch - 1)
    columns = tl.arange(0, CLASSES)
    t = tl.load(clock) + ahead
    x = tl.load(logits + read[:, None] * CLASSES + columns[None, :])
    x = (x - tl.max(x, axis=1)[:, None]) * tl.load(inverse_temperature)
    sums = tl.cumsum((tl.exp(x) * 2147483648.0).to(tl.int64), axis=1)
    k = (_philox(tl.load(seeds + read), t) >> 8).to(tl.int64)
    target = k * tl.max(sums, axis=1) >> 24
    found = tl.sum((sums <= target[:, None]).to(tl.int32), axis=1)
    place = (t % codes_slots).to(tl.int64) * batch
    found = tl.minimum(found, CLASSES - 1).to(tl.uint8)
    tl.store(codes + place + rows, found, mask=rows < batch)


@triton.jit(do_not_specialize=INTEGERS)
def tick(clock, steps):
    """Move the clock on, after recorded steps."""
    tl.store(clock, tl.load(clock) + steps)
