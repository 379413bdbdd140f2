/* Reads one row by the playback law: a wrapped index in the loop, an exponential decay, nothing outside. */
#include "slot.h"

#include <math.h>

#define SILENCE_LOG2 -24.0     /* -144 dB */
#define PRESENCE_FRAMES 64     /* source frames to fade around samples that are not ready */

static int64_t ready_frames(const LpRow *row) {
    return __atomic_load_n(&row->ready_frames, __ATOMIC_ACQUIRE);
}

static int64_t loop_end(const LpRow *row) { return row->loop_start + row->loop_length; }

static int64_t silent_from(const LpRow *row) {
    if (row->loop_length <= 0) return row->frames;
    if (row->decay_log2 >= 0.0) return INT64_MAX;
    return row->loop_start + (int64_t)fmin(ceil(SILENCE_LOG2 / row->decay_log2), 1e15);
}

void slot_attach(Slot *slot, const LpRow *row, int64_t frame) {
    *slot = (Slot){.row = row, .wanted = 1, .end_frame = silent_from(row), .next_frame = frame};
    slot->power1 = (float)exp2(row->decay_log2);
    slot->power2 = (float)exp2(2.0 * row->decay_log2);
    slot->power3 = (float)exp2(3.0 * row->decay_log2);
    slot->power4 = (float)exp2(4.0 * row->decay_log2);
    int64_t ready = ready_frames(row);
    slot->presence = ready >= row->frames || frame + PRESENCE_FRAMES < ready ? 1.0f : 0.0f;
}

/* Index of a source frame >= 0, following the loop. */
static int64_t index_of(Slot *slot, int64_t frame) {
    const LpRow *row = slot->row;
    int64_t index = frame - slot->lap;
    if (row->loop_length <= 0 || index < loop_end(row)) return index;
    slot->lap += (index - row->loop_start) / row->loop_length * row->loop_length;
    return frame - slot->lap;
}

/* Finds a frame's place: how far it can be read straight on (to the loop's start, its end or the row's). */
static void seek(Slot *slot, int64_t frame) {
    const LpRow *row = slot->row;
    int64_t index = index_of(slot, frame);
    int looped = row->loop_length > 0;
    int64_t end = looped ? loop_end(row) : row->frames;
    if (looped && frame < row->loop_start) end = row->loop_start;
    if (!looped && index > end) index = end;
    slot->next_frame = frame;
    slot->plain = end - index;
    slot->samples = row->samples + index;
    slot->decaying = looped && row->decay_log2 < 0.0 && frame >= row->loop_start;
}

/* The weights of a run: count down from `left`. */
typedef struct {
    float target, delta, left; /* of the slot, times the row's scale */
    float decay;               /* at the first frame */
} Gains;

/* The decay belongs to the unwrapped frame; it is computed afresh here, so it never drifts. */
static Gains gains_at(const Slot *slot, int32_t morph_left) {
    const LpRow *row = slot->row;
    Gains g = {slot->target * row->scale, slot->delta * row->scale, (float)morph_left, 1.0f};
    if (slot->decaying)
        g.decay = exp2f((float)(row->decay_log2 * (double)(slot->next_frame - row->loop_start)));
    return g;
}

/* The inner loop; `moving` and `decaying` are constants, so that each case becomes its own loop.
   Reads whole lanes: those beyond count are valid samples of the row, and add nothing. */
static inline __attribute__((always_inline)) void add_lanes(const Slot *slot, Gains g, float *restrict x,
                                                            int count, int moving, int decaying) {
    const f32x4 target = splat(g.target), delta = splat(g.delta), power4 = splat(slot->power4);
    const int16_t *samples = slot->samples;
    f32x4 left = splat(g.left) - (f32x4){0, 1, 2, 3};
    f32x4 decay = splat(g.decay) * (f32x4){1.0f, slot->power1, slot->power2, slot->power3};
    for (; count >= LANES; count -= LANES, x += LANES, samples += LANES) {
        f32x4 gain = moving ? target - delta * left : target;
        store4(x, load4(x) + load4_i16(samples) * (decaying ? gain * decay : gain));
        if (moving) left -= splat(LANES);
        if (decaying) decay *= power4;
    }
    if (count == 0) return;
    f32x4 gain = moving ? target - delta * left : target;
    store4(x, load4(x) + keep_lanes(load4_i16(samples) * (decaying ? gain * decay : gain), count));
}

