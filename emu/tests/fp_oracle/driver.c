/* Executes single aarch64 instructions on batches of register values and reports what they did. Run under
 * qemu-aarch64 (or on hardware) by the fp_oracle test; it computes nothing itself.
 *
 * A batch on stdin is { u32 instruction, u32 count } and `count` records; the answer on stdout is a u32 status
 * (0, or 1 when the instruction is undefined here) and, for status 0, `count` replies. The instruction may read
 * v0-v3, x1 (x2 and x3 are derived from it), FPCR, FPSR, NZCV and write v0, x0, FPSR, NZCV. Build: aarch64-linux-gnu-gcc -O1 -static. */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

struct record {
    uint32_t fpcr, fpsr, nzcv, unused;
    uint64_t x1, unused2;
    uint64_t v[4][2];
};

struct reply {
    uint64_t v0[2];
    uint64_t x0;
    uint32_t fpsr, nzcv;
};

enum { SLOTS = 65536, RET = (int)0xd65f03c0 };

static uint32_t *code;
static sigjmp_buf undefined;

static void on_sigill(int signal) { siglongjmp(undefined, signal); }

/* Every instruction keeps a slot of its own, so that a translator sees each piece of code written once. */
static uint32_t *slot_for(uint32_t instruction)
{
    static unsigned used;
    for (unsigned i = 0; i < used; i++)
        if (code[2 * i] == instruction)
            return &code[2 * i];
    if (used == SLOTS)
        exit(3);
    uint32_t *slot = &code[2 * used++];
    slot[0] = instruction;
    slot[1] = (uint32_t)RET;
    __builtin___clear_cache((char *)slot, (char *)(slot + 2));
    return slot;
}

static void execute(const struct record *record, struct reply *reply, const uint32_t *slot)
{
    register const struct record *in asm("x19") = record;
    register struct reply *out asm("x20") = reply;
    register const uint32_t *target asm("x21") = slot;
    asm volatile(
        "ldp q0, q1, [x19, #32]\n"
        "ldp q2, q3, [x19, #64]\n"
        "ldr x1, [x19, #16]\n"
        "ldr w9, [x19]\n"
        "msr fpcr, x9\n"
        "ldr w9, [x19, #4]\n"
        "msr fpsr, x9\n"
        "ldr w9, [x19, #8]\n"
        "msr nzcv, x9\n"
        "mov x0, #0\n"
        "mvn x2, x1\n"
        "rev x3, x1\n"
        "blr x21\n"
        "str q0, [x20]\n"
        "str x0, [x20, #16]\n"
        "mrs x9, fpsr\n"
        "str w9, [x20, #24]\n"
        "mrs x9, nzcv\n"
        "str w9, [x20, #28]\n"
        "msr fpcr, xzr\n"
        :
        : "r"(in), "r"(out), "r"(target)
        : "memory", "cc", "x0", "x1", "x2", "x3", "x9", "x30", "v0", "v1", "v2", "v3");
}

int main(void)
{
    code = mmap(NULL, SLOTS * 8, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED)
        return 2;
    signal(SIGILL, on_sigill);
    uint32_t header[2];
    while (fread(header, sizeof header, 1, stdin) == 1) {
        uint32_t count = header[1];
        struct record *records = malloc((size_t)count * sizeof *records + 1);
        struct reply *replies = malloc((size_t)count * sizeof *replies + 1);
        if (!records || !replies || fread(records, sizeof *records, count, stdin) != count)
            return 2;
        const uint32_t *slot = slot_for(header[0]);
        volatile uint32_t status = 0;
        if (sigsetjmp(undefined, 1))
            status = 1;
        else
            for (uint32_t i = 0; i < count; i++)
                execute(&records[i], &replies[i], slot);
        uint32_t answer = status;
        fwrite(&answer, sizeof answer, 1, stdout);
        if (!answer)
            fwrite(replies, sizeof *replies, count, stdout);
        fflush(stdout);
        free(records);
        free(replies);
    }
    return 0;
}
