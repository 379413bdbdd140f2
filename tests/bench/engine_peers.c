/* What the engine is measured against: a plain linear loop, and a mixer as the first instruments had.

   faithful: the algorithm of the Open NSynth Super's sample player, written anew from its description:
   for every note and every frame an envelope by division of times, a float play head that turns round
   in a crossfade loop, integer linear interpolation, then the sum over all notes. */
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct {
    const int16_t *row;
    float speed;               /* source frames per output frame */
    float gain;
    float head, direction;     /* of the play head */
    float old_head, old_direction;
    float time, off_time;      /* frames; off_time > 0 = released */
    float level;               /* of the envelope, at the last frame before the release */
    int fade_time;             /* frames into the crossfade, -1 = none */
    int done;
} Note;

typedef struct {
    float attack_s, decay_s, sustain, release_s, seconds_per_frame;
    int loop_start, loop_end, fade_frames;
} Sound;

static float between(float x, float low, float high) { return x < low ? low : x > high ? high : x; }

static float rescale(float x, float from0, float from1, float to0, float to1) {
    return (x - from0) / (from1 - from0) * (to1 - to0) + to0;
}

static float cheap_root(float x) { return 2.55f * x - 2.88f * x * x + 1.33f * x * x * x; }

static int16_t lerp(int16_t a, int16_t b, float t) {
    int32_t scaled = (int32_t)(t * 65535.0f) * (b - a);
    return (int16_t)(a + (scaled >> 16));
}

static float attack_decay(Note *note, const Sound *s) {
    float t = note->time * s->seconds_per_frame;
    float most = s->seconds_per_frame / 0.05f, level;
    if (t < s->attack_s) {
        level = cheap_root(t / s->attack_s);
    } else if (t < s->attack_s + s->decay_s) {
        float fall = rescale(t, s->attack_s, s->attack_s + s->decay_s, 1.0f, 0.0f);
        level = rescale(fall * fall, 0.0f, 1.0f, s->sustain, 1.0f);
    } else {
        level = s->sustain;
    }
    return note->level = between(level, note->level - most, note->level + most);
}

static float released(Note *note, const Sound *s) {
    float t = (note->time - note->off_time) * s->seconds_per_frame;
    float fall = between(rescale(t, 0.0f, s->release_s, 1.0f, 0.0f), 0.0f, 1.0f);
    if (fall <= 0.0f) note->done = 1;
    return fall * fall * note->level;
}

static void turn(Note *note, float direction, float head) {
    note->old_head = note->head;
    note->old_direction = note->direction;
    note->fade_time = 0;
    note->direction = direction;
    note->head = head;
}

static void follow_loop(Note *note, const Sound *s) {
    if (note->direction > 0 && note->head >= (float)(s->loop_end - s->fade_frames))
        turn(note, -1.0f, (float)(s->loop_end - 1));
    else if (note->direction < 0 && note->head <= (float)(s->loop_start + s->fade_frames))
        turn(note, 1.0f, (float)s->loop_start);
}

static float at_head(const int16_t *row, float head) {
    int a = (int)head;
    return (float)lerp(row[a], row[a + 1], head - (float)a);
}

static void play(Note *note, const Sound *s, float *audio, int frames) {
    for (int i = 0; i < frames; i++) {
        float amp = note->gain * (note->off_time > 0 ? released(note, s) : attack_decay(note, s));
        if (note->done) break;
        follow_loop(note, s);
        if (note->fade_time >= 0) {
            float x = (float)note->fade_time / (float)s->fade_frames;
            audio[i] += at_head(note->row, note->head) * amp * cheap_root(x);
            audio[i] += at_head(note->row, note->old_head) * amp * cheap_root(1.0f - x);
            note->old_head += note->speed * note->old_direction;
            if (++note->fade_time > s->fade_frames) note->fade_time = -1;
        } else {
            audio[i] += at_head(note->row, note->head) * amp;
        }
        note->head += note->speed * note->direction;
        note->time++;
    }
}

void faithful_mix(Note *notes, int count, const Sound *sound, float *audio, int block, int blocks) {
    for (int b = 0; b < blocks; b++) {
        memset(audio, 0, (size_t)block * sizeof *audio);
        for (int n = 0; n < count; n++)
            if (!notes[n].done) play(&notes[n], sound, audio, block);
    }
}

/* One cell, linear interpolation, fixed-point phase, a gain: no envelope, no loop but a rewind. */
void plain_mix(const int16_t **rows, const uint64_t *steps, uint64_t *phases, int count, uint64_t end,
               float gain, float *audio, int block, int blocks) {
    for (int b = 0; b < blocks; b++) {
        memset(audio, 0, (size_t)block * sizeof *audio);
        for (int n = 0; n < count; n++) {
            const int16_t *row = rows[n];
            uint64_t phase = phases[n], step = steps[n];
            for (int i = 0; i < block; i++, phase += step) {
                uint32_t at = (uint32_t)(phase >> 32);
                float t = (float)(int32_t)((uint32_t)phase >> 8) * 0x1p-24f;
                audio[i] += ((float)row[at] + (float)(row[at + 1] - row[at]) * t) * gain;
            }
            phases[n] = phase >= end ? 0 : phase;
        }
    }
}
