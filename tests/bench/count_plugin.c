/* A QEMU plugin that counts the instructions executed, and those of them that are NEON arithmetic on
   vectors. The declarations are those of qemu-plugin.h, which Debian does not package. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef uint64_t Id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *);
void qemu_plugin_register_vcpu_tb_trans_cb(Id, void (*)(Id, struct qemu_plugin_tb *));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, void (*)(unsigned, void *), int flags, void *);
void qemu_plugin_register_atexit_cb(Id, void (*)(Id, void *), void *);

__attribute__((visibility("default"))) int qemu_plugin_version = PLUGIN_VERSION;

typedef struct {
    uint32_t all, vector;
} Block;

static uint64_t all, vector;

/* 0Q.01110 and 0Q.01111 in the top byte: "Advanced SIMD", three registers, by element, shifts. */
static int is_vector(uint32_t instruction) { return (instruction >> 25 & 0x4f) == 0x07; }

static void executed(unsigned cpu, void *user) {
    const Block *block = user;
    (void)cpu;
    all += block->all;
    vector += block->vector;
}

static void translated(Id id, struct qemu_plugin_tb *tb) {
    Block *block = calloc(1, sizeof *block);
    (void)id;
    block->all = (uint32_t)qemu_plugin_tb_n_insns(tb);
    for (uint32_t i = 0; i < block->all; i++)
        block->vector += is_vector(*(const uint32_t *)qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, i)));
    qemu_plugin_register_vcpu_tb_exec_cb(tb, executed, 0, block);
}

static void finished(Id id, void *unused) {
    (void)id, (void)unused;
    fprintf(stderr, "instructions %" PRIu64 " vector %" PRIu64 "\n", all, vector);
}

__attribute__((visibility("default"))) int qemu_plugin_install(Id id, const void *info, int argc, char **argv) {
    (void)info, (void)argc, (void)argv;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