static void add_run(const Slot *slot, Gains g, float *x, int count) {
    int moving = g.delta != 0.0f;
    if (moving && slot->decaying) add_lanes(slot, g, x, count, 1, 1);
    else if (moving) add_lanes(slot, g, x, count, 1, 0);
    else if (slot->decaying) add_lanes(slot, g, x, count, 0, 1);
    else add_lanes(slot, g, x, count, 0, 0);
}

/* The same at the edges of rows and while the presence changes. */
static void add_one_by_one(Slot *slot, Gains g, float *x, int count) {
    for (int i = 0; i < count; i++) {
        float weight = g.target - g.delta * (g.left - (float)i);
        x[i] += (float)slot->samples[i] * (weight * g.decay) * slot->presence;
        slot->presence = fminf(fmaxf(slot->presence + slot->presence_delta, 0.0f), 1.0f);
        if (slot->decaying) g.decay *= slot->power1;
    }
}

/* Chooses whether the presence falls or rises over the next `count` frames; 1 when it begins to fall. */
static int watch_ready(Slot *slot, int64_t frame, int count) {
    const LpRow *row = slot->row;
    int64_t ready = ready_frames(row);
    float before = slot->presence_delta;
    slot->presence_delta = 0.0f;
    int is_past = row->loop_length <= 0 && frame >= row->frames; /* nothing is read any more */
    if (ready >= row->frames || is_past) {
        if (slot->presence < 1.0f) slot->presence_delta = 1.0f / PRESENCE_FRAMES;
    } else if (ready - frame < PRESENCE_FRAMES + count) {
        slot->presence_delta = -1.0f / PRESENCE_FRAMES;
    } else if (slot->presence < 1.0f && ready - frame >= 4 * PRESENCE_FRAMES + count) {
        slot->presence_delta = 1.0f / PRESENCE_FRAMES;
    }
    return slot->presence_delta < 0.0f && before >= 0.0f;
}

static void advance(Slot *slot, int count) {
    slot->next_frame += count;
    slot->plain -= count;
    slot->samples += count;
}

/* Any place, any state: in steps from edge to edge. */
static int add_carefully(Slot *slot, int64_t frame, float *x, int count, int32_t morph_left) {
    int starved = watch_ready(slot, frame, count);
    if (frame < 0) { /* nothing before the note */
        int skipped = -frame < count ? (int)-frame : count;
        frame += skipped, x += skipped, count -= skipped, morph_left -= skipped;
    }
    while (count > 0 && frame < slot->end_frame) {
        seek(slot, frame);
        int run = slot->plain < count ? (int)slot->plain : count;
        int steady = slot->presence == 1.0f && slot->presence_delta >= 0.0f;
        Gains gains = gains_at(slot, morph_left);
        if (steady && ROUND_UP_4(run) <= slot->row->frames - (slot->samples - slot->row->samples))
            add_run(slot, gains, x, run);
        else
            add_one_by_one(slot, gains, x, run);
        advance(slot, run);
        frame += run, x += run, count -= run, morph_left -= run;
    }
    int all_ready = slot->presence == 1.0f && ready_frames(slot->row) >= slot->row->frames;
    if (!all_ready) slot->plain = 0;
    return starved;
}

int slot_add(Slot *slot, int64_t frame, float *x, int count, int32_t morph_left) {
    if (slot->target == 0.0f && slot->delta == 0.0f) return 0;
    if (frame != slot->next_frame || slot->plain < ROUND_UP_4(count))
        return add_carefully(slot, frame, x, count, morph_left);
    add_run(slot, gains_at(slot, morph_left), x, count);
    advance(slot, count);
    return 0;
}
