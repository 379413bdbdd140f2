/* Commands waiting for their frame: a heap, earliest first, equal frames in order of arrival. */
#include "schedule.h"

#include "memory.h"

int schedule_create(Schedule *schedule, int32_t capacity) {
    size_t places = (size_t)capacity;
    *schedule = (Schedule){.heap = ready_memory(places, sizeof(Waiting)),
                           .pool = ready_memory(places, sizeof(LpCommand)),
                           .free_places = ready_memory(places, sizeof(int32_t)),
                           .capacity = capacity};
    for (int32_t i = 0; schedule->free_places && i < capacity; i++) schedule->free_places[i] = i;
    return schedule->heap && schedule->pool && schedule->free_places;
}

void schedule_destroy(Schedule *schedule) {
    free_memory(schedule->heap);
    free_memory(schedule->pool);
    free_memory(schedule->free_places);
}

static int is_before(const Waiting *a, const Waiting *b) {
    return a->frame != b->frame ? a->frame < b->frame : a->order < b->order;
}

void schedule_add(Schedule *schedule, const LpCommand *command) {
    Waiting *heap = schedule->heap;
    int32_t at = schedule->count++;
    Waiting added = {command->frame, schedule->arrivals++, schedule->free_places[at]};
    schedule->pool[added.place] = *command;
    while (at > 0 && is_before(&added, &heap[(at - 1) / 2])) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = added;
}

void schedule_drop_first(Schedule *schedule) {
    Waiting *heap = schedule->heap;
    schedule->free_places[--schedule->count] = heap[0].place;
    Waiting moved = heap[schedule->count];
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
