/* Look-ahead soft limiter of the stereo bus (the law is in limiter.h). */
#include "limiter.h"

#include <math.h>
#include <string.h>

#define THRESHOLD 0.891250938f /* -1 dBFS */
#define RELEASE_S 0.080
#define NEARLY_ONE 0.9999 /* -0.0009 dB: here the release lets go */

void limiter_reset(Limiter *limiter, double rate_hz) {
    memset(limiter, 0, sizeof *limiter);
    for (int i = 0; i < LP_LATENCY; i++) limiter->later_minimum[i] = limiter->released[i] = 1.0f;
    limiter->later_minimum[LP_LATENCY] = limiter->minimum = 1.0f;
    limiter->gain = 1.0;
    limiter->sum = LP_LATENCY;
    limiter->release = 1.0 - exp(-1.0 / (RELEASE_S * rate_hz));
}

static float lower(float a, float b) { return a < b ? a : b; }

static float higher(float a, float b) { return a > b ? a : b; }

static float wanted_gain(float peak) {
    if (peak <= THRESHOLD) return 1.0f;
    float over = (peak - THRESHOLD) / (1.0f - THRESHOLD);
    return (THRESHOLD + (1.0f - THRESHOLD) * over / (1.0f + over)) / peak;
}

/* The gain of the frame that leaves as the frame of `wanted` comes in. */
static float next_gain(Limiter *limiter, float wanted) {
    int at = limiter->at;
    limiter->wanted[at] = wanted;
    limiter->minimum = lower(limiter->minimum, wanted);
    float minimum = lower(limiter->later_minimum[at], limiter->minimum);
    double rising = limiter->gain + (1.0 - limiter->gain) * limiter->release;
    if (rising > NEARLY_ONE) rising = 1.0;
    limiter->gain = minimum < rising ? minimum : rising;
    float gain = (float)limiter->gain;
    limiter->sum += (double)gain - (double)limiter->released[at];
    limiter->released[at] = gain;
    return (float)(limiter->sum * (1.0 / LP_LATENCY));
}

static void begin_block(Limiter *limiter) {
    float minimum = 1.0f;
    for (int i = LP_LATENCY - 1; i >= 0; i--)
        limiter->later_minimum[i] = minimum = lower(minimum, limiter->wanted[i]);
    limiter->minimum = 1.0f;
    limiter->at = 0;
}

static float exchange(float *held, float fresh) {
    float old = *held;
    *held = fresh;
    return old;
}

static float within_full_scale(float x) { return lower(higher(x, -1.0f), 1.0f); }

static int is_quiet(const Limiter *limiter, const float *left, const float *right, int count) {
    float peak = 0.0f;
    for (int i = 0; i < count; i++) peak = higher(peak, higher(fabsf(left[i]), fabsf(right[i])));
    return peak <= THRESHOLD && limiter->sum == (double)LP_LATENCY &&
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

static float limit(Limiter *limiter, float *left, float *right, int count) {
    float smallest = 1.0f;
    for (int i = 0; i < count; i++, limiter->at++) {
        float gain = next_gain(limiter, wanted_gain(higher(fabsf(left[i]), fabsf(right[i]))));
        left[i] = within_full_scale(exchange(&limiter->held_left[limiter->at], left[i]) * gain);
        right[i] = within_full_scale(exchange(&limiter->held_right[limiter->at], right[i]) * gain);
        smallest = lower(smallest, gain);
    }
    return smallest;
}

float limiter_run(Limiter *limiter, float *left, float *right, int count) {
    float smallest = 1.0f;
    while (count > 0) {
        int run = LP_LATENCY - limiter->at < count ? LP_LATENCY - limiter->at : count;
        if (is_quiet(limiter, left, right, run))
            pass(limiter, left, right, run);
        else
            smallest = lower(smallest, limit(limiter, left, right, run));
        if (limiter->at == LP_LATENCY) begin_block(limiter);
        left += run, right += run, count -= run;
    }
    return smallest;
}
