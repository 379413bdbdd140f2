/* The mixer: commands in order of their frames, voices onto the bus, master gain, guard, limiter, out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "denormals.h"
#include "state.h"

#define ABSURD 4096.0f /* 72 dB over full scale can only be a fault */

static void take_commands(LpMixer *mixer) {
    LpCommand command;
    while (!schedule_is_full(&mixer->schedule) && ring_pop(&mixer->commands, &command)) {
        if (command.frame >= 0 && command.frame < mixer->frame) COUNT_UP(mixer->counts.late_events, 1);
        if (command.frame < mixer->frame) command.frame = mixer->frame;
        schedule_add(&mixer->schedule, &command);
    }
}

static void apply_due(LpMixer *mixer) {
    LpCommand command;
    while (schedule_next_frame(&mixer->schedule) <= mixer->frame) {
        schedule_take(&mixer->schedule, &command);
        command_apply(mixer, &command);
    }
}

/* Up to the next event, the end of the limiter's block or the end of the master's ramp. */
static int next_stretch(const LpMixer *mixer, int64_t wanted) {
    int64_t count = schedule_next_frame(&mixer->schedule) - mixer->frame;
    if (count > wanted) count = wanted;
    if (count > LP_BLOCK - mixer->limiter.at) count = LP_BLOCK - mixer->limiter.at;
    if (mixer->master.left > 0 && count > mixer->master.left) count = mixer->master.left;
    return (int)count;
}

static int render_voices(LpMixer *mixer, Voice **voices, int number, int count) {
    int sounding = 0, starved = 0;
    for (int i = 0; i < number; i++) {
        if (!voices[i]->sounding) continue;
        starved += voice_render(voices[i], &mixer->bus, count, &mixer->common, &mixer->window);
        sounding += voices[i]->sounding;
    }
    if (starved) COUNT_UP(mixer->counts.starved_rows, starved);
    return sounding;
}

/* Master gain, and 0 in place of anything that is no sound. */
static int guard(float *x, const Ramp *master, int count) {
    int bad = 0;
    for (int i = 0; i < count; i += LANES) store4(x + i, load4(x + i) * ramp_lanes(master, i));
    for (int i = 0; i < count; i++) bad += !(fabsf(x[i]) < ABSURD);
    for (int i = 0; bad && i < count; i++)
        if (!(fabsf(x[i]) < ABSURD)) x[i] = 0.0f;
    return bad;
}

static void write_out(LpMixer *mixer, float *out, int count) {
    const float *left = mixer->bus.left, *right = mixer->bus.right;
    float peak = atomic_load_explicit(&mixer->counts.peak, memory_order_relaxed);
    for (int i = 0; i < count; i++) {
        out[2 * i] = left[i];
        out[2 * i + 1] = right[i];
        peak = fmaxf(peak, fmaxf(fabsf(left[i]), fabsf(right[i])));
    }
    atomic_store_explicit(&mixer->counts.peak, peak, memory_order_relaxed);
}

static void note_gain(LpMixer *mixer, float gain) {
    if (gain < atomic_load_explicit(&mixer->counts.limiter_gain, memory_order_relaxed))
        atomic_store_explicit(&mixer->counts.limiter_gain, gain, memory_order_relaxed);
}

static void render_stretch(LpMixer *mixer, float *out, int count) {
    Bus *bus = &mixer->bus;
    memset(bus, 0, sizeof *bus);
    int active = render_voices(mixer, mixer->slots, mixer->max_voices, count);
    int fading = render_voices(mixer, mixer->ghosts, mixer->max_ghosts, count);
    int bad = guard(bus->left, &mixer->master, count) + guard(bus->right, &mixer->master, count);
    ramp_advance(&mixer->master, count);
    note_gain(mixer, limiter_run(&mixer->limiter, bus->left, bus->right, count));
    write_out(mixer, out, count);
    if (bad) COUNT_UP(mixer->counts.nonfinite, bad);
    atomic_store_explicit(&mixer->counts.active_voices, active, memory_order_relaxed);
    atomic_store_explicit(&mixer->counts.fading_voices, fading, memory_order_relaxed);
    mixer->frame += count;
    atomic_store_explicit(&mixer->counts.frames, mixer->frame, memory_order_release);
}

void lp_mixer_render(LpMixer *mixer, float *out, int64_t frames) {
    uint64_t before = flush_denormals();
    take_commands(mixer);
    while (frames > 0) {
        apply_due(mixer);
        int count = next_stretch(mixer, frames);
        render_stretch(mixer, out, count);
        out += 2 * count;
        frames -= count;
    }
    set_float_mode(before);
}
