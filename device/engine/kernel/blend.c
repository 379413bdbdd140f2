/* The rows of one voice mixed at one source frame: the morph (the law is in blend.h). */
#include "blend.h"

#include <string.h>

void give_back_row(Ring *returns, const LpRow *row) {
    if (!row) return; /* nothing was lent; a return without a row would tell of a note's end */
    LpReturn back = {.row = (uintptr_t)row, .voice = -1};
    ring_push(returns, &back, 0); /* Python never has more out than the ring holds */
}

static void give_back_cells(Cells *cells, Ring *returns) {
    for (int i = 0; i < cells->count; i++) give_back_row(returns, cells->rows[i]);
    cells->count = 0;
}

static Slot *find(Blend *blend, const LpRow *row) {
    for (int i = 0; i < blend->count; i++)
        if (blend->slots[i].row == row) return &blend->slots[i];
    return NULL;
}

static int is_repeated(const Cells *cells, int at) {
    for (int i = 0; i < at; i++)
        if (cells->rows[i] == cells->rows[at]) return 1;
    return 0;
}

static int has_room(Blend *blend, const Cells *cells) {
    int needed = blend->count;
    for (int i = 0; i < cells->count; i++)
        needed += !find(blend, cells->rows[i]) && !is_repeated(cells, i);
    return needed <= LP_SLOTS;
}

/* Rows already sounding keep their slot and only change weight; their second reference goes back. */
static void place(Blend *blend, const Cells *cells, Ring *returns) {
    for (int i = 0; i < cells->count; i++) {
        Slot *slot = find(blend, cells->rows[i]);
        if (slot) {
            give_back_row(returns, cells->rows[i]);
        } else {
            slot = &blend->slots[blend->count++];
            slot_attach(slot, cells->rows[i], blend->next_frame);
        }
        slot->wanted = 1;
        slot->target += cells->weights[i];
    }
}

static void begin_morph(Blend *blend, const Cells *cells, Ring *returns) {
    float from[LP_SLOTS] = {0};
    for (int i = 0; i < blend->count; i++) {
        from[i] = slot_weight(&blend->slots[i], blend->morph_left);
        blend->slots[i].wanted = 0;
        blend->slots[i].target = 0.0f;
    }
    place(blend, cells, returns);
    for (int i = 0; i < blend->count; i++)
        blend->slots[i].delta = (blend->slots[i].target - from[i]) / (float)cells->ramp_frames;
    blend->morph_left = cells->ramp_frames;
}

static void end_morph(Blend *blend, Ring *returns) {
    int kept = 0;
    for (int i = 0; i < blend->count; i++) {
        blend->slots[i].delta = 0.0f;
        if (!blend->slots[i].wanted)
            give_back_row(returns, blend->slots[i].row);
        else if (kept++ < i)
            blend->slots[kept - 1] = blend->slots[i];
    }
    blend->count = kept;
    blend->morph_end = blend->next_frame;
    Cells pending = blend->pending;
    blend->pending.count = 0;
    if (pending.count) begin_morph(blend, &pending, returns);
}

void blend_start(Blend *blend, const Cells *cells, int64_t first_frame, Ring *returns) {
    memset(blend, 0, sizeof *blend);
    blend->next_frame = blend->morph_end = first_frame;
    place(blend, cells, returns);
}

void blend_move(Blend *blend, const Cells *cells, Ring *returns) {
    give_back_cells(&blend->pending, returns);
    if (has_room(blend, cells))
        begin_morph(blend, cells, returns);
    else
        blend->pending = *cells;
}

void blend_clear(Blend *blend, Ring *returns) {
    for (int i = 0; i < blend->count; i++) give_back_row(returns, blend->slots[i].row);
    give_back_cells(&blend->pending, returns);
    blend->count = blend->morph_left = 0;
}

int blend_mix(Blend *blend, float *x, int count, Ring *returns) {
    int starved = 0;
    memset(x, 0, (size_t)count * sizeof *x);
    while (count > 0) {
        int run = blend->morph_left && blend->morph_left < count ? blend->morph_left : count;
        for (int i = 0; i < blend->count; i++)
            starved += slot_add(&blend->slots[i], blend->next_frame, x, run, blend->morph_left);
        blend->next_frame += run;
        x += run;
        count -= run;
        if (blend->morph_left && (blend->morph_left -= run) == 0) end_morph(blend, returns);
    }
    return starved;
}

int blend_is_over(const Blend *blend, int64_t frame) {
    if (blend->morph_left || blend->pending.count || blend->morph_end > frame) return 0;
    for (int i = 0; i < blend->count; i++)
        if (blend->slots[i].end_frame > frame) return 0;
    return 1;
}
