/* One row in a voice: its weight, its place in the loop, its decay, and whether its samples are ready. */
#pragma once
#include "mixer.h"
#include "vector.h"

typedef struct {
    const LpRow *row;
    int wanted;             /* in the present set of cells; the others fade out and leave */
    float target, delta;    /* weight = target - delta * source frames left of the morph */
    int64_t end_frame;      /* from here on the row is silent: a one-shot is over, a decay 144 dB down */
    float power1, power2, power3, power4; /* decay over 1..4 frames */
    float presence, presence_delta;       /* 0..1: falls while the samples ahead are not ready */

    int64_t next_frame;     /* where the last reading ended; the three below hold from there on */
    int64_t plain;          /* frames that can be read straight on: no loop end, no row end, all ready */
    const int16_t *samples;
    int decaying;
    int64_t lap;            /* source frame minus index, in the present lap of the loop */
} Slot;

void slot_attach(Slot *slot, const LpRow *row, int64_t frame);

static inline float slot_weight(const Slot *slot, int32_t morph_left) {
    return slot->target - slot->delta * (float)morph_left;
}

/* Adds source frames frame .. frame + count to x (room for three more lanes). Returns 1 when the row
   began to be faded around because its samples are not ready. */
int slot_add(Slot *slot, int64_t frame, float *x, int count, int32_t morph_left);
