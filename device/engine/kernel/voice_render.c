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
static int fetch(Voice *voice, Common *common, Window *w, int run, int *starved) {
    int64_t last = voice->frame + (int64_t)(position_from(voice, voice->frame, run - 1) >> 32);
    int64_t fresh = last + READ_AHEAD + 1 - voice->blend.next_frame;
    int count = fresh > 0 ? (int)fresh : 0;
    memcpy(w->x, voice->history, sizeof voice->history);
    *starved += blend_mix(&voice->blend, w->x + HISTORY, count, &common->returns);
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

/* window.y -> envelope, fade, gain and pan -> bus. */
static void shape(const Voice *voice, const Window *w, float *left, float *right, int run) {
    f32x4 base = splat((float)voice->envelope.base), curve = envelope_lanes(&voice->envelope);
    f32x4 power4 = splat(voice->envelope.power4);
    for (int i = 0; i < run; i += LANES, curve *= power4) {
        f32x4 sound = load4(w->y + i) * ((base + curve) * ramp_lanes(&voice->fade, i));
        if (i + LANES > run) sound = keep_lanes(sound, run - i);
        store4(left + i, load4(left + i) + sound * ramp_lanes(&voice->left, i));
        store4(right + i, load4(right + i) + sound * ramp_lanes(&voice->right, i));
    }
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
}

static int is_over(const Voice *voice) {
    if (voice->envelope.stage == ENV_DONE) return 1;
    if (voice->dying && voice->fade.left == 0) return 1;
    return blend_is_over(&voice->blend, voice->blend.next_frame - HISTORY);
}

int voice_render(Voice *voice, Bus *bus, int count, Common *common, Window *window) {
    int starved = 0;
    for (int done = 0; done < count && voice->sounding;) {
        int run = run_length(voice, count - done);
        int fresh = fetch(voice, common, window, run, &starved);
        interpolate(voice, common, window, run, fresh);
        shape(voice, window, bus->left + done, bus->right + done, run);
        advance(voice, run);
        done += run;
        if (is_over(voice)) voice_end(voice, common);
    }
    return starved;
}
