/* What PortAudio calls: one buffer from the mixer, and a note of the buffers that came too late. */
#include "state.h"

#define OUTPUT_UNDERFLOW 0x4ul /* paOutputUnderflow */
#define CONTINUE 0             /* paContinue */

int lp_mixer_callback(const void *input, void *output, unsigned long frames, const void *time_info,
                      unsigned long status, void *user) {
    LpMixer *mixer = user;
    (void)input, (void)time_info;
    COUNT_UP(mixer->counts.callbacks, 1);
    if (status & OUTPUT_UNDERFLOW) COUNT_UP(mixer->counts.underflows, 1);
    lp_mixer_render(mixer, output, (int64_t)frames);
    return CONTINUE;
}
