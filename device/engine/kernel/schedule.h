/* Commands waiting for their frame: a heap, earliest first, equal frames in order of arrival. */
#pragma once
#include "mixer.h"

typedef struct {
    int64_t frame;
    uint64_t order;
    int32_t place; /* of the command in the pool */
} Waiting;

typedef struct {
    Waiting *heap;
    LpCommand *pool;
    int32_t *free_places;
    int32_t count, capacity;
    uint64_t arrivals;
} Schedule;

int schedule_create(Schedule *schedule, int32_t capacity);
void schedule_destroy(Schedule *schedule);

static inline int schedule_is_full(const Schedule *schedule) {
    return schedule->count == schedule->capacity;
}

/* The frame of the first command; far in the future when none waits. */
static inline int64_t schedule_next_frame(const Schedule *schedule) {
    return schedule->count ? schedule->heap[0].frame : INT64_MAX;
}

/* The first command; there must be one, and it stays valid until the next is added. */
static inline const LpCommand *schedule_first(const Schedule *schedule) {
    return &schedule->pool[schedule->heap[0].place];
}

void schedule_add(Schedule *schedule, const LpCommand *command); /* must not be full */
void schedule_drop_first(Schedule *schedule);                    /* must not be empty */
