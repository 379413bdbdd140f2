/* Memory made before playing: zeroed, and every page touched, so that the audio thread meets no page fault. */
#pragma once
#include <stdlib.h>

#define PAGE_BYTES 4096

static inline void *ready_memory(size_t count, size_t bytes) {
    volatile unsigned char *memory = calloc(count, bytes);
    for (size_t i = 0; memory && i < count * bytes; i += PAGE_BYTES) memory[i] = 0; /* volatile: really written */
    return (void *)memory;
}
