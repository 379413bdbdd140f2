/* Flushing of denormal numbers to zero while a block is rendered; the caller's mode comes back after it. */
#pragma once
#include <stdint.h>

#if defined(__x86_64__) || defined(__i386__)
#define FLUSH_BITS 0x8040u /* FTZ and DAZ */
static inline uint64_t float_mode(void) { return __builtin_ia32_stmxcsr(); }
static inline void set_float_mode(uint64_t mode) { __builtin_ia32_ldmxcsr((unsigned)mode); }
#elif defined(__aarch64__)
#define FLUSH_BITS (1u << 24) /* FPCR.FZ */
static inline uint64_t float_mode(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
static inline void set_float_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
#define FLUSH_BITS 0u
static inline uint64_t float_mode(void) { return 0; }
static inline void set_float_mode(uint64_t mode) { (void)mode; }
#endif

static inline uint64_t flush_denormals(void) {
    uint64_t before = float_mode();
    set_float_mode(before | FLUSH_BITS);
    return before;
}
