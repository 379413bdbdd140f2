/* ADSR in output frames: exponential stages that arrive exactly (the law is in envelope.h). */
#include "envelope.h"

#include <math.h>

#define SHORTEST_S 0.001
#define ATTACK_BEND 2.0
#define DECAY_BEND 5.0
#define RELEASE_BEND 6.9
#define SILENCE 1e-6f /* a sustain below -120 dB ends the note */

static void enter(Envelope *env, EnvStage stage, float from, float target, double time_s, double bend) {
    double frames = fmax(time_s, SHORTEST_S) * env->rate_hz;
    double rest = exp(-bend);
    env->stage = stage;
    env->target = target;
    env->at = 0;
    env->length = (int64_t)ceil(frames);
    env->slope = -bend * 1.4426950408889634 / frames;
    env->span = ((double)from - target) / (1.0 - rest);
    env->base = target - env->span * rest;
    env->power1 = (float)exp2(env->slope);
    env->power2 = (float)exp2(2.0 * env->slope);
    env->power3 = (float)exp2(3.0 * env->slope);
    env->power4 = (float)exp2(4.0 * env->slope);
}

static void rest_at(Envelope *env, EnvStage stage, float level) {
    *env = (Envelope){.settings = env->settings, .rate_hz = env->rate_hz, .stage = stage,
                      .length = INT64_MAX, .base = level, .target = level,
                      .power1 = 1.0f, .power2 = 1.0f, .power3 = 1.0f, .power4 = 1.0f};
}

void envelope_start(Envelope *env, const LpEnvelope *settings, double rate_hz) {
    env->settings = *settings;
    env->rate_hz = rate_hz;
    enter(env, ENV_ATTACK, 0.0f, 1.0f, settings->attack_s, ATTACK_BEND);
}

void envelope_release(Envelope *env) {
    if (env->stage >= ENV_RELEASE) return;
    enter(env, ENV_RELEASE, envelope_level(env), 0.0f, env->settings.release_s, RELEASE_BEND);
}

void envelope_change(Envelope *env, const LpEnvelope *settings, double glide_s) {
    float level = envelope_level(env);
    env->settings = *settings;
    switch (env->stage) {
    case ENV_ATTACK: /* the part of the new attack that is left to climb */
        enter(env, ENV_ATTACK, level, 1.0f, (1.0 - level) * settings->attack_s, ATTACK_BEND);
        break;
    case ENV_DECAY: enter(env, ENV_DECAY, level, settings->sustain, settings->decay_s, DECAY_BEND); break;
    case ENV_SUSTAIN: enter(env, ENV_DECAY, level, settings->sustain, glide_s, DECAY_BEND); break;
    case ENV_RELEASE: enter(env, ENV_RELEASE, level, 0.0f, settings->release_s, RELEASE_BEND); break;
    case ENV_DONE: break;
    }
}

float envelope_level(const Envelope *env) {
    return (float)(env->base + env->span * exp2(env->slope * (double)env->at));
}

static void next_stage(Envelope *env) {
    const LpEnvelope *s = &env->settings;
    if (env->stage == ENV_ATTACK)
        enter(env, ENV_DECAY, 1.0f, s->sustain, s->decay_s, DECAY_BEND);
    else if (env->stage == ENV_DECAY && env->target > SILENCE)
        rest_at(env, ENV_SUSTAIN, env->target);
    else
        rest_at(env, ENV_DONE, 0.0f);
}

void envelope_advance(Envelope *env, int64_t frames) {
    if (env->stage == ENV_SUSTAIN) return;
    env->at += frames;
    if (env->at >= env->length) next_stage(env);
}

f32x4 envelope_lanes(const Envelope *env) {
    if (env->span == 0.0) return splat(0.0f);
    float now = (float)(env->span * exp2(env->slope * (double)env->at));
    return splat(now) * (f32x4){1.0f, env->power1, env->power2, env->power3};
}
