/* Memory made before playing: zeroed, present and, if the system allows it, locked, so that the audio thread
   meets no page fault. */
#pragma once
#include <stddef.h>

/* NULL without memory. */
void *ready_memory(size_t count, size_t bytes);
void free_memory(void *memory); /* NULL is fine */
