/* Four lanes at a time: GCC and Clang vectors, the same source for SSE and NEON. */
#pragma once
#include <stdint.h>
#include <string.h>

typedef float f32x4 __attribute__((vector_size(16)));
typedef int32_t i32x4 __attribute__((vector_size(16)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef uint64_t u64x2 __attribute__((vector_size(16)));
typedef int16_t i16x8 __attribute__((vector_size(16)));
typedef float f32x4_any __attribute__((vector_size(16), aligned(4), may_alias));
typedef float f32x4_aligned __attribute__((vector_size(16), may_alias));
typedef uint32_t u32x4_any __attribute__((vector_size(16), aligned(4), may_alias));

#define LANES 4
#define ROUND_UP_4(n) (((n) + 3) & ~3)
#define SPLAT_LANE(x, lane) __builtin_shufflevector(x, x, lane, lane, lane, lane)

static inline f32x4 splat(float x) { return (f32x4){x, x, x, x}; }

static inline f32x4 load4(const float *p) { return *(const f32x4_any *)p; }

/* p is a multiple of 16: x86 can then use it as an operand. */
static inline f32x4 load4_aligned(const float *p) { return *(const f32x4_aligned *)p; }

static inline void store4(float *p, f32x4 x) { *(f32x4_any *)p = x; }

static inline void store4_u32(uint32_t *p, u32x4 x) { *(u32x4_any *)p = x; }

/* Each sample goes to the upper half of a lane and is shifted down with its sign. */
static inline f32x4 load4_i16(const int16_t *p) {
    uint64_t four;
    memcpy(&four, p, sizeof four);
    i16x8 x = (i16x8)(u64x2){four, 0};
    i32x4 wide = (i32x4)__builtin_shufflevector(x, x, 0, 0, 1, 1, 2, 2, 3, 3) >> 16;
    return __builtin_convertvector(wide, f32x4);
}

/* Lanes before `count` keep their value, the others become 0 (also when they hold NaN). */
static inline f32x4 keep_lanes(f32x4 x, int count) {
    const i32x4 lane = {0, 1, 2, 3};
    return (f32x4)((i32x4)x & (lane < count));
}

/* Rows a, b, c, d become columns. */
static inline void transpose4(f32x4 *a, f32x4 *b, f32x4 *c, f32x4 *d) {
    f32x4 ab_low = __builtin_shufflevector(*a, *b, 0, 4, 1, 5);
    f32x4 ab_high = __builtin_shufflevector(*a, *b, 2, 6, 3, 7);
    f32x4 cd_low = __builtin_shufflevector(*c, *d, 0, 4, 1, 5);
    f32x4 cd_high = __builtin_shufflevector(*c, *d, 2, 6, 3, 7);
    *a = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
    *b = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
    *c = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
    *d = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}
