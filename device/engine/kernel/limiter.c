/* Look-ahead soft limiter of the stereo bus (the law is in limiter.h). */
#include "limiter.h"

#include <math.h>
#include <string.h>

#define THRESHOLD 0.891250938f /* -1 dBFS */
#define RELEASE_S 0.080
#define NEARLY_ONE 0.9999f /* -0.0009 dB: here the release lets go */

void limiter_reset(Limiter *limiter, double rate_hz) {
    memset(limiter, 0, sizeof *limiter);
    for (int i = 0; i < LP_BLOCK; i++) limiter->later_minimum[i] = limiter->released[i] = 1.0f;
    limiter->later_minimum[LP_BLOCK] = limiter->minimum = limiter->gain = 1.0f;
    limiter->sum = LP_BLOCK;
    limiter->release = (float)(1.0 - exp(-1.0 / (RELEASE_S * rate_hz)));
}

static float wanted_gain(float peak) {
    if (peak <= THRESHOLD) return 1.0f;
    float over = (peak - THRESHOLD) / (1.0f - THRESHOLD);
    return (THRESHOLD + (1.0f - THRESHOLD) * over / (1.0f + over)) / peak;
}

/* The gain of the frame that leaves as the frame of `wanted` comes in. */
static float next_gain(Limiter *limiter, float wanted) {
    int at = limiter->at;
    limiter->wanted[at] = wanted;
    limiter->minimum = fminf(limiter->minimum, wanted);
    float minimum = fminf(limiter->later_minimum[at], limiter->minimum);
    float rising = limiter->gain + (1.0f - limiter->gain) * limiter->release;
    limiter->gain = fminf(minimum, rising > NEARLY_ONE ? 1.0f : rising);
    limiter->sum += (double)limiter->gain - (double)limiter->released[at];
    limiter->released[at] = limiter->gain;
    return (float)(limiter->sum * (1.0 / LP_BLOCK));
}

static void begin_block(Limiter *limiter) {
    float minimum = 1.0f;
    for (int i = LP_BLOCK - 1; i >= 0; i--)
        limiter->later_minimum[i] = minimum = fminf(minimum, limiter->wanted[i]);
    limiter->minimum = 1.0f;
    limiter->at = 0;
}

static float exchange(float *held, float fresh) {
    float old = *held;
    *held = fresh;
    return old;
}

static float within_full_scale(float x) { return fminf(fmaxf(x, -1.0f), 1.0f); }

static int is_quiet(const Limiter *limiter, const float *left, const float *right, int count) {
    float peak = 0.0f;
    for (int i = 0; i < count; i++) peak = fmaxf(peak, fmaxf(fabsf(left[i]), fabsf(right[i])));
    return peak <= THRESHOLD && limiter->sum == (double)LP_BLOCK &&
           limiter->later_minimum[limiter->at] == 1.0f && limiter->minimum == 1.0f;
}

/* Nothing to limit in sight: only the delay. */
static void pass(Limiter *limiter, float *left, float *right, int count) {
    for (int i = 0; i < count; i++, limiter->at++) {
        limiter->wanted[limiter->at] = 1.0f;
        left[i] = exchange(&limiter->held_left[limiter->at], left[i]);
        right[i] = exchange(&limiter->held_right[limiter->at], right[i]);
    }
}

float limiter_run(Limiter *limiter, float *left, float *right, int count) {
    float smallest = 1.0f;
    if (is_quiet(limiter, left, right, count)) {
        pass(limiter, left, right, count);
    } else {
        for (int i = 0; i < count; i++, limiter->at++) {
            float gain = next_gain(limiter, wanted_gain(fmaxf(fabsf(left[i]), fabsf(right[i]))));
            left[i] = within_full_scale(exchange(&limiter->held_left[limiter->at], left[i]) * gain);
            right[i] = within_full_scale(exchange(&limiter->held_right[limiter->at], right[i]) * gain);
            smallest = fminf(smallest, gain);
        }
    }
    if (limiter->at == LP_BLOCK) begin_block(limiter);
    return smallest;
}
