/* What each command does; bad ones are counted and their rows given back. */
#include <math.h>

#include "state.h"

#define MAX_GAIN 64.0
#define MAX_START 0x1p40
#define MAX_TIME_S 3600.0
#define MIN_STEP (1.0 / 4096.0)

/* NaN becomes the lowest value. */
static double within(double x, double low, double high) { return x >= low ? fmin(x, high) : low; }

static double step_within(double step) { return within(step, MIN_STEP, LP_MAX_STEP); }

static float gain_within(float gain) { return (float)within(gain, 0.0, MAX_GAIN); }

/* NaN goes to the centre, not to a side. */
static float pan_within(float pan) { return isnan(pan) ? 0.0f : (float)within(pan, -1.0, 1.0); }

static LpEnvelope envelope_within(const LpEnvelope *e) {
    return (LpEnvelope){within(e->attack_s, 0.0, MAX_TIME_S), within(e->decay_s, 0.0, MAX_TIME_S),
                        within(e->sustain, 0.0, 1.0), within(e->release_s, 0.0, MAX_TIME_S)};
}

static int row_is_sane(const LpRow *row) {
    if (!row || row->frames < 0 || (row->frames > 0 && !row->samples)) return 0;
    if (!isfinite(row->scale) || !(row->decay_log2 <= 0.0)) return 0;
    if (row->loop_start < 0 || row->loop_length < 0 || row->loop_start > row->frames) return 0;
    return row->loop_length <= row->frames - row->loop_start;
}

static int rows_are_sane(const LpCommand *command) {
    if (command->row_count < 1 || command->row_count > LP_CELLS) return 0;
    for (int i = 0; i < command->row_count; i++)
        if (!row_is_sane(command->rows[i]) || !isfinite(command->weights[i])) return 0;
    return 1;
}

static void refuse(LpMixer *mixer, const LpCommand *command) {
    COUNT_UP(mixer->counts.ignored_events, 1);
    if (command->kind != LP_NOTE_ON && command->kind != LP_SET_CELLS) return;
    for (int i = 0; i < command->row_count && i < LP_CELLS; i++)
        give_back_row(&mixer->common.returns, command->rows[i]);
}

/* A ghost place for a stolen sound; when all are fading, the faintest is cut. */
static Voice **free_ghost(LpMixer *mixer) {
    Voice **faintest = &mixer->ghosts[0];
    for (int i = 0; i < mixer->max_ghosts; i++) {
        Voice **ghost = &mixer->ghosts[i];
        if (!(*ghost)->sounding) return ghost;
        if (ramp_now(&(*ghost)->fade) < ramp_now(&(*faintest)->fade)) faintest = ghost;
    }
    COUNT_UP(mixer->counts.cut_ghosts, 1);
    voice_end(*faintest, &mixer->common);
    return faintest;
}

static void steal(LpMixer *mixer, Voice **slot) {
    Voice **ghost = free_ghost(mixer);
    Voice *stolen = *slot;
    *slot = *ghost;
    *ghost = stolen;
    voice_fade_out(stolen, &mixer->common);
}

static void note_on(LpMixer *mixer, const LpCommand *command, int offset) {
    LpCommand note = *command;
    note.start_frame = within(command->start_frame, 0.0, MAX_START);
    note.step = step_within(command->step);
    note.gain = gain_within(command->gain);
    note.pan = pan_within(command->pan);
    note.envelope = envelope_within(&command->envelope);
    Voice **slot = &mixer->slots[command->voice];
    if ((*slot)->sounding) steal(mixer, slot);
    voice_start(*slot, &note, &mixer->common);
    (*slot)->done = offset;
}

static void change(LpMixer *mixer, Voice *voice, const LpCommand *command) {
    Common *common = &mixer->common;
    LpEnvelope envelope;
    switch (command->kind) {
    case LP_NOTE_OFF: voice_release(voice, common); break;
    case LP_KILL: voice_fade_out(voice, common); break;
    case LP_SET_CELLS: voice_set_cells(voice, command, common); break;
    case LP_SET_STEP: voice_set_step(voice, step_within(command->step), common); break;
    case LP_SET_GAIN: voice_set_level(voice, gain_within(command->gain), voice->pan, common); break;
    case LP_SET_PAN: voice_set_level(voice, voice->gain, pan_within(command->pan), common); break;
    case LP_SET_ENVELOPE:
        envelope = envelope_within(&command->envelope);
        voice_set_envelope(voice, &envelope, common);
        break;
    default: refuse(mixer, command);
    }
}

static void catch_up(LpMixer *mixer, Voice *voice, int offset) {
    voice_render(voice, &mixer->bus, offset, &mixer->common, &mixer->window);
}

static void panic(LpMixer *mixer, int offset) {
    for (int i = 0; i < mixer->max_voices; i++) {
        catch_up(mixer, mixer->slots[i], offset);
        if (mixer->slots[i]->sounding) voice_fade_out(mixer->slots[i], &mixer->common);
    }
}

static void apply_to_voice(LpMixer *mixer, const LpCommand *command, int offset) {
    catch_up(mixer, mixer->slots[command->voice], offset);
    if (command->kind == LP_NOTE_ON)
        note_on(mixer, command, offset);
    else if (mixer->slots[command->voice]->sounding)
        change(mixer, mixer->slots[command->voice], command);
    else
        refuse(mixer, command);
}

void command_apply(LpMixer *mixer, const LpCommand *command, int offset) {
    int needs_rows = command->kind == LP_NOTE_ON || command->kind == LP_SET_CELLS;
    int has_voice = command->voice >= 0 && command->voice < mixer->max_voices;
    if (command->kind == LP_PANIC)
        panic(mixer, offset);
    else if (command->kind == LP_SET_MASTER)
        ramp_to(&mixer->master, gain_within(command->gain), mixer->common.ramp_frames);
    else if (has_voice && (!needs_rows || rows_are_sane(command)))
        apply_to_voice(mixer, command, offset);
    else
        refuse(mixer, command);
}
