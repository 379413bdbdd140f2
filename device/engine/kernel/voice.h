/* One sounding note, as a signal flow: rows -> blend -> window -> interpolator -> envelope -> pan -> bus. */
#pragma once
#include "blend.h"
#include "envelope.h"
#include "interpolate.h"
#include "ramp.h"

/* What all voices share. */
typedef struct {
    double rate_hz;
    double ramp_s;
    int32_t ramp_frames;  /* gains, pan, step, morph */
    int32_t fade_frames;  /* kill and steal, 5 ms */
    int32_t start_frames; /* fade-in of a note that starts inside its sound, 3 ms */
    int32_t interpolation;
    Tables tables;
    Ring returns;
    int64_t order;        /* counts starts and releases */
    int64_t starved_rows; /* so far */
} Common;

typedef struct {
    float left[LP_BLOCK + LANES], right[LP_BLOCK + LANES];
} Bus;

typedef struct {
    int sounding;            /* 0 = free */
    int done;                /* frames of the present stretch already on the bus */
    int dying;               /* the fade ends the note */
    int32_t number;          /* of the note that ends with it, also when it was stolen */
    uint32_t generation;
    int64_t since;           /* order of the start, or of the release */
    int64_t frame;           /* position of the next output frame: source frame ... */
    uint32_t fraction;       /* ... and 2^-32ths; together they never overflow */
    Glide step;              /* 32.32 source frames per output frame */
    float gain, pan;
    Ramp fade, left, right;
    Envelope envelope;
    Blend blend;
    float history[HISTORY];
    float pairs[2 * PAIR_HISTORY];
} Voice;

void voice_start(Voice *voice, const LpCommand *command, Common *common);
void voice_release(Voice *voice, Common *common);
void voice_fade_out(Voice *voice, const Common *common);
void voice_set_cells(Voice *voice, const LpCommand *command, Common *common);
void voice_set_step(Voice *voice, double step, const Common *common);
void voice_set_level(Voice *voice, float gain, float pan, const Common *common);
void voice_set_envelope(Voice *voice, const LpEnvelope *settings, const Common *common);

/* Gives back its rows, and tells of the end unless the sound was stolen. */
void voice_end(Voice *voice, Common *common);

/* Adds the frames from voice->done up to `until` (at most LP_BLOCK) to the bus. */
void voice_render(Voice *voice, Bus *bus, int until, Common *common, Window *window);
