/* Renders one note in runs over which every one of its curves is a single line or exponential. */
#include <string.h>

#include "voice.h"

static int min_run(int run, int64_t left) { return left > 0 && left < run ? (int)left : run; }

static int run_length(const Voice *voice, int count) {
    int run = min_run(count, voice->envelope.length - voice->envelope.at);
    run = min_run(run, voice->fade.left);
    run = min_run(run, voice->left.left);
    run = min_run(run, voice->right.left);
    return min_run(run, voice->step.left);
}

/* The position `frames` output frames from now, as 32.32 relative to source frame `origin`. */
static uint64_t position_from(const Voice *voice, int64_t origin, int64_t frames) {
    uint64_t now = ((uint64_t)(voice->frame - origin) << 32) | voice->fraction;
    return now + glide_distance(&voice->step, frames);
}

/* Rows -> window.x: mixes the source frames that `run` output frames need beyond those kept. */
static int fetch(Voice *voice, Common *common, Window *w, int run) {
    int64_t last = voice->frame + (int64_t)(position_from(voice, voice->frame, run - 1) >> 32);
    int64_t fresh = last + READ_AHEAD + 1 - voice->blend.next_frame;
    int count = fresh > 0 ? (int)fresh : 0;
    memcpy(w->x, voice->history, sizeof voice->history);
    common->starved_rows += blend_mix(&voice->blend, w->x + HISTORY, count, &common->returns);
    memcpy(voice->history, w->x + count, sizeof voice->history);
    return count;
}

static void extend_pairs(Voice *voice, const Tables *tables, Window *w, int fresh) {
    memcpy(w->pairs, voice->pairs, sizeof voice->pairs);
    double_rate(tables, w, fresh);
    memcpy(voice->pairs, w->pairs + 2 * fresh, sizeof voice->pairs);
}

/* window.x -> window.y. The window begins HISTORY frames before `mixed_from`. */
static void interpolate(Voice *voice, const Common *common, Window *w, int run, int fresh) {
    int64_t mixed_from = voice->blend.next_frame - fresh;
    uint64_t step = (uint64_t)glide_now(&voice->step);
    int64_t bend = voice->step.delta;
    uint64_t in_x = position_from(voice, mixed_from - HISTORY, 0);
    uint64_t in_pairs = position_from(voice, mixed_from - READ_BEHIND - PAIR_HISTORY, 0);
    switch (common->interpolation) {
    case LP_LINEAR:
        walk(w, in_x, step, bend, run);
        interpolate_linear(w, run);
        break;
    case LP_HIGH:
        walk(w, in_x, step, bend, run);
        interpolate_sinc(&common->tables, w, run);
        break;
    default:
        extend_pairs(voice, &common->tables, w, fresh);
        walk(w, 2 * in_pairs, 2 * step, 2 * bend, run);
        interpolate_hermite(w, run);
    }
}

typedef struct {
    f32x4 base, curve, power4;
} Level;

static inline f32x4 level_next(Level *level) {
    f32x4 value = level->base + level->curve;
    level->curve *= level->power4;
    return value;
}

static inline void add_to_bus(float *left, float *right, f32x4 sound, f32x4 left_gain, f32x4 right_gain) {
    store4(left, load4(left) + sound * left_gain);
    store4(right, load4(right) + sound * right_gain);
}

/* window.y -> envelope, fade, gain and pan -> bus. `moving` is constant: a note whose fade, gain and
   pan rest, as most do, has a loop of its own. */
static inline __attribute__((always_inline)) void shape_lanes(const Voice *voice, const float *y, float *left,
                                                              float *right, int run, int moving) {
    Level level = {splat((float)voice->envelope.base), envelope_lanes(&voice->envelope),
                   splat(voice->envelope.power4)};
    RampLanes fade = ramp_lanes(&voice->fade);
    RampLanes left_gain = ramp_lanes(&voice->left), right_gain = ramp_lanes(&voice->right);
    const f32x4 left_rest = fade.target * left_gain.target, right_rest = fade.target * right_gain.target;
    for (int i = 0; i < run; i += LANES) {
        f32x4 sound = load4(y + i) * level_next(&level);
        if (i + LANES > run) sound = keep_lanes(sound, run - i);
        if (moving) {
            sound *= ramp_next(&fade);
            add_to_bus(left + i, right + i, sound, ramp_next(&left_gain), ramp_next(&right_gain));
        } else {
            add_to_bus(left + i, right + i, sound, left_rest, right_rest);
        }
    }
}

static void shape(const Voice *voice, const Window *w, Bus *bus, int run) {
    float *left = bus->left + voice->done, *right = bus->right + voice->done;
    if (voice->fade.left || voice->left.left || voice->right.left)
        shape_lanes(voice, w->y, left, right, run, 1);
    else
        shape_lanes(voice, w->y, left, right, run, 0);
}

static void advance(Voice *voice, int run) {
    uint64_t position = position_from(voice, voice->frame, run);
    voice->frame += (int64_t)(position >> 32);
    voice->fraction = (uint32_t)position;
    envelope_advance(&voice->envelope, run);
    ramp_advance(&voice->fade, run);
    ramp_advance(&voice->left, run);
    ramp_advance(&voice->right, run);
    glide_advance(&voice->step, run);
    voice->done += run;
}

static int is_over(const Voice *voice) {
    if (voice->envelope.stage == ENV_DONE) return 1;
    if (voice->dying && voice->fade.left == 0) return 1;
    return blend_is_over(&voice->blend, voice->blend.next_frame - HISTORY);
}

void voice_render(Voice *voice, Bus *bus, int until, Common *common, Window *window) {
    while (voice->sounding && voice->done < until) {
        int run = run_length(voice, until - voice->done);
        int fresh = fetch(voice, common, window, run);
        interpolate(voice, common, window, run, fresh);
        shape(voice, window, bus, run);
        advance(voice, run);
        if (is_over(voice)) voice_end(voice, common);
    }
}
