/* Advanced SIMD, structure loads and stores, CRC32 and cryptography: each row on every input state, the whole state after it hashed. */
#include "fpsimd.h"

#define ROW(text, feature, hash) text "\n\tret\n\t"
__asm__(".pushsection .text\n"
        ".arch armv8.2-a+crypto+crc+rdma+dotprod\n"
        "simd_code:\n\t"
#include "simd_rows.inc"
        "\n.popsection");
#undef ROW
extern const u32 simd_code[][2];

#define ROW(text, feature, hash) {text, feature, hash},
static const struct {
    const char *text;
    enum feature feature;
    u64 hash;
} rows[] = {
#include "simd_rows.inc"
};
#undef ROW

/* V0 to V5 in halves, 128 bytes of memory, X1 to X3. */
enum { HALVES = 12, MEMORY = 16, STATE = HALVES + MEMORY + 3 };
static const u64 inputs[][STATE] = {
#include "simd_inputs.inc"
};

struct state {
    u64 v[HALVES] __attribute__((aligned(16)));
    u64 x[4];   /* X0 is the address of memory; afterwards the distance from it */
    u64 fpsr;
    u64 memory[MEMORY] __attribute__((aligned(16)));
};

static void run(const u32 *code, struct state *s)
{
    register struct state *state __asm__("x9") = s;
    register const u32 *entry __asm__("x10") = code;
    s->x[0] = (u64)s->memory;
    __asm__ volatile("ldp q0, q1, [x9]\n\t"
                     "ldp q2, q3, [x9, #32]\n\t"
                     "ldp q4, q5, [x9, #64]\n\t"
                     "ldp x0, x1, [x9, #96]\n\t"
                     "ldp x2, x3, [x9, #112]\n\t"
                     "msr fpsr, xzr\n\t"
                     "blr x10\n\t"
                     "stp q0, q1, [x9]\n\t"
                     "stp q2, q3, [x9, #32]\n\t"
                     "stp q4, q5, [x9, #64]\n\t"
                     "stp x0, x1, [x9, #96]\n\t"
                     "stp x2, x3, [x9, #112]\n\t"
                     "mrs x0, fpsr\n\t"
                     "str x0, [x9, #128]\n\t" ::"r"(state),
                     "r"(entry)
                     : "x0", "x1", "x2", "x3", "x30", "v0", "v1", "v2", "v3", "v4", "v5", "cc", "memory");
    s->x[0] -= (u64)s->memory;
}

static u64 hash_row(u32 index)
{
    static struct state s;
    u64 hash = 0;
    for (u32 k = 0; k < ARRAY_LEN(inputs); k++) {
        for (u32 i = 0; i < HALVES; i++)
            s.v[i] = inputs[k][i];
        for (u32 i = 0; i < MEMORY; i++)
            s.memory[i] = inputs[k][HALVES + i];
        for (u32 i = 1; i < 4; i++)
            s.x[i] = inputs[k][HALVES + MEMORY + i - 1];
        run(simd_code[index], &s);
        for (u32 i = 0; i < HALVES; i++)
            hash = mix(hash, s.v[i]);
        for (u32 i = 0; i < MEMORY; i++)
            hash = mix(hash, s.memory[i]);
        hash = mix(mix(mix(hash, s.x[0]), s.x[2]), s.fpsr);
    }
    return hash;
}

/* One line a mnemonic: rows of one mnemonic follow each other, and wrong ones are named. */
struct group {
    const char *text;
    u32 forms, wrong;
    u64 hash;
};

static void close_group(struct group *g)
{
    if (!g->forms)
        return;
    char name[16];
    size_t length = mnemonic_length(g->text);
    memcpy(name, g->text, length);
    name[length] = 0;
    printf("%s simd %s: %u forms, 0x%016lx\n", g->wrong ? "FAIL" : "ok  ", name, g->forms, g->hash);
}

void test_vector(void)
{
    struct group group = {0};
    for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
        if (!feature_present(rows[i].feature))
            continue;
        size_t length = mnemonic_length(rows[i].text);
        if (!group.text || length != mnemonic_length(group.text) || strncmp(rows[i].text, group.text, length)) {
            close_group(&group);
            group = (struct group){.text = rows[i].text};
        }
        u64 hash = hash_row(i);
        group.forms++;
        group.hash = mix(group.hash, hash);
        if (!check_quiet(hash == rows[i].hash, rows[i].text)) {
            printf("     %s: 0x%016lx, want 0x%016lx\n", rows[i].text, hash, rows[i].hash);
            group.wrong++;
        }
    }
    close_group(&group);
}
