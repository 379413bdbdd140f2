/* What PortAudio calls: one buffer from the mixer, and a note of what it took and of buffers that came too late. */
#include <pthread.h>

#include "state.h"
#include "ticks.h"

#define OUTPUT_UNDERFLOW 0x4ul /* paOutputUnderflow */
#define CONTINUE 0             /* paContinue */
#define NONSENSE_S 1e6         /* the counters of two processors differ */

/* pthread_self reads a register. */
static void remember_thread(LpMixer *mixer) {
    if (!atomic_load_explicit(&mixer->thread, memory_order_relaxed))
        atomic_store_explicit(&mixer->thread, (uintptr_t)pthread_self(), memory_order_release);
}

static int is_released(const Voice *voice) { return voice->envelope.stage >= ENV_RELEASE; }

/* Released notes go before held ones, and of each the oldest. */
static int goes_before(const Voice *a, const Voice *b) {
    if (is_released(a) != is_released(b)) return is_released(a);
    return a->since < b->since;
}

static Voice *first_to_go(LpMixer *mixer) {
    Voice *first = NULL;
    for (int i = 0; i < mixer->max_voices; i++) {
        Voice *voice = mixer->slots[i];
        if (voice->sounding && !voice->dying && (!first || goes_before(voice, first))) first = voice;
    }
    return first;
}

static int notes_that_stay(const LpMixer *mixer) {
    int count = 0;
    for (int i = 0; i < mixer->max_voices; i++)
        count += mixer->slots[i]->sounding && !mixer->slots[i]->dying;
    return count;
}

void lp_mixer_account(LpMixer *mixer, int64_t frames, double busy_s) {
    Load *load = &mixer->load;
    if (frames <= 0 || !(busy_s >= 0.0 && busy_s < NONSENSE_S)) return;
    int shed = load_account(load, frames, busy_s, notes_that_stay(mixer));
    for (int i = 0; i < shed; i++) voice_fade_out(first_to_go(mixer), &mixer->common);
    if (shed) COUNT_UP(mixer->counts.shed_voices, shed);
    float now = (float)(busy_s * load->rate_hz / (double)frames);
    if (now > atomic_load_explicit(&mixer->counts.worst_load, memory_order_relaxed))
        atomic_store_explicit(&mixer->counts.worst_load, now, memory_order_relaxed);
    atomic_store_explicit(&mixer->counts.load, (float)load->smoothed, memory_order_relaxed);
}

int lp_mixer_callback(const void *input, void *output, unsigned long frames, const void *time_info,
                      unsigned long status, void *user) {
    LpMixer *mixer = user;
    uint64_t started = ticks_now();
    (void)input, (void)time_info;
    remember_thread(mixer);
    COUNT_UP(mixer->counts.callbacks, 1);
    if (status & OUTPUT_UNDERFLOW) COUNT_UP(mixer->counts.underflows, 1);
    lp_mixer_render(mixer, output, (int64_t)frames);
    lp_mixer_account(mixer, (int64_t)frames, (double)(ticks_now() - started) * mixer->seconds_per_tick);
    return CONTINUE;
}
