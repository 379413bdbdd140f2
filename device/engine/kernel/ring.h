/* A ring of equal records between one writing and one reading thread, without locks. */
#pragma once
#include <stdalign.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    unsigned char *records;
    size_t record_bytes;
    uint32_t mask; /* capacity - 1; the capacity is a power of two */
    alignas(64) _Atomic uint32_t written; /* both count for ever and wrap at 2^32 */
    alignas(64) _Atomic uint32_t read;
} Ring;

int ring_create(Ring *ring, uint32_t capacity, size_t record_bytes);
void ring_destroy(Ring *ring);

/* Writing side: 0 when fewer than `spare` + 1 records are free. */
int ring_push(Ring *ring, const void *record, uint32_t spare);
/* Reading side: 0 when there is nothing. */
int ring_pop(Ring *ring, void *record);
