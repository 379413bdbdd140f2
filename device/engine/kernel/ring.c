/* A ring of equal records between one writing and one reading thread, without locks. */
#include "ring.h"

#include <string.h>

#include "memory.h"

int ring_create(Ring *ring, uint32_t capacity, size_t record_bytes) {
    ring->records = ready_memory(capacity, record_bytes);
    ring->record_bytes = record_bytes;
    ring->mask = capacity - 1;
    atomic_init(&ring->written, 0);
    atomic_init(&ring->read, 0);
    return ring->records != NULL;
}

void ring_destroy(Ring *ring) { free_memory(ring->records); }

static void *record_at(Ring *ring, uint32_t count) {
    return ring->records + (size_t)(count & ring->mask) * ring->record_bytes;
}

int ring_push(Ring *ring, const void *record, uint32_t spare) {
    uint32_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
    uint32_t used = written - atomic_load_explicit(&ring->read, memory_order_acquire);
    if (used + spare > ring->mask) return 0;
    memcpy(record_at(ring, written), record, ring->record_bytes);
    atomic_store_explicit(&ring->written, written + 1, memory_order_release);
    return 1;
}

int ring_pop(Ring *ring, void *record) {
    uint32_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
    if (read == atomic_load_explicit(&ring->written, memory_order_acquire)) return 0;
    memcpy(record, record_at(ring, read), ring->record_bytes);
    atomic_store_explicit(&ring->read, read + 1, memory_order_release);
    return 1;
}
