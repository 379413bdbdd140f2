/* The workload of engine_bench.py without Python, for counting instructions: 32 voices of looped
   16 kHz notes at 48 kHz, four cells each, weights moving every 480 frames, buffers of 128 frames.
   Arguments: interpolation (0 eco, 1 default, 2 high), number of buffers. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "mixer.h"

#define VOICES 32
#define BLOCK 128
#define FRAMES 60000
#define MORPH_BLOCKS 4 /* near 480 frames */

static int16_t samples[4][FRAMES];
static LpRow rows[4];

static void make_rows(void) {
    for (int r = 0; r < 4; r++) {
        for (int i = 0; i < FRAMES; i++) samples[r][i] = (int16_t)((i * (37 + 11 * r)) % 20000 - 10000);
        rows[r] = (LpRow){samples[r], FRAMES, FRAMES, 12000, 12600, 1.0f / 32768, -1e-6 * r};
    }
}

static LpCommand command(int kind, int voice, int64_t frame) {
    LpCommand c = {.frame = frame, .kind = kind, .voice = voice, .row_count = 4, .gain = 0.02f};
    for (int i = 0; i < 4; i++) {
        c.rows[i] = &rows[i];
        c.weights[i] = 0.1f + 0.02f * (float)((frame / BLOCK + 3 * i + voice) % 7);
    }
    c.step = pow(2.0, (voice % 4 - 2) / 12.0) / 3.0;
    c.envelope = (LpEnvelope){0.2, 0.25, 0.5, 0.3};
    return c;
}

int main(int argc, char **argv) {
    LpConfig config = {.rate_hz = 48000,
                       .ramp_s = 0.01,
                       .max_voices = VOICES,
                       .interpolation = argc > 1 ? atoi(argv[1]) : LP_DEFAULT,
                       .command_capacity = 1024,
                       .return_capacity = 8192};
    LpMixer *mixer = lp_mixer_create(&config);
    LpReturn back[256];
    float out[2 * BLOCK];
    make_rows();
    for (int block = 0; block < (argc > 2 ? atoi(argv[2]) : 100); block++) {
        for (int voice = 0; voice < VOICES && block % MORPH_BLOCKS == 0; voice++) {
            LpCommand c = command(block ? LP_SET_CELLS : LP_NOTE_ON, voice, (int64_t)block * BLOCK);
            lp_mixer_send(mixer, &c);
        }
        lp_mixer_render(mixer, out, BLOCK);
        while (lp_mixer_returns(mixer, back, 256) == 256) {
        }
    }
    lp_mixer_destroy(mixer);
    return 0;
}
