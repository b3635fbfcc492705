/* Scalar floating point: each row over all its operands in each configuration of FPCR, results and FPSR hashed.
 * trace=N prints every case of row N in the format of `generate.py --trace`. */
#include "fpsimd.h"

#define SET(name, ...) static const u64 set_##name[] = {__VA_ARGS__};
#include "fp_sets.inc"
#undef SET
static const u64 set_none[] = {0};

/* Two instructions each, in row order. Operands are in V1 to V3 and X1, the result in V0, X0 or NZCV. */
#define ROW(text, a, b, c, result, feature, ahp, hash) text "\n\tret\n\t"
__asm__(".pushsection .text\n"
        ".arch armv8.2-a+fp16\n"
        "fp_code:\n\t"
#include "fp_rows.inc"
        "\n.popsection");
#undef ROW
extern const u32 fp_code[][2];

struct row {
    const char *text;
    const u64 *sets[3];
    u32 counts[3];
    char result;
    enum feature feature;
    bool alternative_half;
    u64 hash;
};

#define ROW(text, a, b, c, result, feature, ahp, hash)                                                                         \
    {text, {set_##a, set_##b, set_##c}, {ARRAY_LEN(set_##a), ARRAY_LEN(set_##b), ARRAY_LEN(set_##c)}, result, feature, ahp, hash},
static const struct row rows[] = {
#include "fp_rows.inc"
};
#undef ROW

/* FPCR of each configuration, as in rows_fp.py; half precision flushes by FZ16 (bit 19). */
#define RMODE(mode) ((mode) << 22)
#define FZ (BIT(24) | BIT(19))
#define DN BIT(25)
#define AHP BIT(26)
static const struct {
    u64 fpcr;
    const char *name;
} configurations[] = {
    {RMODE(0ul), "000"}, {RMODE(1ul), "100"}, {RMODE(2ul), "200"}, {RMODE(3ul), "300"}, {FZ, "010"}, {DN, "001"}, {RMODE(3ul) | FZ | DN, "311"},
};

/* One case. V0 starts as all ones, so that a scalar write that does not clear the upper lanes shows. */
static u64 run(const u32 *code, char result, u64 a, u64 b, u64 c, u64 *flags)
{
    u64 general = 0, low, high, nzcv;
    __asm__ volatile("msr fpsr, xzr\n\t"
                     "movi v0.16b, #0xff\n\t"
                     "fmov d1, %[a]\n\t"
                     "fmov d2, %[b]\n\t"
                     "fmov d3, %[c]\n\t"
                     "mov x1, %[a]\n\t"
                     "mov x0, #-1\n\t"
                     "msr nzcv, xzr\n\t"
                     "blr %[code]\n\t"
                     "mrs %[nzcv], nzcv\n\t"
                     "mov %[general], x0\n\t"
                     "mov %[low], v0.d[0]\n\t"
                     "mov %[high], v0.d[1]\n\t"
                     "mrs %[flags], fpsr\n\t"
                     : [general] "=&r"(general), [low] "=&r"(low), [high] "=&r"(high), [nzcv] "=&r"(nzcv), [flags] "=&r"(*flags)
                     : [code] "r"(code), [a] "r"(a), [b] "r"(b), [c] "r"(c)
                     : "x0", "x1", "x30", "v0", "v1", "v2", "v3", "cc", "memory");
    if (result == 'n')
        return nzcv;
    if (result == 'x')
        return general;
    return high ? ~low : low;
}

static u64 hash_row(u32 index, bool trace, u32 *cases)
{
    const struct row *r = &rows[index];
    u64 hash = 0, supported = feature_present(FP16) ? ~0ul : ~BIT(19);
    *cases = 0;
    for (u32 k = 0; k < ARRAY_LEN(configurations); k++) {
        write_sysreg(fpcr, (configurations[k].fpcr & supported) | (r->alternative_half ? AHP : 0));
        isb();
        for (u32 i = 0; i < r->counts[0]; i++)
            for (u32 j = 0; j < r->counts[1]; j++)
                for (u32 l = 0; l < r->counts[2]; l++) {
                    u64 flags, value = run(fp_code[index], r->result, r->sets[0][i], r->sets[1][j], r->sets[2][l], &flags);
                    hash = mix(mix(hash, value), flags);
                    ++*cases;
                    if (!trace)
                        continue;
                    printf("%s %lx", configurations[k].name, r->sets[0][i]);
                    if (r->counts[1] > 1)
                        printf(" %lx", r->sets[1][j]);
                    if (r->counts[2] > 1)
                        printf(" %lx", r->sets[2][l]);
                    printf(" -> %lx %02lx\n", value, flags);
                }
    }
    write_sysreg(fpcr, 0);
    isb();
    return hash;
}

void test_scalar(void)
{
    u64 trace = bootarg_u64("trace", ~0ul);
    for (u32 i = 0; i < ARRAY_LEN(rows); i++) {
        if (!feature_present(rows[i].feature))
            continue;
        u32 cases;
        u64 hash = hash_row(i, trace == i, &cases);
        bool right = check_quiet(hash == rows[i].hash, rows[i].text);
        printf("%s %s%s: %u cases, 0x%016lx\n", right ? "ok  " : "FAIL", rows[i].text, rows[i].alternative_half ? " (AHP)" : "", cases, hash);
        if (!right)
            printf("     row %u, want 0x%016lx\n", i, rows[i].hash);
    }
}
