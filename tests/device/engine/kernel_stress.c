/* Drives the kernel with random commands, good and bad, and checks what must always hold.

   Built with sanitizers by test_kernel_build.py. Rows live in memory of exactly their size and are freed as
   soon as their last reference has come back, so reading beyond or after it is found.
   Arguments: seed, rounds, "threads" to send from a second thread while the first renders. */
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mixer.h"

#define ROWS 24
#define VOICES 6
#define CAPACITY 4096

typedef struct {
    LpRow row; /* first: a returned address is that of the Holder */
    int16_t *samples;
    int references;
} Holder;

static LpMixer *mixer;
static Holder *holders[ROWS];
static int64_t sent, returned, notes_sent, notes_ended;
static int64_t last_pulse;
static unsigned random_state;
static _Atomic int finished;

static unsigned any(unsigned below) {
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static double unit(void) { return any(1u << 20) / (double)(1u << 20); }

static void fail(const char *what) {
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

static Holder *new_holder(void) {
    Holder *holder = calloc(1, sizeof *holder);
    int frames = any(8) ? (int)any(3000) : (int)any(3);
    holder->samples = malloc((size_t)frames * sizeof *holder->samples);
    for (int i = 0; i < frames; i++) holder->samples[i] = (int16_t)any(65536);
    int length = any(3) ? (int)any((unsigned)frames + 1) : 0;
    int start = (int)any((unsigned)(frames - length) + 1);
    int ready = any(4) ? frames : (int)any((unsigned)frames + 1);
    double decay = any(2) ? 0.0 : -unit() * 0.1;
    holder->row = (LpRow){holder->samples, frames, ready, start, length, (float)(unit() / 32768), decay};
    if (any(50) == 0) holder->row.scale = NAN; /* the guard on the bus is the last line */
    if (any(50) == 0) holder->row.loop_length = frames + 5;
    return holder;
}

static void release(Holder *holder) {
    if (--holder->references > 0) return;
    free(holder->samples);
    free(holder);
}

/* A row with one more reference, sometimes a new one; the old lives on as long as anyone holds it. */
static Holder *borrow_holder(void) {
    unsigned at = any(ROWS);
    if (!holders[at] || any(10) == 0) {
        if (holders[at]) release(holders[at]);
        holders[at] = new_holder();
        holders[at]->references = 1;
    }
    holders[at]->references++;
    return holders[at];
}

static void take_returns(void) {
    LpReturn back[64];
    int count;
    while ((count = lp_mixer_returns(mixer, back, 64)) > 0) {
        for (int i = 0; i < count; i++) {
            if (back[i].row) {
                returned++;
                release((Holder *)back[i].row);
            } else {
                notes_ended++;
            }
        }
    }
}

static double odd(double usual) {
    const double strange[] = {NAN, INFINITY, -INFINITY, -1.0, 0.0, 1e30};
    return any(30) ? usual : strange[any(6)];
}

static LpCommand random_command(void) {
    LpCommand c = {.frame = any(4) ? lp_mixer_frame(mixer) + any(700) : LP_NOW,
                   .kind = any(40) ? (int32_t)any(10) : (int32_t)any(20) - 5,
                   .voice = any(40) ? (int32_t)any(VOICES) : (int32_t)any(1000) - 500};
    c.step = odd(unit() * unit() * 8.0);
    c.start_frame = odd(any(2) ? 0.0 : unit() * 3000);
    c.gain = (float)odd(unit() * 2);
    c.pan = (float)odd(unit() * 2 - 1);
    c.envelope = (LpEnvelope){odd(unit() * 0.02), odd(unit() * 0.02), odd(unit()), odd(unit() * 0.02)};
    if (c.kind != LP_NOTE_ON && c.kind != LP_SET_CELLS) return c;
    c.row_count = 1 + (int32_t)any(LP_CELLS);
    for (int i = 0; i < c.row_count; i++) {
        c.rows[i] = &borrow_holder()->row;
        c.weights[i] = (float)odd(unit());
    }
    return c;
}

/* The references were counted before: the kernel may be quick to give them back. */
static void send_one(const LpCommand *c) {
    sent += c->row_count;
    if (lp_mixer_send(mixer, c)) {
        notes_sent += c->kind == LP_NOTE_ON;
        return;
    }
    sent -= c->row_count;
    for (int i = 0; i < c->row_count; i++) release((Holder *)c->rows[i]);
}

static void send_some(void) {
    for (unsigned n = any(12); n > 0 && sent - returned < CAPACITY / 2; n--) {
        LpCommand c = random_command();
        send_one(&c);
    }
    if (any(3) == 0 && holders[0]) lp_row_set_ready(&holders[0]->row, holders[0]->row.frames);
    take_returns();
    LpCounters counters;
    lp_mixer_counters(mixer, &counters);
    if (!(counters.peak <= 1.0f) || counters.active_voices > VOICES) fail("counters that cannot be");
    double age_s;
    int64_t led_to = lp_mixer_pulse(mixer, &age_s);
    if (led_to < last_pulse || !(age_s >= 0.0 && age_s < 100.0)) fail("a pulse out of time");
    last_pulse = led_to;
}

static void render(unsigned frames) {
    float *out = malloc(2 * frames * sizeof *out);
    lp_mixer_callback(NULL, out, frames, NULL, any(9) ? 0 : 4, mixer);
    double busy_s = odd(unit() * frames / 24000.0);
    for (int i = 0; i < 3; i++) lp_mixer_account(mixer, (int64_t)frames, busy_s);
    for (unsigned i = 0; i < 2 * frames; i++)
        if (!(fabsf(out[i]) <= 1.0f)) fail("output beyond full scale or not a number");
    free(out);
}

static void *send_in_thread(void *rounds) {
    for (long i = 0; i < (long)rounds; i++) send_some();
    atomic_store(&finished, 1);
    return NULL;
}

static void play_in_threads(long rounds) {
    pthread_t sender;
    pthread_create(&sender, NULL, send_in_thread, (void *)rounds);
    while (!atomic_load(&finished)) {
        float out[2 * 64];
        lp_mixer_callback(NULL, out, 64, NULL, 0, mixer);
        for (int i = 0; i < 8; i++) lp_mixer_account(mixer, 64, 64.0 / 48000 * 2); /* 10 ms of overload */
    }
    pthread_join(sender, NULL);
}

static void settle(void) {
    LpCommand panic = {.frame = LP_NOW, .kind = LP_PANIC};
    for (int i = 0; i < 40; i++) {
        lp_mixer_send(mixer, &panic);
        render(480);
        take_returns();
    }
}

int main(int argc, char **argv) {
    random_state = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    long rounds = argc > 2 ? atol(argv[2]) : 100;
    LpConfig config = {48000, 0.01, 0.3, VOICES, (int32_t)any(3), 256, CAPACITY};
    mixer = lp_mixer_create(&config);
    if (argc > 3 && strcmp(argv[3], "threads") == 0)
        play_in_threads(rounds);
    else
        for (long i = 0; i < rounds; i++) send_some(), render(1 + any(500));
    settle();
    LpCounters counters;
    lp_mixer_counters(mixer, &counters);
    if (sent != returned) fail("a row has not come back");
    if (notes_ended > notes_sent) fail("more notes ended than began");
    if (counters.active_voices || counters.fading_voices) fail("something still sounds");
    printf("rows %lld notes %lld ignored %lld nonfinite %lld starved %lld shed %lld\n", (long long)sent,
           (long long)notes_sent, (long long)counters.ignored_events, (long long)counters.nonfinite,
           (long long)counters.starved_rows, (long long)counters.shed_voices);
    for (int i = 0; i < ROWS; i++)
        if (holders[i]) release(holders[i]);
    lp_mixer_destroy(mixer);
    return 0;
}
