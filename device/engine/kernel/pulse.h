/* When the latest buffer was begun and to which frame it led: two numbers that belong together, no lock.

   Two places take turns. A place is written again only after the other one has been published, so
   a reader that finds the count unchanged has read a whole pair. */
#pragma once
#include <stdatomic.h>
#include <stdint.h>

typedef struct {
    _Atomic int64_t frame[2];
    _Atomic uint64_t ticks[2];
    _Atomic uint32_t count;
} Pulse;

/* For the one writer. */
static inline void pulse_beat(Pulse *pulse, int64_t frame, uint64_t ticks) {
    uint32_t next = atomic_load(&pulse->count) + 1;
    atomic_store(&pulse->frame[next & 1], frame);
    atomic_store(&pulse->ticks[next & 1], ticks);
    atomic_store(&pulse->count, next);
}

static inline void pulse_read(Pulse *pulse, int64_t *frame, uint64_t *ticks) {
    uint32_t count;
    do {
        count = atomic_load(&pulse->count);
        *frame = atomic_load(&pulse->frame[count & 1]);
        *ticks = atomic_load(&pulse->ticks[count & 1]);
    } while (atomic_load(&pulse->count) != count);
}
