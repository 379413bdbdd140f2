/* The processor's own time counter, read without entering the kernel (clock_gettime may, without a vDSO). */
#pragma once
#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)
static inline uint64_t ticks_now(void) { return __builtin_ia32_rdtsc(); }
#elif defined(__aarch64__)
static inline uint64_t ticks_now(void) {
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}
#else /* 32-bit Raspberry Pi OS: the counter may be closed to programs, the vDSO knows */
#include <time.h>
static inline uint64_t ticks_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
#endif

/* Measured once, in a few milliseconds; for the owner's thread. */
double seconds_per_tick(void);
