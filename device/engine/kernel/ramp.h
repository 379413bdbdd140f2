/* Straight ramps of gains (float) and of the playing step (32.32 fixed point).

   A ramp is written from its end, target - delta * left, so that a value depends only on the
   frames left and not on how the frames before it were cut into blocks. */
#pragma once
#include "vector.h"

typedef struct {
    float target, delta;
    int32_t left; /* frames until target; delta is 0 when none */
} Ramp;

static inline float ramp_now(const Ramp *r) { return r->target - r->delta * (float)r->left; }

static inline void ramp_jump(Ramp *r, float value) { *r = (Ramp){value, 0.0f, 0}; }

static inline void ramp_to(Ramp *r, float target, int32_t frames) {
    *r = (Ramp){target, (target - ramp_now(r)) / (float)frames, frames};
}

static inline void ramp_advance(Ramp *r, int32_t frames) {
    if (r->left == 0) return;
    r->left -= frames;
    if (r->left == 0) r->delta = 0.0f;
}

/* A ramp read four values at a time. */
typedef struct {
    f32x4 target, delta, left;
} RampLanes;

static inline RampLanes ramp_lanes(const Ramp *r) {
    const f32x4 lane = {0, 1, 2, 3};
    return (RampLanes){splat(r->target), splat(r->delta), splat((float)r->left) - lane};
}

static inline f32x4 ramp_next(RampLanes *r) {
    f32x4 value = r->target - r->delta * r->left;
    r->left -= splat(LANES);
    return value;
}

typedef struct {
    int64_t target, delta;
    int32_t left;
} Glide;

static inline int64_t glide_now(const Glide *g) { return g->target - g->delta * g->left; }

static inline void glide_jump(Glide *g, int64_t value) { *g = (Glide){value, 0, 0}; }

static inline void glide_to(Glide *g, int64_t target, int32_t frames) {
    *g = (Glide){target, (target - glide_now(g)) / frames, frames};
}

static inline void glide_advance(Glide *g, int32_t frames) {
    if (g->left == 0) return;
    g->left -= frames;
    if (g->left == 0) g->delta = 0;
}

/* Sum of the next `frames` values: how far the position moves. */
static inline uint64_t glide_distance(const Glide *g, int64_t frames) {
    return (uint64_t)(frames * glide_now(g) + g->delta * (frames * (frames - 1) / 2));
}
