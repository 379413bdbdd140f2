/* Making, freeing and reading a mixer: everything that allocates or that the owner's thread calls. */
#include "memory.h"
#include "state.h"
#include "ticks.h"

#define FADE_S 0.005
#define START_FADE_S 0.003
#define MIN_GHOSTS 32

static int32_t frames_of(double seconds, double rate_hz) {
    int32_t frames = (int32_t)(seconds * rate_hz + 0.5);
    return frames > 1 ? frames : 1;
}

static void set_up_common(Common *common, const LpConfig *config) {
    common->rate_hz = config->rate_hz;
    common->ramp_s = config->ramp_s;
    common->ramp_frames = frames_of(config->ramp_s, config->rate_hz);
    common->fade_frames = frames_of(FADE_S, config->rate_hz);
    common->start_frames = frames_of(START_FADE_S, config->rate_hz);
    common->interpolation = config->interpolation;
    tables_fill(&common->tables);
}

static int set_up_memory(LpMixer *mixer, const LpConfig *config) {
    size_t voices = (size_t)mixer->max_voices, ghosts = (size_t)mixer->max_ghosts;
    mixer->voices = ready_memory(voices + ghosts, sizeof *mixer->voices);
    mixer->slots = ready_memory(voices, sizeof *mixer->slots);
    mixer->ghosts = ready_memory(ghosts, sizeof *mixer->ghosts);
    int rings = ring_create(&mixer->commands, (uint32_t)config->command_capacity, sizeof(LpCommand)) &
                ring_create(&mixer->common.returns, (uint32_t)config->return_capacity, sizeof(LpReturn)) &
                schedule_create(&mixer->schedule, config->command_capacity);
    return mixer->voices && mixer->slots && mixer->ghosts && rings;
}

LpMixer *lp_mixer_create(const LpConfig *config) {
    LpMixer *mixer = ready_memory(1, sizeof *mixer);
    if (!mixer) return NULL;
    mixer->max_voices = config->max_voices;
    mixer->max_ghosts = config->max_voices > MIN_GHOSTS ? config->max_voices : MIN_GHOSTS;
    mixer->reserve = (uint32_t)config->command_capacity / 8;
    if (!set_up_memory(mixer, config)) {
        lp_mixer_destroy(mixer);
        return NULL;
    }
    for (int i = 0; i < mixer->max_voices; i++) mixer->slots[i] = &mixer->voices[i];
    for (int i = 0; i < mixer->max_ghosts; i++) mixer->ghosts[i] = &mixer->voices[mixer->max_voices + i];
    set_up_common(&mixer->common, config);
    load_reset(&mixer->load, config->load_limit, config->rate_hz);
    mixer->seconds_per_tick = seconds_per_tick();
    ramp_jump(&mixer->master, 1.0f);
    limiter_reset(&mixer->limiter, config->rate_hz);
    atomic_store(&mixer->counts.limiter_gain, 1.0f);
    return mixer;
}

void lp_mixer_destroy(LpMixer *mixer) {
    if (!mixer) return;
    ring_destroy(&mixer->commands);
    ring_destroy(&mixer->common.returns);
    schedule_destroy(&mixer->schedule);
    free_memory(mixer->voices);
    free_memory(mixer->slots);
    free_memory(mixer->ghosts);
    free_memory(mixer);
}

static int ends_sound(const LpCommand *command) {
    return command->kind == LP_NOTE_OFF || command->kind == LP_KILL || command->kind == LP_PANIC;
}

int lp_mixer_send(LpMixer *mixer, const LpCommand *command) {
    return ring_push(&mixer->commands, command, ends_sound(command) ? 0 : mixer->reserve);
}

int lp_mixer_returns(LpMixer *mixer, LpReturn *out, int capacity) {
    int count = 0;
    while (count < capacity && ring_pop(&mixer->common.returns, &out[count])) count++;
    return count;
}

int64_t lp_mixer_frame(LpMixer *mixer) {
    return atomic_load_explicit(&mixer->counts.frames, memory_order_acquire);
}

int64_t lp_mixer_pulse(LpMixer *mixer, double *age_s) {
    int64_t frame;
    uint64_t ticks;
    pulse_read(&mixer->pulse, &frame, &ticks);
    int64_t age = ticks ? (int64_t)(ticks_now() - ticks) : 0;
    *age_s = age > 0 ? (double)age * mixer->seconds_per_tick : 0.0; /* processors may differ by a tick */
    return frame;
}

void lp_row_set_ready(LpRow *row, int64_t ready_frames) {
    __atomic_store_n(&row->ready_frames, ready_frames, __ATOMIC_RELEASE);
}

void lp_mixer_counters(LpMixer *mixer, LpCounters *out) {
    Counts *counts = &mixer->counts;
    *out = (LpCounters){
        .frames = atomic_load(&counts->frames),
        .callbacks = atomic_load(&counts->callbacks),
        .underflows = atomic_load(&counts->underflows),
        .late_events = atomic_load(&counts->late_events),
        .ignored_events = atomic_load(&counts->ignored_events),
        .starved_rows = atomic_load(&counts->starved_rows),
        .cut_ghosts = atomic_load(&counts->cut_ghosts),
        .shed_voices = atomic_load(&counts->shed_voices),
        .nonfinite = atomic_load(&counts->nonfinite),
        .active_voices = atomic_load(&counts->active_voices),
        .fading_voices = atomic_load(&counts->fading_voices),
        .peak = atomic_exchange(&counts->peak, 0.0f),
        .limiter_gain = atomic_exchange(&counts->limiter_gain, 1.0f),
        .load = atomic_load(&counts->load),
        .worst_load = atomic_exchange(&counts->worst_load, 0.0f),
    };
}
