/* The load of the callback and the shedding of notes (the law is in load.h). */
#include "load.h"

#include <math.h>

#define SMOOTHING_S 0.1
#define STRAIN_S 0.010 /* longer than a fade: what was shed before is silent when the next count begins */
#define STRAIN_BUFFERS 3
#define RELIEF 0.75
#define MOST 16

void load_reset(Load *load, double limit, double rate_hz) {
    *load = (Load){.limit = limit, .rate_hz = rate_hz};
}

static int is_strained(Load *load, int64_t frames, double now) {
    if (load->limit <= 0.0 || now <= load->limit) {
        load->strained = 0;
        return 0;
    }
    if (load->strained++ == 0) load->lightest = now, load->frames = 0;
    load->lightest = fmin(load->lightest, now);
    load->frames += frames;
    return load->strained >= STRAIN_BUFFERS && (double)load->frames >= STRAIN_S * load->rate_hz;
}

static int too_many(const Load *load, int notes) {
    int most = (notes + 1) / 2 < MOST ? (notes + 1) / 2 : MOST;
    double wanted = ceil(notes * (1.0 - RELIEF * load->limit / load->lightest));
    return wanted < most ? (int)wanted : most;
}

int load_account(Load *load, int64_t frames, double busy_s, int notes) {
    double seconds = (double)frames / load->rate_hz;
    double now = busy_s / seconds;
    load->smoothed += (now - load->smoothed) * fmin(1.0, seconds / SMOOTHING_S);
    if (!is_strained(load, frames, now)) return 0;
    load->strained = 0;
    return notes > 1 ? too_many(load, notes) : 0; /* the last note stays: silence helps nobody */
}
