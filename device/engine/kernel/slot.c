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
    float power = (float)exp2(row->decay_log2);
    *slot = (Slot){.row = row, .wanted = 1, .end_frame = silent_from(row), .power1 = power};
    slot->power2 = (float)exp2(2.0 * row->decay_log2);
    slot->power3 = (float)exp2(3.0 * row->decay_log2);
    slot->power4 = (float)exp2(4.0 * row->decay_log2);
    int64_t ready = ready_frames(row);
    slot->presence = ready >= row->frames || frame + PRESENCE_FRAMES < ready ? 1.0f : 0.0f;
}

/* Index of a source frame, following the loop. */
static int64_t index_of(Slot *slot, int64_t frame) {
    const LpRow *row = slot->row;
    int64_t index = frame - slot->lap;
    if (row->loop_length <= 0 || index < loop_end(row)) return index;
    slot->lap += (index - row->loop_start) / row->loop_length * row->loop_length;
    return frame - slot->lap;
}

/* Frames that can be read in one go: up to the loop's start, its end or the row's. */
static int stretch(const LpRow *row, int64_t frame, int64_t index, int count) {
    int64_t end = row->loop_length > 0 ? loop_end(row) : row->frames;
    if (row->loop_length > 0 && frame < row->loop_start) end = row->loop_start;
    return end - index < count ? (int)(end - index) : count;
}

typedef struct {
    const int16_t *samples;
    int64_t room;              /* samples before the end of the row */
    float *x;
    int count;
    float target, delta, left; /* weight as in Slot, times the row's scale */
    int decaying;
    float decay;               /* at the first frame */
} Reading;

static inline f32x4 weight_lanes(const Reading *r, int at) {
    const f32x4 lane = {0, 1, 2, 3};
    return splat(r->target) - splat(r->delta) * (splat(r->left - (float)at) - lane);
}

/* The inner loop; `moving` and `decaying` are constants, so that each case becomes its own loop. */
static inline __attribute__((always_inline)) void add_lanes(const Reading *r, const Slot *slot, int whole,
                                                            int moving, int decaying) {
    f32x4 weight = splat(r->target);
    f32x4 decay = splat(r->decay) * (f32x4){1.0f, slot->power1, slot->power2, slot->power3};
    for (int i = 0; i < whole; i += LANES) {
        if (moving) weight = weight_lanes(r, i);
        f32x4 gain = decaying ? weight * decay : weight;
        if (decaying) decay *= splat(slot->power4);
        f32x4 sound = load4_i16(r->samples + i) * gain;
        if (i + LANES > r->count) sound = keep_lanes(sound, r->count - i);
        store4(r->x + i, load4(r->x + i) + sound);
    }
}

static void add_one_by_one(const Reading *r, Slot *slot, int from) {
    float decay = r->decaying && from ? r->decay * powf(slot->power4, (float)(from / LANES)) : r->decay;
    for (int i = from; i < r->count; i++) {
        float weight = r->target - r->delta * (r->left - (float)i);
        r->x[i] += (float)r->samples[i] * (weight * decay) * slot->presence;
        decay *= slot->power1;
        slot->presence = fminf(fmaxf(slot->presence + slot->presence_delta, 0.0f), 1.0f);
    }
}

/* The last lanes may lie beyond count (they add nothing), never beyond the row. */
static void add(const Reading *r, Slot *slot) {
    if (slot->presence < 1.0f || slot->presence_delta < 0.0f) {
        add_one_by_one(r, slot, 0);
        return;
    }
    int whole = ROUND_UP_4(r->count) <= r->room ? ROUND_UP_4(r->count) : r->count & ~3;
    Reading lanes = *r;
    lanes.count = whole < r->count ? whole : r->count;
    int moving = r->delta != 0.0f;
    if (moving && r->decaying) add_lanes(&lanes, slot, whole, 1, 1);
    else if (moving) add_lanes(&lanes, slot, whole, 1, 0);
    else if (r->decaying) add_lanes(&lanes, slot, whole, 0, 1);
    else add_lanes(&lanes, slot, whole, 0, 0);
    if (whole < r->count) add_one_by_one(r, slot, whole);
}

/* Chooses whether the presence falls or rises over the next `count` frames; 1 when it begins to fall. */
static int watch_ready(Slot *slot, int64_t frame, int count) {
    const LpRow *row = slot->row;
    int64_t ready = ready_frames(row);
    float before = slot->presence_delta;
    slot->presence_delta = 0.0f;
    if (ready >= row->frames || frame >= row->frames) {
        if (slot->presence < 1.0f) slot->presence_delta = 1.0f / PRESENCE_FRAMES;
    } else if (ready - frame < PRESENCE_FRAMES + count) {
        slot->presence_delta = -1.0f / PRESENCE_FRAMES;
    } else if (slot->presence < 1.0f && ready - frame >= 4 * PRESENCE_FRAMES + count) {
        slot->presence_delta = 1.0f / PRESENCE_FRAMES;
    }
    return slot->presence_delta < 0.0f && before >= 0.0f;
}

/* The decay belongs to the unwrapped frame; it is computed afresh here, so it never drifts. */
static Reading reading_at(Slot *slot, int64_t frame, float *x, int count, int32_t morph_left) {
    const LpRow *row = slot->row;
    int64_t index = index_of(slot, frame);
    Reading r = {.samples = row->samples + index, .x = x, .count = stretch(row, frame, index, count),
                 .target = slot->target * row->scale, .delta = slot->delta * row->scale,
                 .left = (float)morph_left, .decay = 1.0f};
    r.room = row->frames - index;
    r.decaying = row->loop_length > 0 && row->decay_log2 < 0.0 && frame >= row->loop_start;
    if (r.decaying) r.decay = exp2f((float)(row->decay_log2 * (double)(frame - row->loop_start)));
    return r;
}

int slot_add(Slot *slot, int64_t frame, float *x, int count, int32_t morph_left) {
    if (slot->target == 0.0f && slot->delta == 0.0f) return 0;
    int starved = watch_ready(slot, frame, count);
    if (frame < 0) { /* nothing before the note */
        int skipped = -frame < count ? (int)-frame : count;
        frame += skipped, x += skipped, count -= skipped, morph_left -= skipped;
    }
    while (count > 0 && frame < slot->end_frame) {
        Reading r = reading_at(slot, frame, x, count, morph_left);
        add(&r, slot);
        frame += r.count, x += r.count, count -= r.count, morph_left -= r.count;
    }
    return starved;
}
