/* Commands waiting for their frame: a heap, earliest first, equal frames in order of arrival. */
#pragma once
#include "mixer.h"

typedef struct {
    uint64_t order;
    LpCommand command;
} Scheduled;

typedef struct {
    Scheduled *heap;
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
    return schedule->count ? schedule->heap[0].command.frame : INT64_MAX;
}

/* Kind of the first command; -1 when none waits. */
static inline int32_t schedule_next_kind(const Schedule *schedule) {
    return schedule->count ? schedule->heap[0].command.kind : -1;
}

void schedule_add(Schedule *schedule, const LpCommand *command); /* must not be full */
void schedule_take(Schedule *schedule, LpCommand *command);      /* must not be empty */
