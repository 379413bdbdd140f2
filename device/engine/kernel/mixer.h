/* The boundary of the mixer kernel: all that Python and C know of each other (build.py hands this text to cffi). */
#pragma once
#include <stdint.h>

#define LP_CELLS 4            /* rows in one set of cells */
#define LP_SLOTS 8            /* rows that one voice can sound at once while a morph moves */
#define LP_MAX_VOICES 256
#define LP_BLOCK 128          /* longest stretch of frames rendered at once */
#define LP_LATENCY 16         /* frames from an event to its sound: the limiter's look-ahead */
#define LP_MAX_STEP 8         /* source frames per output frame */
#define LP_NOW -1             /* LpCommand.frame: at once, without being counted as late */

/* One stored note. Immutable while the kernel may use it, but for ready_frames. */
typedef struct {
    const int16_t *samples;
    int64_t frames;
    int64_t ready_frames;     /* samples before this index are valid; only lp_row_set_ready writes it */
    int64_t loop_start;       /* also where the decay begins */
    int64_t loop_length;      /* 0 = one-shot */
    float scale;              /* from int16 to output full scale */
    double decay_log2;        /* log2 of the gain per source frame after loop_start, <= 0 */
} LpRow;

/* Seconds of output time, and a level in 0..1. */
typedef struct {
    double attack_s, decay_s, sustain, release_s;
} LpEnvelope;

enum {
    LP_NOTE_ON, LP_NOTE_OFF, LP_KILL, LP_PANIC, LP_SET_CELLS,
    LP_SET_STEP, LP_SET_GAIN, LP_SET_PAN, LP_SET_MASTER, LP_SET_ENVELOPE
};
enum { LP_LINEAR, LP_DEFAULT, LP_HIGH };

/* One event. Fields that a kind does not use are ignored. */
typedef struct {
    int64_t frame;            /* absolute output frame, or LP_NOW */
    int32_t kind;
    int32_t voice;
    uint32_t generation;      /* note-on: comes back when this note ends */
    int32_t row_count;
    const LpRow *rows[4];
    float weights[4];
    double step;              /* source frames per output frame */
    double start_frame;       /* source frames */
    float gain;               /* note, voice or master gain, linear */
    float pan;                /* -1 left .. 1 right */
    LpEnvelope envelope;
} LpCommand;

/* What the kernel is finished with: one reference to a row, or (row == 0) one note. */
typedef struct {
    uintptr_t row;
    int32_t voice;
    uint32_t generation;
} LpReturn;

typedef struct {
    int64_t frames;           /* rendered so far */
    int64_t callbacks;
    int64_t underflows;       /* callbacks that PortAudio flagged with paOutputUnderflow */
    int64_t late_events;      /* arrived after their frame, applied at once */
    int64_t ignored_events;   /* for a voice that does not sound, or out of range */
    int64_t starved_rows;     /* times a row was faded around because its samples were not ready */
    int64_t cut_ghosts;       /* stolen sounds cut short because too many were fading */
    int64_t shed_voices;      /* faded out because the callback was overloaded */
    int64_t nonfinite;        /* samples on the bus that were NaN, infinite or absurd */
    int32_t active_voices;
    int32_t fading_voices;    /* stolen, in ghost slots */
    float peak;               /* of the output since the last reading, 0..1 */
    float limiter_gain;       /* the smallest since the last reading, 1 = untouched */
    float load;               /* computing time over sounding time, smoothed over 100 ms; 1 is the end */
    float worst_load;         /* of one callback since the last reading */
} LpCounters;

typedef struct {
    double rate_hz;
    double ramp_s;
    double load_limit;        /* above this, callbacks shed voices (load.h); 0 = never */
    int32_t max_voices;
    int32_t interpolation;
    int32_t command_capacity; /* commands waiting, a power of two */
    int32_t return_capacity;  /* references and notes that may be out at once, a power of two */
} LpConfig;

typedef struct LpMixer LpMixer;

/* Called by the owner, never from the audio thread. create returns NULL without memory. */
LpMixer *lp_mixer_create(const LpConfig *config);
void lp_mixer_destroy(LpMixer *mixer);

/* Safe while the audio thread renders; one caller at a time. send returns 0 when the ring is full:
   its last eighth is kept for note-off, kill and panic. */
int lp_mixer_send(LpMixer *mixer, const LpCommand *command);
int lp_mixer_returns(LpMixer *mixer, LpReturn *out, int capacity);
void lp_mixer_counters(LpMixer *mixer, LpCounters *out);
int64_t lp_mixer_frame(LpMixer *mixer);
/* The frame that the latest buffer led to; in age_s, how many seconds ago that buffer was begun (0 before any). */
int64_t lp_mixer_pulse(LpMixer *mixer, double *age_s);
/* Give the thread that calls the callback SCHED_FIFO, unless it is a real-time thread already. 0 or errno:
   EAGAIN before its first call. Forget it before a stream starts; raise it only while that stream plays. */
void lp_mixer_forget_thread(LpMixer *mixer);
int lp_mixer_raise_thread(LpMixer *mixer, int priority);
void lp_row_set_ready(LpRow *row, int64_t ready_frames);

/* The audio thread's side: no lock, allocation, system call or Python. out is interleaved stereo. */
void lp_mixer_render(LpMixer *mixer, float *out, int64_t frames);
void lp_mixer_account(LpMixer *mixer, int64_t frames, double busy_s); /* what a buffer took; sheds voices */
int lp_mixer_callback(const void *input, void *output, unsigned long frames, const void *time_info,
                      unsigned long status, void *mixer);
