/* As driver.c, with the same words on stdin and stdout, but the instructions execute in Unicorn, in this process: at EL1 with the MMU
 * off. Build: cc -O1 unicorn.c -lunicorn. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicorn/unicorn.h>

enum { CODE = 0x10000, CODE_SIZE = 0x1000, DATA = 0x20000, DATA_SIZE = 0x2000, WINDOW = 0xe00, WINDOW_SIZE = 0x400, CHANGES = 40, LONGEST = 64 };

struct state {
    uint64_t x[31], sp, pc;
    uint32_t nzcv, fpcr, fpsr, signal;
    uint64_t fault_address;
    uint64_t v[32][2];
    /* Scalable vectors, which are not here. */
    uint64_t upper[32][6], p[17];
};

struct record {
    struct state state;
    uint64_t window[WINDOW_SIZE / 8];
};

struct reply {
    struct state state;
    uint64_t changes;
    struct { uint64_t offset, value; } change[CHANGES];
};

static struct record record;
static struct reply reply;
static uint64_t data[DATA_SIZE / 8] __attribute__((aligned(4096)));
static uint32_t code[CODE_SIZE / 4] __attribute__((aligned(4096)));
static uint64_t fault_address;

static void need(uc_err error, const char *what)
{
    if (error != UC_ERR_OK) {
        fprintf(stderr, "unicorn: %s: %s\n", what, uc_strerror(error));
        exit(3);
    }
}

static bool on_invalid(uc_engine *uc, uc_mem_type type, uint64_t address, int size, int64_t value, void *user)
{
    (void)uc, (void)type, (void)size, (void)value, (void)user;
    fault_address = address;
    return false;
}

static int general(int number) { return number < 29 ? UC_ARM64_REG_X0 + number : number == 29 ? UC_ARM64_REG_X29 : UC_ARM64_REG_X30; }

static int ids[31 + 32 + 4];
static void *values[31 + 32 + 4];
static uint64_t nzcv, fpcr, fpsr;

/* All registers, in and out of one state. */
static void point_to(struct state *state)
{
    int n = 0;
    for (int i = 0; i < 31; i++, n++)
        ids[n] = general(i), values[n] = &state->x[i];
    for (int i = 0; i < 32; i++, n++)
        ids[n] = UC_ARM64_REG_Q0 + i, values[n] = state->v[i];
    ids[n] = UC_ARM64_REG_SP, values[n++] = &state->sp;
    ids[n] = UC_ARM64_REG_NZCV, values[n++] = &nzcv;
    ids[n] = UC_ARM64_REG_FPCR, values[n++] = &fpcr;
    ids[n] = UC_ARM64_REG_FPSR, values[n++] = &fpsr;
}

static uint32_t signal_of(uc_err error)
{
    switch (error) {
    case UC_ERR_OK: return 0;
    case UC_ERR_READ_UNALIGNED: case UC_ERR_WRITE_UNALIGNED: case UC_ERR_FETCH_UNALIGNED: return SIGBUS;
    case UC_ERR_EXCEPTION: case UC_ERR_INSN_INVALID: return SIGILL;
    default: return SIGSEGV;
    }
}

static void execute(uc_engine *uc, uint32_t length)
{
    struct state *in = &record.state, *out = &reply.state;
    memset(data, 0, sizeof data);
    memcpy((char *)data + WINDOW, record.window, WINDOW_SIZE);
    nzcv = (uint64_t)in->nzcv << 28, fpcr = in->fpcr, fpsr = in->fpsr;
    point_to(in);
    need(uc_reg_write_batch(uc, ids, values, sizeof ids / sizeof *ids), "writing registers");
    fault_address = 0;
    uc_err error = uc_emu_start(uc, CODE, CODE + 4 * length, 0, length);
    nzcv = fpcr = fpsr = 0;
    point_to(out);
    need(uc_reg_read_batch(uc, ids, values, sizeof ids / sizeof *ids), "reading registers");
    out->nzcv = (uint32_t)(nzcv >> 28) & 15, out->fpcr = (uint32_t)fpcr, out->fpsr = (uint32_t)fpsr;
    need(uc_reg_read(uc, UC_ARM64_REG_PC, &out->pc), "reading PC");
    out->signal = signal_of(error);
    out->fault_address = fault_address;
    reply.changes = 0;
    for (unsigned i = 0; i < DATA_SIZE / 8; i++) {
        unsigned at = i - WINDOW / 8;
        if (data[i] == (at < WINDOW_SIZE / 8 ? record.window[at] : 0))
            continue;
        if (reply.changes == CHANGES)
            exit(5);
        reply.change[reply.changes].offset = 8 * i;
        reply.change[reply.changes++].value = data[i];
    }
}

/* One MSR, before anything else: tags are ignored, FP is on. */
static void prepare(uc_engine *uc, uint32_t word, uint64_t value)
{
    code[0] = word;
    need(uc_reg_write(uc, UC_ARM64_REG_X0, &value), "writing X0");
    need(uc_ctl_remove_cache(uc, CODE, CODE + CODE_SIZE), "dropping code");
    need(uc_emu_start(uc, CODE, CODE + 4, 0, 1), "setting up");
}

int main(void)
{
    uc_engine *uc;
    uc_hook hook;
    need(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &uc), "opening");
    need(uc_ctl_set_cpu_model(uc, UC_CPU_ARM64_MAX), "the model max");
    need(uc_mem_map_ptr(uc, CODE, CODE_SIZE, UC_PROT_READ | UC_PROT_EXEC, code), "mapping code");
    need(uc_mem_map_ptr(uc, DATA, DATA_SIZE, UC_PROT_READ | UC_PROT_WRITE, data), "mapping data");
    need(uc_hook_add(uc, &hook, UC_HOOK_MEM_INVALID, on_invalid, NULL, 1, 0), "hooking");
    for (unsigned i = 0; i < CODE_SIZE / 4; i++)
        code[i] = 0xd4200000;
    prepare(uc, 0xd5182040, 1ull << 37 | 25); /* TCR_EL1 */
    prepare(uc, 0xd5181040, 3 << 20);         /* CPACR_EL1 */
    uint32_t header[2];
    while (fread(header, sizeof header, 1, stdin) == 1) {
        if (header[0] > LONGEST || fread(code, 4, header[0], stdin) != header[0])
            return 2;
        for (unsigned i = header[0]; i <= LONGEST; i++)
            code[i] = 0xd4200000;
        need(uc_ctl_remove_cache(uc, CODE, CODE + CODE_SIZE), "dropping code");
        for (uint32_t i = 0; i < header[1]; i++) {
            if (fread(&record, sizeof record, 1, stdin) != 1)
                return 2;
            execute(uc, header[0]);
            fwrite(&reply, sizeof reply, 1, stdout);
        }
        fflush(stdout);
    }
    return 0;
}
