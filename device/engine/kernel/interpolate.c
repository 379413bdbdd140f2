/* From source frames to output frames: three interpolators over a window of mixed source frames. */
#include "interpolate.h"

/* The half-band filter leaves the frames themselves alone and computes only those between them. */
void double_rate(const Tables *tables, Window *w, int count) {
    const float *x = w->x + READ_AHEAD - HALF_BAND_PAIRS + 2; /* first tap of the first new half frame */
    float *pairs = w->pairs + 2 * PAIR_HISTORY;
    f32x4 taps[HALF_BAND_PAIRS];
    for (int j = 0; j < HALF_BAND_PAIRS; j++) taps[j] = splat(tables->half_band[j]);
    for (int i = 0; i < count; i += LANES, x += LANES, pairs += 2 * LANES) {
        f32x4 half = splat(0.0f);
        for (int j = 0; j < HALF_BAND_PAIRS; j++)
            half += taps[j] * (load4(x + j) + load4(x + 2 * HALF_BAND_PAIRS - 1 - j));
        f32x4 frame = load4(x + HALF_BAND_PAIRS - 1);
        store4(pairs, __builtin_shufflevector(frame, half, 0, 4, 1, 5));
        store4(pairs + LANES, __builtin_shufflevector(frame, half, 2, 6, 3, 7));
    }
}

/* Splits four 32.32 positions into whole parts and fractions (24 bits, all that a float holds). */
static inline void split(Window *w, int at, u64x2 low, u64x2 high) {
    u32x4 whole = __builtin_shufflevector((u32x4)low, (u32x4)high, 1, 3, 5, 7);
    u32x4 part = __builtin_shufflevector((u32x4)low, (u32x4)high, 0, 2, 4, 6) >> 8;
    store4_u32(w->index + at, whole);
    store4(w->fraction + at, __builtin_convertvector((i32x4)part, f32x4) * splat(0x1p-24f));
}

static void walk_bending(Window *w, uint64_t position, uint64_t step, int64_t bend, int count) {
    for (int i = 0; i < count; i += LANES) {
        uint64_t p[LANES];
        for (int j = 0; j < LANES; j++) {
            p[j] = position;
            position += step;
            step += (uint64_t)bend;
        }
        split(w, i, (u64x2){p[0], p[1]}, (u64x2){p[2], p[3]});
    }
}

void walk(Window *w, uint64_t start, uint64_t step, int64_t bend, int count) {
    if (bend) {
        walk_bending(w, start, step, bend, count);
        return;
    }
    u64x2 low = {start, start + step}, high = {start + 2 * step, start + 3 * step};
    const u64x2 four = {4 * step, 4 * step};
    for (int i = 0; i < count; i += LANES, low += four, high += four) split(w, i, low, high);
}

void interpolate_linear(Window *w, int count) {
    for (int i = 0; i < count; i += LANES) {
        const uint32_t *k = w->index + i;
        f32x4 here = {w->x[k[0]], w->x[k[1]], w->x[k[2]], w->x[k[3]]};
        f32x4 next = {w->x[k[0] + 1], w->x[k[1] + 1], w->x[k[2] + 1], w->x[k[3] + 1]};
        store4(w->y + i, here + (next - here) * load4(w->fraction + i));
    }
}

void interpolate_hermite(Window *w, int count) {
    for (int i = 0; i < count; i += LANES) {
        const uint32_t *k = w->index + i;
        f32x4 a = load4(w->pairs + k[0] - 1), b = load4(w->pairs + k[1] - 1);
        f32x4 c = load4(w->pairs + k[2] - 1), d = load4(w->pairs + k[3] - 1);
        transpose4(&a, &b, &c, &d); /* now a, b, c, d are the four points of each frame */
        f32x4 t = load4(w->fraction + i);
        f32x4 slope = 0.5f * (c - a);
        f32x4 cubic = 0.5f * (d - a) + 1.5f * (b - c);
        f32x4 square = c - b - slope - cubic;
        store4(w->y + i, ((cubic * t + square) * t + slope) * t + b);
    }
}

/* Products of one output frame's taps, four partial sums. */
static inline f32x4 sinc_products(const Tables *tables, const float *x, int phase, f32x4 between) {
    const float *tap = tables->sinc[phase], *slope = tables->sinc_slope[phase];
    f32x4 sum = splat(0.0f);
    for (int j = 0; j < SINC_TAPS; j += LANES)
        sum += load4(x + j) * (load4_aligned(slope + j) * between + load4_aligned(tap + j));
    return sum;
}

void interpolate_sinc(const Tables *tables, Window *w, int count) {
    const float *x = w->x - (SINC_TAPS / 2 - 1);
    for (int i = 0; i < count; i += LANES) {
        const uint32_t *k = w->index + i;
        f32x4 position = load4(w->fraction + i) * splat(SINC_PHASES);
        i32x4 phase = __builtin_convertvector(position, i32x4);
        f32x4 between = position - __builtin_convertvector(phase, f32x4);
        f32x4 a = sinc_products(tables, x + k[0], phase[0], SPLAT_LANE(between, 0));
        f32x4 b = sinc_products(tables, x + k[1], phase[1], SPLAT_LANE(between, 1));
        f32x4 c = sinc_products(tables, x + k[2], phase[2], SPLAT_LANE(between, 2));
        f32x4 d = sinc_products(tables, x + k[3], phase[3], SPLAT_LANE(between, 3));
        transpose4(&a, &b, &c, &d);
        store4(w->y + i, (a + b) + (c + d));
    }
}
