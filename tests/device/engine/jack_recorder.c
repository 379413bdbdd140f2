/* Two JACK clients that watch a third one play. The first is connected to PortAudio's outputs and
   records them cycle by cycle; the second is connected to nothing and only tells when its cycles came:
   the pace of the machine itself. Arguments: seconds at most, file of the recording, file of the pace.

   Both files hold a record per cycle: {frame time, frames, time of waking in us}, in the recording followed
   by the left and the right samples as floats. It ends when PortAudio has gone. The prototypes are
   those of jack/jack.h, so that no development package is needed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct _jack_client jack_client_t;
typedef struct _jack_port jack_port_t;
jack_client_t *jack_client_open(const char *, int options, int *status, ...);
int jack_set_process_callback(jack_client_t *, int (*)(uint32_t, void *), void *);
jack_port_t *jack_port_register(jack_client_t *, const char *, const char *, unsigned long flags, unsigned long size);
jack_port_t *jack_port_by_name(jack_client_t *, const char *);
void *jack_port_get_buffer(jack_port_t *, uint32_t);
int jack_connect(jack_client_t *, const char *, const char *);
int jack_activate(jack_client_t *);
int jack_client_close(jack_client_t *);
uint32_t jack_get_sample_rate(jack_client_t *);
uint32_t jack_get_buffer_size(jack_client_t *);
uint32_t jack_last_frame_time(const jack_client_t *);
uint64_t jack_get_time(void);
void jack_set_error_function(void (*)(const char *));

#define NO_START_SERVER 1
#define PORT_IS_INPUT 1

typedef struct {
    uint32_t frame_time;
    uint32_t frames;
    int64_t woken_us;
} Cycle;

typedef struct {
    jack_client_t *jack;
    jack_port_t *inputs[2]; /* NULL for the one that only tells the pace */
    char *memory;
    size_t cycle_bytes, capacity;
    volatile size_t recorded;
} Client;

static void copy_inputs(Client *client, float *to, uint32_t frames) {
    for (int i = 0; i < 2; i++)
        memcpy(to + i * frames, jack_port_get_buffer(client->inputs[i], frames), frames * sizeof(float));
}

static int on_process(uint32_t frames, void *user) {
    Client *client = user;
    if (client->recorded == client->capacity) return 0;
    Cycle *cycle = (Cycle *)(client->memory + client->recorded * client->cycle_bytes);
    *cycle = (Cycle){jack_last_frame_time(client->jack), frames, (int64_t)jack_get_time()};
    if (client->inputs[0]) copy_inputs(client, (float *)(cycle + 1), frames);
    client->recorded++;
    return 0;
}

static int open_client(Client *client, const char *name, int seconds, int records) {
    client->jack = jack_client_open(name, NO_START_SERVER, NULL);
    if (!client->jack) return 0;
    uint32_t frames = jack_get_buffer_size(client->jack);
    client->cycle_bytes = sizeof(Cycle) + (records ? 2 * frames * sizeof(float) : 0);
    client->capacity = (size_t)seconds * jack_get_sample_rate(client->jack) / frames;
    client->memory = malloc(client->capacity * client->cycle_bytes);
    memset(client->memory, 1, client->capacity * client->cycle_bytes); /* no page fault later */
    for (int i = 0; records && i < 2; i++)
        client->inputs[i] = jack_port_register(client->jack, i ? "right" : "left",
                                               "32 bit float mono audio", PORT_IS_INPUT, 0);
    jack_set_process_callback(client->jack, on_process, client);
    return !jack_activate(client->jack);
}

static int save(const Client *client, const char *path) {
    size_t cycles = client->recorded; /* it goes on recording */
    FILE *out = fopen(path, "wb");
    return out && fwrite(client->memory, client->cycle_bytes, cycles, out) == cycles && !fclose(out);
}

static void keep_quiet(const char *message) { (void)message; }

int main(int argc, char **argv) {
    static Client recorder, pace;
    if (argc != 4) return 2;
    jack_set_error_function(keep_quiet);
    if (!open_client(&recorder, "recorder", atoi(argv[1]), 1)) return 3;
    if (!open_client(&pace, "pace", atoi(argv[1]), 0)) return 3;
    printf("ready\n");
    fflush(stdout);
    for (int connected = 0; recorder.recorded < recorder.capacity;) {
        int there = jack_port_by_name(recorder.jack, "PortAudio:out_1") != NULL;
        if (connected && !there) break;
        if (!connected && there)
            connected = !jack_connect(recorder.jack, "PortAudio:out_0", "recorder:left") &&
                        !jack_connect(recorder.jack, "PortAudio:out_1", "recorder:right");
        usleep(2000);
    }
    int saved = save(&recorder, argv[2]) && save(&pace, argv[3]);
    jack_client_close(pace.jack);
    jack_client_close(recorder.jack);
    return !saved;
}
