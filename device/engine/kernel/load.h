/* How much of its time the callback needs, and how many notes must go when it needs too much.

   load     seconds of computing over seconds of sound, of one buffer; 1 is the end
   strain   the load is beyond the limit in every one of at least 3 buffers and 10 ms; one buffer
            alone may have been interrupted by another program, for which no note is to blame
   to shed  so many of n notes that the lightest of those buffers would come to 3/4 of the limit, at
            most half of them and at most 16; if that was not enough, the next strain takes more */
#pragma once
#include <stdint.h>

typedef struct {
    double limit;    /* 0 = never shed */
    double rate_hz;
    double smoothed; /* over 100 ms */
    double lightest; /* of the strained buffers in a row */
    int strained;    /* buffers in a row, and their frames */
    int64_t frames;
} Load;

void load_reset(Load *load, double limit, double rate_hz);

/* A buffer of `frames` took `busy_s` to compute while `notes` sounded. Returns how many must go. */
int load_account(Load *load, int64_t frames, double busy_s, int notes);
