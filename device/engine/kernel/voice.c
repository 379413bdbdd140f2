/* Starting, changing and ending one note; rendering is in voice_render.c. */
#include "voice.h"

#include <math.h>
#include <string.h>

static int64_t fixed_step(double step) { return (int64_t)llround(step * 0x1p32); }

static Cells cells_of(const LpCommand *command, int32_t ramp_frames) {
    Cells cells = {.count = command->row_count, .ramp_frames = ramp_frames};
    memcpy(cells.rows, command->rows, sizeof cells.rows);
    memcpy(cells.weights, command->weights, sizeof cells.weights);
    return cells;
}

/* Constant power, 0 dB in the centre, +3 dB on a side alone. */
static void pan_gains(float gain, float pan, float *left, float *right) {
    float angle = (pan + 1.0f) * 0.78539816f;
    *left = gain * 1.41421356f * cosf(angle);
    *right = gain * 1.41421356f * sinf(angle);
}

void voice_start(Voice *voice, const LpCommand *command, Common *common) {
    memset(voice, 0, sizeof *voice);
    voice->sounding = 1;
    voice->number = command->voice;
    voice->generation = command->generation;
    voice->since = common->order++;
    voice->frame = (int64_t)floor(command->start_frame);
    voice->fraction = (uint32_t)((command->start_frame - floor(command->start_frame)) * 0x1p32);
    glide_jump(&voice->step, fixed_step(command->step));
    voice->gain = command->gain;
    voice->pan = command->pan;
    float left, right;
    pan_gains(command->gain, command->pan, &left, &right);
    ramp_jump(&voice->left, left);
    ramp_jump(&voice->right, right);
    ramp_jump(&voice->fade, command->start_frame > 0.0 ? 0.0f : 1.0f);
    if (command->start_frame > 0.0) ramp_to(&voice->fade, 1.0f, common->start_frames);
    envelope_start(&voice->envelope, &command->envelope, common->rate_hz);
    Cells cells = cells_of(command, 0);
    blend_start(&voice->blend, &cells, voice->frame - READ_BEHIND, &common->returns);
}

void voice_release(Voice *voice, Common *common) {
    if (voice->envelope.stage < ENV_RELEASE) voice->since = common->order++;
    envelope_release(&voice->envelope);
}

void voice_fade_out(Voice *voice, const Common *common) {
    if (voice->dying) return;
    voice->dying = 1;
    ramp_to(&voice->fade, 0.0f, common->fade_frames);
}

void voice_set_cells(Voice *voice, const LpCommand *command, Common *common) {
    double frames = common->ramp_frames * ((double)glide_now(&voice->step) * 0x1p-32);
    Cells cells = cells_of(command, (int32_t)fmax(1.0, floor(frames + 0.5)));
    blend_move(&voice->blend, &cells, &common->returns);
}

void voice_set_step(Voice *voice, double step, const Common *common) {
    glide_to(&voice->step, fixed_step(step), common->ramp_frames);
}

void voice_set_level(Voice *voice, float gain, float pan, const Common *common) {
    float left, right;
    voice->gain = gain;
    voice->pan = pan;
    pan_gains(gain, pan, &left, &right);
    ramp_to(&voice->left, left, common->ramp_frames);
    ramp_to(&voice->right, right, common->ramp_frames);
}

void voice_set_envelope(Voice *voice, const LpEnvelope *settings, const Common *common) {
    envelope_change(&voice->envelope, settings, common->ramp_s);
}

void voice_end(Voice *voice, Common *common) {
    blend_clear(&voice->blend, &common->returns);
    voice->sounding = 0;
    LpReturn ended = {.voice = voice->number, .generation = voice->generation};
    ring_push(&common->returns, &ended, 0);
}
