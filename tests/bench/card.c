/* A sound card made of a clock: a thread that calls an audio callback once per buffer, as a driver
   does, and notes how late each call began and how long it took. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

typedef int Callback(const void *, void *, unsigned long, const void *, unsigned long, void *);

typedef struct {
    Callback *callback;
    void *user;
    int64_t period_ns, calls;
    int32_t frames;
    int32_t priority;          /* SCHED_FIFO, or 0 for a normal thread */
    int32_t cpu;               /* to stay on, or -1 */
    int64_t begin_ns;          /* out: CLOCK_MONOTONIC of call 0 */
    int64_t minor_faults, major_faults; /* out: of the thread, without its first second */
    float *late_us, *took_us;  /* out: per call */
    float *sound;              /* out: all frames, stereo; may be NULL */
    volatile int64_t done;     /* out: calls so far; the owner may set `stop` */
    volatile int32_t stop;
    pthread_t thread;
} Card;

static int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void sleep_until(int64_t ns) {
    struct timespec t = {ns / 1000000000ll, ns % 1000000000ll};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL)) {
    }
}

static void count_faults(Card *card, int sign) {
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    card->minor_faults += sign * usage.ru_minflt;
    card->major_faults += sign * usage.ru_majflt;
}

static void *run(void *argument) {
    Card *card = argument;
    float scratch[2 * 8192];
    memset(scratch, 0, sizeof scratch);
    int64_t warm = 1000000000ll / card->period_ns;
    card->begin_ns = now_ns() + card->period_ns;
    for (int64_t call = 0; call < card->calls && !card->stop; call++) {
        int64_t due = card->begin_ns + call * card->period_ns;
        sleep_until(due);
        if (call == warm) count_faults(card, -1);
        int64_t begun = now_ns();
        float *out = card->sound ? card->sound + call * 2 * card->frames : scratch;
        card->callback(NULL, out, (unsigned long)card->frames, NULL, 0, card->user);
        card->late_us[call] = (float)(begun - due) / 1000.0f;
        card->took_us[call] = (float)(now_ns() - begun) / 1000.0f;
        card->done = call + 1;
    }
    if (card->done > warm) count_faults(card, 1);
    return NULL;
}

int card_start(Card *card) {
    pthread_attr_t attributes;
    struct sched_param parameter = {.sched_priority = card->priority};
    pthread_attr_init(&attributes);
    if (card->priority) {
        pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
        pthread_attr_setschedpolicy(&attributes, SCHED_FIFO);
        pthread_attr_setschedparam(&attributes, &parameter);
    }
    if (card->cpu >= 0) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(card->cpu, &cpus);
        pthread_attr_setaffinity_np(&attributes, sizeof cpus, &cpus);
    }
    return pthread_create(&card->thread, &attributes, run, card);
}

int card_wait(Card *card) { return pthread_join(card->thread, NULL); }

/* Does nothing: a card with it tells how the machine itself keeps pace. */
int card_idle(const void *in, void *out, unsigned long frames, const void *time, unsigned long flags, void *user) {
    (void)in, (void)out, (void)frames, (void)time, (void)flags, (void)user;
    return 0;
}
