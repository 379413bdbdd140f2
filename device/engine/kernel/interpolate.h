/* From source frames to output frames: three interpolators over a window of mixed source frames.

   linear   2 points
   default  x2 by a 16-tap half-band FIR at source rate, then a 4-point Hermite
   high     16-tap windowed sinc, 128 phases, straight between phases

   There is no band limit for steps above 1: played upwards, content above half the output rate folds
   back, as in other samplers that keep one copy of a note. */
#pragma once
#include <stdalign.h>

#include "mixer.h"
#include "vector.h"

#define SINC_TAPS 16
#define SINC_PHASES 128
#define HALF_BAND_PAIRS 8

/* A window holds the mixed frames floor(position) - 8 .. floor(position) + 9 of every output frame. */
#define READ_BEHIND 8
#define READ_AHEAD 9
#define HISTORY (READ_BEHIND + 1 + READ_AHEAD)
#define PAIR_HISTORY 4 /* (frame, half frame) pairs kept for the Hermite */
#define MAX_FRESH (LP_MAX_STEP * LP_BLOCK + HISTORY + 2)
#define SLACK (LP_MAX_STEP * LANES + SINC_TAPS) /* lanes beyond the last frame read here, to no effect */

typedef struct {
    alignas(16) float sinc[SINC_PHASES + 1][SINC_TAPS];
    alignas(16) float sinc_slope[SINC_PHASES + 1][SINC_TAPS]; /* to the next phase */
    float half_band[HALF_BAND_PAIRS];                         /* outermost tap first; symmetric */
} Tables;

typedef struct {
    float x[HISTORY + MAX_FRESH + SLACK];                  /* mixed source frames */
    float pairs[2 * (PAIR_HISTORY + MAX_FRESH + SLACK)];   /* the same at twice the rate */
    uint32_t index[LP_BLOCK + LANES];                      /* whole part of each position */
    float fraction[LP_BLOCK + LANES];
    float y[LP_BLOCK + LANES];                             /* output frames before gain */
} Window;

void tables_fill(Tables *tables);

/* Extends the doubled window by `count` frames; needs as many fresh ones in x. */
void double_rate(const Tables *tables, Window *w, int count);

/* Positions from `start` (32.32, in x or in pairs), `step` apart, `bend` more each time. */
void walk(Window *w, uint64_t start, uint64_t step, int64_t bend, int count);

void interpolate_linear(Window *w, int count);
void interpolate_hermite(Window *w, int count); /* reads pairs */
void interpolate_sinc(const Tables *tables, Window *w, int count);
