/* The rows of one voice mixed at one source frame: the morph.

   A new set of cells moves every weight in a straight line over the same number of source frames,
   from the next frame that has not been mixed yet; what was mixed before stays, so nothing jumps.
   A set that finds too few free slots waits until the present morph is over; the latest one wins. */
#pragma once
#include "ring.h"
#include "slot.h"

typedef struct {
    int32_t count;
    int32_t ramp_frames; /* source frames of the morph */
    const LpRow *rows[LP_CELLS];
    float weights[LP_CELLS];
} Cells;

typedef struct {
    Slot slots[LP_SLOTS];
    int32_t count;       /* slots in use: the first ones */
    int32_t morph_left;  /* source frames until the weights arrive */
    int64_t next_frame;  /* the first source frame not mixed yet */
    int64_t morph_end;   /* the source frame from which rows that left are silent */
    Cells pending;       /* count 0 = none */
} Blend;

/* Every row handed over comes back through `returns` exactly once. */
void blend_start(Blend *blend, const Cells *cells, int64_t first_frame, Ring *returns);
void blend_move(Blend *blend, const Cells *cells, Ring *returns);
void blend_clear(Blend *blend, Ring *returns);

/* Mixes the next `count` source frames into x (room for three more). Returns how many rows starved. */
int blend_mix(Blend *blend, float *x, int count, Ring *returns);

/* No row will sound from this source frame on. */
int blend_is_over(const Blend *blend, int64_t frame);

void give_back_row(Ring *returns, const LpRow *row);
