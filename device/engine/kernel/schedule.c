/* Commands waiting for their frame: a heap, earliest first, equal frames in order of arrival. */
#include "schedule.h"

#include <stdlib.h>

int schedule_create(Schedule *schedule, int32_t capacity) {
    *schedule = (Schedule){.heap = calloc((size_t)capacity, sizeof(Scheduled)), .capacity = capacity};
    return schedule->heap != NULL;
}

void schedule_destroy(Schedule *schedule) { free(schedule->heap); }

static int is_before(const Scheduled *a, const Scheduled *b) {
    if (a->command.frame != b->command.frame) return a->command.frame < b->command.frame;
    return a->order < b->order;
}

void schedule_add(Schedule *schedule, const LpCommand *command) {
    Scheduled *heap = schedule->heap;
    Scheduled added = {schedule->arrivals++, *command};
    int32_t at = schedule->count++;
    while (at > 0 && is_before(&added, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = added;
}

void schedule_take(Schedule *schedule, LpCommand *command) {
    Scheduled *heap = schedule->heap;
    *command = heap[0].command;
    Scheduled moved = heap[--schedule->count];
    int32_t at = 0;
    for (;;) {
        int32_t child = 2 * at + 1;
        if (child >= schedule->count) break;
        if (child + 1 < schedule->count && is_before(&heap[child + 1], &heap[child])) child++;
        if (!is_before(&heap[child], &moved)) break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}
