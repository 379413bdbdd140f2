/* Watches what an audio callback asks of the system; built and preloaded (LD_PRELOAD) by test_callback.py.

   Its probe_callback stands between PortAudio and the callback under test. While that runs, three
   nets are out: the allocator, the locks and the waits of libc are replaced by functions that note
   the call; the kernel hands every system call of the thread back as SIGSYS (Syscall User Dispatch);
   and the page faults of the thread are counted. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif
#define ALLOW 0
#define BLOCK 1
#define ABORT 2 /* paAbort */
#define WARM_UP 3 /* callbacks: the first touch of code and stack is not yet playing */

typedef int Callback(const void *, void *, unsigned long, const void *, unsigned long, void *);

static Callback *callback;
static void *user;
static int64_t abort_after;
static struct {
    int64_t callbacks, library_calls, system_calls, traps_syscalls, minor_faults, major_faults, last_system_call;
    char last_library_call[32];
} seen;

static __thread int inside;
static __thread volatile char selector;

static void note(const char *name) {
    if (!inside) return;
    seen.library_calls++;
    strncpy(seen.last_library_call, name, sizeof seen.last_library_call - 1);
}

/* glibc's own names for what is replaced here: no dlsym, which allocates, on the way. */
void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

void *malloc(size_t n) { return note("malloc"), __libc_malloc(n); }
void *calloc(size_t n, size_t size) { return note("calloc"), __libc_calloc(n, size); }
void *realloc(void *p, size_t n) { return note("realloc"), __libc_realloc(p, n); }
void *aligned_alloc(size_t a, size_t n) { return note("aligned_alloc"), __libc_memalign(a, n); }
void *memalign(size_t a, size_t n) { return note("memalign"), __libc_memalign(a, n); }
void free(void *p) { note("free"), __libc_free(p); }

int posix_memalign(void **p, size_t a, size_t n) {
    note("posix_memalign");
    return (*p = __libc_memalign(a, n)) ? 0 : 12;
}

#define REPLACE(name, parameters, arguments)                                 \
    static int(*next_##name) parameters;                                     \
    int name parameters {                                                    \
        note(#name);                                                         \
        if (!next_##name) *(void **)&next_##name = dlsym(RTLD_NEXT, #name);  \
        return next_##name arguments;                                        \
    }

REPLACE(pthread_mutex_lock, (pthread_mutex_t * m), (m))
REPLACE(pthread_mutex_trylock, (pthread_mutex_t * m), (m))
REPLACE(pthread_mutex_unlock, (pthread_mutex_t * m), (m))
REPLACE(pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
REPLACE(pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
REPLACE(pthread_spin_lock, (pthread_spinlock_t * l), (l))
REPLACE(sem_wait, (sem_t * s), (s))
REPLACE(sem_post, (sem_t * s), (s))
REPLACE(nanosleep, (const struct timespec *t, struct timespec *left), (t, left))
REPLACE(usleep, (useconds_t us), (us))
REPLACE(puts, (const char *text), (text))

static void on_system_call(int number, siginfo_t *info, void *context) {
    (void)number, (void)context;
    selector = ALLOW; /* for the return from here, and for the rest of this callback */
    seen.system_calls++;
    seen.last_system_call = info->si_syscall;
}

static int trap_system_calls(int on) {
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, on ? 1 : 0, 0, 0, on ? &selector : NULL) == 0;
}

static struct rusage usage(void) {
    struct rusage now;
    getrusage(RUSAGE_THREAD, &now);
    return now;
}

int probe_callback(const void *in, void *out, unsigned long frames, const void *time, unsigned long status,
                   void *unused) {
    (void)unused;
    int traps = trap_system_calls(1);
    struct rusage before = usage();
    inside = 1;
    if (traps) selector = BLOCK;
    int result = callback(in, out, frames, time, status, user);
    selector = ALLOW;
    inside = 0;
    struct rusage after = usage();
    if (traps) trap_system_calls(0);
    seen.traps_syscalls += traps;
    if (seen.callbacks++ >= WARM_UP) {
        seen.minor_faults += after.ru_minflt - before.ru_minflt;
        seen.major_faults += after.ru_majflt - before.ru_majflt;
    }
    return abort_after && seen.callbacks % abort_after == 0 ? ABORT : result;
}

/* Which callback to watch; it aborts its stream at every `abort_every`th buffer, 0 is never. */
void probe_watch(Callback *watched, void *its_user, int64_t abort_every) {
    struct sigaction action = {.sa_sigaction = on_system_call, .sa_flags = SA_SIGINFO};
    sigaction(SIGSYS, &action, NULL);
    callback = watched;
    user = its_user;
    abort_after = abort_every;
    memset(&seen, 0, sizeof seen);
}

const void *probe_seen(void) { return &seen; }

/* Callbacks with one sin each, to show that the nets hold. */
static int allocates(const void *i, void *o, unsigned long f, const void *t, unsigned long s, void *u) {
    (void)i, (void)o, (void)t, (void)s, (void)u;
    void *volatile p = malloc(f);
    free(p);
    return 0;
}

static int locks(const void *i, void *o, unsigned long f, const void *t, unsigned long s, void *u) {
    (void)i, (void)o, (void)f, (void)t, (void)s, (void)u;
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return 0;
}

static int asks_the_kernel(const void *i, void *o, unsigned long f, const void *t, unsigned long s, void *u) {
    (void)i, (void)o, (void)f, (void)t, (void)s, (void)u;
    syscall(SYS_getppid);
    return 0;
}

static int touches_new_memory(const void *i, void *o, unsigned long f, const void *t, unsigned long s, void *u) {
    (void)i, (void)o, (void)t, (void)s, (void)u;
    static volatile char pages[1 << 24];
    static size_t at;
    for (unsigned long n = 0; n < f && at < sizeof pages; n++, at += 4096) pages[at] = 1;
    return 0;
}

Callback *probe_sinner(int kind) {
    Callback *const sinners[] = {allocates, locks, asks_the_kernel, touches_new_memory};
    return sinners[kind];
}
