/* The mixer: commands in order of their frames, voices onto the bus, master gain, guard, limiter, out. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "denormals.h"
#include "state.h"
#include "ticks.h"

#define ABSURD 4096.0f /* 72 dB over full scale can only be a fault */

static void take_commands(LpMixer *mixer) {
    LpCommand command;
    while (!schedule_is_full(&mixer->schedule) && ring_pop(&mixer->commands, &command)) {
        if (command.frame >= 0 && command.frame < mixer->frame) COUNT_UP(mixer->counts.late_events, 1);
        if (command.frame < mixer->frame) command.frame = mixer->frame;
        schedule_add(&mixer->schedule, &command);
    }
}

/* At most a block, and not beyond the end of the master's ramp. */
static int longest_stretch(const LpMixer *mixer, int64_t wanted) {
    int64_t count = wanted < LP_BLOCK ? wanted : LP_BLOCK;
    if (mixer->master.left > 0 && count > mixer->master.left) count = mixer->master.left;
    return (int)count;
}

/* Carries out all commands of the next `count` frames; only a change of the master gain makes the
   stretch shorter, all others concern their own voice. Returns the stretch. */
static int apply_commands(LpMixer *mixer, int count) {
    Schedule *schedule = &mixer->schedule;
    while (schedule_next_frame(schedule) < mixer->frame + count) {
        int offset = (int)(schedule_next_frame(schedule) - mixer->frame);
        if (schedule_first(schedule)->kind == LP_SET_MASTER && offset > 0) return offset;
        command_apply(mixer, schedule_first(schedule), offset);
        schedule_drop_first(schedule);
        count = longest_stretch(mixer, count);
    }
    return count;
}

static int render_voices(LpMixer *mixer, Voice **voices, int number, int count) {
    int sounding = 0;
    for (int i = 0; i < number; i++) {
        voice_render(voices[i], &mixer->bus, count, &mixer->common, &mixer->window);
        voices[i]->done = 0;
        sounding += voices[i]->sounding;
    }
    return sounding;
}

/* Master gain, and 0 in place of anything that is no sound. */
static int guard(float *x, const Ramp *master, int count) {
    int bad = 0;
    RampLanes gain = ramp_lanes(master);
    for (int i = 0; i < count; i += LANES) store4(x + i, load4(x + i) * ramp_next(&gain));
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
        float louder = fabsf(left[i]) > fabsf(right[i]) ? fabsf(left[i]) : fabsf(right[i]);
        if (louder > peak) peak = louder;
    }
    atomic_store_explicit(&mixer->counts.peak, peak, memory_order_relaxed);
}

static void note_gain(LpMixer *mixer, float gain) {
    if (gain < atomic_load_explicit(&mixer->counts.limiter_gain, memory_order_relaxed))
        atomic_store_explicit(&mixer->counts.limiter_gain, gain, memory_order_relaxed);
}

static void publish(LpMixer *mixer, int active, int fading, int bad) {
    Counts *counts = &mixer->counts;
    atomic_store_explicit(&counts->active_voices, active, memory_order_relaxed);
    atomic_store_explicit(&counts->fading_voices, fading, memory_order_relaxed);
    atomic_store_explicit(&counts->starved_rows, mixer->common.starved_rows, memory_order_relaxed);
    if (bad) COUNT_UP(counts->nonfinite, bad);
    atomic_store_explicit(&counts->frames, mixer->frame, memory_order_release);
}

static int render_stretch(LpMixer *mixer, float *out, int64_t wanted) {
    Bus *bus = &mixer->bus;
    memset(bus, 0, sizeof *bus);
    int count = apply_commands(mixer, longest_stretch(mixer, wanted));
    int active = render_voices(mixer, mixer->slots, mixer->max_voices, count);
    int fading = render_voices(mixer, mixer->ghosts, mixer->max_ghosts, count);
    int bad = guard(bus->left, &mixer->master, count) + guard(bus->right, &mixer->master, count);
    ramp_advance(&mixer->master, count);
    note_gain(mixer, limiter_run(&mixer->limiter, bus->left, bus->right, count));
    write_out(mixer, out, count);
    mixer->frame += count;
    publish(mixer, active, fading, bad);
    return count;
}

void lp_mixer_render(LpMixer *mixer, float *out, int64_t frames) {
    uint64_t before = flush_denormals(), begun = ticks_now();
    take_commands(mixer);
    while (frames > 0) {
        int count = render_stretch(mixer, out, frames);
        out += 2 * count;
        frames -= count;
    }
    pulse_beat(&mixer->pulse, mixer->frame, begun);
    set_float_mode(before);
}
