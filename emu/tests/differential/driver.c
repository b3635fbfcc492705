/* Executes single aarch64 instructions on whole register states and reports what they did: X0-X30, SP, PC, NZCV, FPCR,
 * FPSR, V0-V31, two pages of memory, or the signal. Run under qemu-aarch64 (or on hardware) by the differential test; it
 * judges nothing.
 *
 * A batch on stdin is { u32 length, u32 count }, `length` words and `count` records; the answer on stdout is `count` replies. The
 * words are at CODE, everything else in that page is BRK; data is at DATA, zero but for the window. State is loaded by
 * returning from a signal handler and read in the next one, so that no instruction of ours runs in between.
 * Build: aarch64-linux-gnu-gcc -O1 -static. */
#define _GNU_SOURCE
#include <asm/sigcontext.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { CODE = 0x10000, DATA = 0x20000, DATA_SIZE = 0x2000, WINDOW = 0xe00, WINDOW_SIZE = 0x400, CHANGES = 40, LONGEST = 64 };
enum { BRK = (int)0xd4200000 };

struct state {
    uint64_t x[31], sp, pc;
    uint32_t nzcv, fpcr, fpsr, signal;
    uint64_t fault_address;
    uint64_t v[32][2];
    /* Z above V, P0-P15 and FFR, for vectors of 64 bytes at most. */
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
static ucontext_t resume;
static struct fpsimd_context resume_fp;
static struct state resume_sve;
static volatile int running;

/* glibc's ucontext_t may be larger than the kernel's; the parts used here are the same. */
static struct fpsimd_context *fp_of(ucontext_t *context)
{
    struct _aarch64_ctx *head = (void *)context->uc_mcontext.__reserved;
    while (head->magic != FPSIMD_MAGIC)
        head = (void *)((char *)head + head->size);
    return (void *)head;
}

static struct sve_context *sve_of(ucontext_t *context)
{
    struct _aarch64_ctx *head = (void *)context->uc_mcontext.__reserved;
    while (head->magic && head->magic != SVE_MAGIC)
        head = (void *)((char *)head + head->size);
    return head->magic ? (void *)head : NULL;
}

/* One direction of Z, P and FFR: Z's lower parts are V's. */
static void copy_sve(struct sve_context *sve, struct state *state, int loads)
{
    unsigned vq = sve->vl / 16, predicate = sve->vl / 8;
    for (unsigned i = 0; i < 32; i++) {
        char *z = (char *)sve + SVE_SIG_ZREG_OFFSET(vq, i);
        if (loads) {
            memcpy(z, state->v[i], 16);
            memcpy(z + 16, state->upper[i], sve->vl - 16);
        } else {
            memcpy(state->v[i], z, 16);
            memset(state->upper[i], 0, sizeof state->upper[i]);
            memcpy(state->upper[i], z + 16, sve->vl - 16);
        }
    }
    for (unsigned i = 0; i < 17; i++) {
        char *p = (char *)sve + SVE_SIG_PREG_OFFSET(vq, i);
        if (loads) {
            memcpy(p, &state->p[i], predicate);
        } else {
            state->p[i] = 0;
            memcpy(&state->p[i], p, predicate);
        }
    }
}

static void load(ucontext_t *context, const struct state *state)
{
    struct fpsimd_context *fp = fp_of(context);
    memcpy(context->uc_mcontext.regs, state->x, sizeof state->x);
    context->uc_mcontext.sp = state->sp;
    context->uc_mcontext.pc = CODE;
    context->uc_mcontext.pstate = (context->uc_mcontext.pstate & ~0xf0000000ull) | (uint64_t)state->nzcv << 28;
    memcpy(fp->vregs, state->v, sizeof state->v);
    fp->fpcr = state->fpcr;
    fp->fpsr = state->fpsr;
    if (sve_of(context))
        copy_sve(sve_of(context), (struct state *)state, 1);
}

static void save(const ucontext_t *context, struct state *state)
{
    const struct fpsimd_context *fp = fp_of((ucontext_t *)context);
    memcpy(state->x, context->uc_mcontext.regs, sizeof state->x);
    state->sp = context->uc_mcontext.sp;
    state->pc = context->uc_mcontext.pc;
    state->nzcv = context->uc_mcontext.pstate >> 28;
    memcpy(state->v, fp->vregs, sizeof state->v);
    state->fpcr = fp->fpcr;
    state->fpsr = fp->fpsr;
    if (sve_of((ucontext_t *)context))
        copy_sve(sve_of((ucontext_t *)context), state, 0);
}

static void on_start(int signal, siginfo_t *info, void *argument)
{
    ucontext_t *context = argument;
    (void)signal, (void)info;
    resume = *context;
    resume_fp = *fp_of(context);
    if (sve_of(context))
        copy_sve(sve_of(context), &resume_sve, 0);
    running = 1;
    load(context, &record.state);
}

static void on_end(int signal, siginfo_t *info, void *argument)
{
    ucontext_t *context = argument;
    if (!running) {
        dprintf(2, "driver: signal %d at pc %llx, address %p\n", signal, (unsigned long long)context->uc_mcontext.pc, info->si_addr);
        _Exit(4);
    }
    running = 0;
    save(context, &reply.state);
    int done = signal == SIGTRAP;
    reply.state.signal = done ? 0 : (uint32_t)signal;
    reply.state.fault_address = done ? 0 : (uint64_t)info->si_addr;
    memcpy(context->uc_mcontext.regs, resume.uc_mcontext.regs, sizeof resume.uc_mcontext.regs);
    context->uc_mcontext.sp = resume.uc_mcontext.sp;
    context->uc_mcontext.pc = resume.uc_mcontext.pc;
    context->uc_mcontext.pstate = resume.uc_mcontext.pstate;
    *fp_of(context) = resume_fp;
    if (sve_of(context))
        copy_sve(sve_of(context), &resume_sve, 1);
}

static void catch(int signal, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigaction(signal, &action, NULL);
}

static void find_changes(const uint64_t *data)
{
    reply.changes = 0;
    for (unsigned i = 0; i < DATA_SIZE / 8; i++) {
        unsigned at = i - WINDOW / 8;
        uint64_t before = at < WINDOW_SIZE / 8 ? record.window[at] : 0;
        if (data[i] == before)
            continue;
        if (reply.changes == CHANGES)
            exit(5);
        reply.change[reply.changes].offset = 8 * i;
        reply.change[reply.changes++].value = data[i];
    }
}

static void *map(uintptr_t address, size_t size, int protection)
{
    void *at = mmap((void *)address, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (at != (void *)address)
        exit(2);
    return at;
}

int main(void)
{
    uint32_t *code = map(CODE, 0x1000, PROT_READ | PROT_WRITE | PROT_EXEC);
    uint64_t *data = map(DATA, DATA_SIZE, PROT_READ | PROT_WRITE);
    static char stack[0x10000];
    sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof stack }, NULL);
    catch(SIGUSR1, on_start);
    int ends[] = { SIGTRAP, SIGSEGV, SIGBUS, SIGILL, SIGFPE };
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++)
        catch(ends[i], on_end);
    for (unsigned i = 0; i < 1024; i++)
        code[i] = (uint32_t)BRK;
    uint32_t header[2];
    while (fread(header, sizeof header, 1, stdin) == 1) {
        if (header[0] > LONGEST || fread(code, 4, header[0], stdin) != header[0])
            return 2;
        for (unsigned i = header[0]; i <= LONGEST; i++)
            code[i] = (uint32_t)BRK;
        __builtin___clear_cache((char *)code, (char *)(code + LONGEST + 1));
        for (uint32_t i = 0; i < header[1]; i++) {
            if (fread(&record, sizeof record, 1, stdin) != 1)
                return 2;
            memset(data, 0, DATA_SIZE);
            memcpy((char *)data + WINDOW, record.window, WINDOW_SIZE);
            raise(SIGUSR1);
            find_changes(data);
            fwrite(&reply, sizeof reply, 1, stdout);
        }
        fflush(stdout);
    }
    return 0;
}
