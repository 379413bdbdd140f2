/* How long a tick of the processor's time counter is, measured against the system's clock. */
#include "ticks.h"

#include <stdatomic.h>
#include <time.h>

#define MEASURED_NS 2000000
#define TRIES 16

static int64_t clock_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The clock and the counter at one moment: of several readings the one least interrupted. */
static void read_both(int64_t *ns, uint64_t *ticks) {
    int64_t shortest = INT64_MAX;
    for (int i = 0; i < TRIES; i++) {
        int64_t before = clock_ns();
        uint64_t count = ticks_now();
        int64_t took = clock_ns() - before;
        if (took >= shortest) continue;
        shortest = took;
        *ns = before + took / 2;
        *ticks = count;
    }
}

static double measure(void) {
    int64_t start_ns = 0, end_ns = 0;
    uint64_t start = 0, end = 0;
    read_both(&start_ns, &start);
    while (clock_ns() - start_ns < MEASURED_NS) {}
    read_both(&end_ns, &end);
    return end > start ? 1e-9 * (double)(end_ns - start_ns) / (double)(end - start) : 0.0;
}

double seconds_per_tick(void) {
    static _Atomic double known;
    double seconds = atomic_load(&known);
    if (seconds == 0.0) atomic_store(&known, seconds = measure());
    return seconds;
}
