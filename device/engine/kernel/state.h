/* The whole state of a mixer: voices, bus, limiter, rings and counters. */
#pragma once
#include <stdatomic.h>

#include "limiter.h"
#include "load.h"
#include "pulse.h"
#include "schedule.h"
#include "voice.h"

/* Written by the audio thread alone, read by anyone at any time. */
typedef struct {
    _Atomic int64_t frames, callbacks, underflows, late_events, ignored_events, starved_rows, cut_ghosts,
        shed_voices, nonfinite;
    _Atomic int32_t active_voices, fading_voices;
    _Atomic float peak, limiter_gain, load, worst_load;
} Counts;

struct LpMixer {
    Ring commands;
    uint32_t reserve; /* records of `commands` kept for note-off, kill and panic */
    Schedule schedule;
    Common common;
    Ramp master;
    Limiter limiter;
    Bus bus;
    Window window;
    Load load;
    Pulse pulse;
    double seconds_per_tick;
    Counts counts;
    _Atomic uintptr_t thread; /* the pthread_t that calls the callback; 0 before its first call */
    int64_t frame;
    int32_t max_voices, max_ghosts;
    Voice *voices;  /* max_voices + max_ghosts */
    Voice **slots;  /* voice number -> its sound; sounds are never copied, only pointers change places */
    Voice **ghosts; /* stolen sounds fading out */
};

/* For the one writer: no read-modify-write is needed. */
#define COUNT_UP(counter, n) \
    atomic_store_explicit(&(counter), atomic_load_explicit(&(counter), memory_order_relaxed) + (n), \
                          memory_order_relaxed)

/* Carries out one command `offset` frames into the present stretch, of which the voices that it
   concerns are rendered up to there first; the others are left alone and keep their long runs. */
void command_apply(LpMixer *mixer, const LpCommand *command, int offset);
