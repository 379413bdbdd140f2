/* Renders a fixed piece and writes it as raw floats: for comparing builds of the kernel.
   Argument: interpolation (0 linear, 1 default, 2 high). */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "mixer.h"

#define ROWS 6
#define FRAMES 3000

static int16_t samples[ROWS][FRAMES];
static LpRow rows[ROWS];
static uint32_t random_state = 7;

static uint32_t any(uint32_t below) {
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % below;
}

static void make_rows(void) {
    for (int r = 0; r < ROWS; r++) {
        int level = 0;
        for (int i = 0; i < FRAMES; i++)
            samples[r][i] = (int16_t)(level = level * 7 / 8 + (int)any(8000) - 4000);
        rows[r] = (LpRow){samples[r], FRAMES, FRAMES, 500 + 100 * r, r % 3 ? 1700 : 0, 1.0f / 32768,
                          r % 3 == 2 ? -1e-4 : 0.0};
    }
}

static LpCommand command(void) {
    static const int kinds[] = {LP_NOTE_ON, LP_SET_CELLS, LP_SET_CELLS, LP_SET_STEP, LP_SET_GAIN, LP_SET_PAN,
                                LP_NOTE_OFF};
    LpCommand c = {.frame = any(9000), .kind = kinds[any(7)], .voice = (int32_t)any(8), .row_count = 4};
    for (int i = 0; i < 4; i++) {
        c.rows[i] = &rows[any(ROWS)];
        c.weights[i] = 0.25f;
    }
    c.step = (1 + any(1000)) / 700.0;
    c.gain = any(100) / 100.0f;
    c.pan = any(100) / 50.0f - 1.0f;
    c.envelope = (LpEnvelope){any(30) / 1000.0, any(50) / 1000.0, 0.6, any(50) / 1000.0};
    return c;
}

int main(int argc, char **argv) {
    LpConfig config = {48000, 0.01, 0.0, 8, argc > 1 ? atoi(argv[1]) : 1, 1024, 8192};
    LpMixer *mixer = lp_mixer_create(&config);
    make_rows();
    for (int i = 0; i < 200; i++) {
        LpCommand c = command();
        lp_mixer_send(mixer, &c);
    }
    for (int block = 0; block < 100; block++) {
        float out[200];
        lp_mixer_render(mixer, out, 100);
        fwrite(out, sizeof out, 1, stdout);
    }
    lp_mixer_destroy(mixer);
    return 0;
}
