/* ADSR in output frames. Every stage goes from a level to a target along

     level(x) = target + (from - target) * (e^(-k x) - e^-k) / (1 - e^-k),   x = time / stage time

   which reaches the target exactly at x = 1. k is the bend of the curve: 2 for the attack (a charging
   capacitor cut at 86 %), 5 for the decay, 6.9 for the release (60 dB down before the last stretch). */
#pragma once
#include "mixer.h"
#include "vector.h"

typedef enum { ENV_ATTACK, ENV_DECAY, ENV_SUSTAIN, ENV_RELEASE, ENV_DONE } EnvStage;

typedef struct {
    LpEnvelope settings;
    double rate_hz;
    EnvStage stage;
    int64_t at, length;          /* frames into the stage, frames of the stage */
    double base, span, slope;    /* level = base + span * 2^(slope * at) */
    float target;
    float power1, power2, power3, power4; /* 2^(slope * 1..4) */
} Envelope;

void envelope_start(Envelope *env, const LpEnvelope *settings, double rate_hz);
void envelope_release(Envelope *env);
/* New settings in mid-note: the stage goes on from the present level; a held level glides over `glide_s`. */
void envelope_change(Envelope *env, const LpEnvelope *settings, double glide_s);
float envelope_level(const Envelope *env);
void envelope_advance(Envelope *env, int64_t frames); /* at most length - at */

/* The changing part of four levels in a row; the next four are these times power4. */
f32x4 envelope_lanes(const Envelope *env);
