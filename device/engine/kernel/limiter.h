/* Look-ahead soft limiter of the stereo bus: gain exactly 1 below -1 dBFS, output never beyond 1.

   wanted gain  of a frame with peak p > T: (T + (1-T) z / (1+z)) / p, z = (p-T) / (1-T), T = -1 dBFS
   minimum      over the frame and the LP_LATENCY before it
   release      g += (1 - g) (1 - e^(-1 / 80 ms)), 1 from 0.9999 up, but never above the minimum
   smoothing    mean of the last LP_LATENCY
   delay        LP_LATENCY: every mean that meets a frame is of minima that have seen it */
#pragma once
#include "mixer.h"
#include "vector.h"

typedef struct {
    float held_left[LP_LATENCY], held_right[LP_LATENCY]; /* the last frames, by frame modulo LP_LATENCY */
    float wanted[LP_LATENCY];                          /* of the block being filled */
    float later_minimum[LP_LATENCY + 1];               /* of the block before: from each frame to its end */
    float released[LP_LATENCY];                        /* the last ones, by frame modulo LP_LATENCY */
    float minimum;                                   /* of the block being filled, so far */
    double gain;                                     /* after release; as a float it would stall before 1 */
    double release;                                  /* fraction per frame */
    double sum;                                      /* of released; exact in double, so it cannot drift */
    int at;                                          /* frame modulo LP_LATENCY */
} Limiter;

void limiter_reset(Limiter *limiter, double rate_hz);

/* Replaces `count` frames by those of LP_LATENCY frames ago, limited. Returns the smallest gain used. */
float limiter_run(Limiter *limiter, float *left, float *right, int count);
