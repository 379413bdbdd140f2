/* The priority of the audio thread: raised from outside, since the callback makes no system call. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "state.h"

void lp_mixer_forget_thread(LpMixer *mixer) { atomic_store(&mixer->thread, 0); }

int lp_mixer_raise_thread(LpMixer *mixer, int priority) {
    pthread_t thread = (pthread_t)atomic_load(&mixer->thread);
    struct sched_param wanted = {.sched_priority = priority}, present;
    int policy;
    if (!thread) return EAGAIN;
    int error = pthread_getschedparam(thread, &policy, &present);
    if (error) return error;
    if (policy == SCHED_FIFO || policy == SCHED_RR) return 0; /* JACK has seen to it */
    return pthread_setschedparam(thread, SCHED_FIFO, &wanted);
}
