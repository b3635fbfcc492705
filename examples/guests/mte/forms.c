/* Tag Checks of every form of access, at EL1 and EL0, with each way of reporting a mismatch. */
#include "mte.h"

enum { WRITE = 1, RMW = 2, UNCHECKED = 4, STACK = 8 };

struct form {
    const char *name;
    const void *code[2];
    s32 at, start, length, flags;
};
extern const struct form forms[], forms_end[];

/* Where the middle granule of a test is: a block of DC ZVA, of 512 bytes at most, begins there. Other tags are up to its end. */
#define PLACE (WINDOW + 0x1800)
#define END 0x200
#define OWN_TAG 5ul
#define OTHER_TAG 9ul

/* Which granules have another tag. */
enum mismatch { NOWHERE, EVERYWHERE, LATER, MISMATCHES };

static u64 pointer(const struct form *f) { return with_tag(PLACE + (u64)f->at, OWN_TAG); }

static void prepare(enum mismatch mismatch)
{
    for (s64 offset = -64; offset < END; offset += 16) {
        u64 address = PLACE + (u64)offset;
        bool other = mismatch == EVERYWHERE || (mismatch == LATER && offset >= 16);
        set_tag(address, other ? OTHER_TAG : OWN_TAG);
        for (unsigned byte = 0; byte < 16; byte++)
            window_bytes(address)[byte] = (u8)(offset + byte * 3 + 1);
    }
    write_sysreg(TFSR_EL1, 0);
    write_sysreg(TFSRE0_EL1, 0);
}

/* The first byte of the access whose granule has another tag; 0 when all have the pointer's. */
static u64 first_mismatch(const struct form *f, enum mismatch mismatch)
{
    /* Without a length: a block of DC ZVA. */
    u64 length = f->length ? (u64)f->length : 4ul << FIELD(read_sysreg(dczid_el0), 0, 4);
    u64 start = pointer(f) + (u64)(s64)f->start, end = start + length, later = with_tag(PLACE + 16, OWN_TAG);
    if (f->flags & UNCHECKED || mismatch == NOWHERE)
        return 0;
    if (mismatch == EVERYWHERE || start >= later)
        return start;
    return end > later ? later : 0;
}

static u64 sum_of_bytes(void)
{
    u64 hash = FNV_START;
    for (s64 offset = -16; offset < END; offset++)
        hash = fnv_byte(hash, *window_bytes(PLACE + (u64)offset));
    return hash;
}

static void run(struct trap *t, const struct form *f, unsigned level)
{
    if (level == 0)
        try_el0(t, f->code[0], pointer(f), 0x1122334455667788, 0x99aabbccddeeff00);
    else
        try_el1(t, f->code[1], pointer(f), 0x1122334455667788, 0x99aabbccddeeff00);
}

static bool completed(const struct trap *t, unsigned level) { return level == 0 ? t->taken && t->esr == 0x560000e0 : !t->taken; }

/* One access: a fault with nothing done, or everything done and the mismatch noted or not. */
static bool right(const struct form *f, unsigned level, enum mismatch mismatch, unsigned kind, bool overridden, u64 result, u64 bytes)
{
    struct trap t;
    prepare(mismatch);
    u64 untouched = sum_of_bytes(), fault = overridden ? 0 : first_mismatch(f, mismatch);
    set_checks(kind);
    this_cpu()->user_pstate = PROBE_NZCV | PSTATE_DAIF | (overridden ? TCO : 0);
    if (overridden)
        __asm__ volatile("msr tco, #1");
    run(&t, f, level);
    __asm__ volatile("msr tco, #0");
    set_checks(TCF_NONE);
    u64 noted = read_sysreg(TFSR_EL1) << 8 | read_sysreg(TFSRE0_EL1), after = sum_of_bytes();
    bool synchronous = kind == TCF_SYNC || (kind == TCF_ASYM && !(f->flags & WRITE));
    /* LDTR and STTR at EL1 are EL0's accesses. */
    bool unprivileged = level == 0 || !strcmp(f->name, "ldtr") || !strcmp(f->name, "sttr");
    bool good;
    if (fault && synchronous && kind != TCF_NONE) {
        u64 esr = (u64)(0x24 + level) << 26 | BIT(25) | (f->flags & WRITE ? BIT(6) : 0) | 0x11;
        bool kept = after == untouched || (f->flags & STACK && level == 1);
        good = t.taken && t.esr == esr && t.far == fault && kept && noted == 0;
    } else {
        u64 expected = fault && kind != TCF_NONE ? (unprivileged ? 1 : 0x100) : 0;
        good = completed(&t, level) && noted == expected && t.x0 == result && after == bytes;
    }
    if (!good)
        printf("     %s el%u mismatch %u kind %u tco %u: taken %lu esr %lx far %lx x0 %lx noted %lx bytes %lx\n", f->name, level, mismatch,
               kind, overridden, t.taken, t.esr, t.far, t.x0, noted, after);
    return good;
}

void test_forms(void)
{
    for (const struct form *f = forms; f < forms_end; f++) {
        u64 hash = FNV_START;
        for (unsigned level = 0; level < 2; level++) {
            struct trap t;
            bool all = true;
            prepare(NOWHERE);
            run(&t, f, level);
            /* Without checks: what it does. */
            u64 result = t.x0, bytes = sum_of_bytes();
            if (f->length)
                hash = fnv_u64(fnv_u64(hash, result), bytes);
            for (enum mismatch mismatch = NOWHERE; mismatch < MISMATCHES; mismatch++)
                for (unsigned kind = TCF_NONE; kind <= TCF_ASYM; kind++)
                    for (unsigned overridden = 0; overridden < 2; overridden++)
                        all &= right(f, level, mismatch, kind, overridden, result, bytes);
            printf("%s %s el%u\n", all ? "ok  " : "FAIL", f->name, level);
            check_quiet(all, f->name);
        }
        this_cpu()->user_pstate = PROBE_NZCV | PSTATE_DAIF;
        printf("%s: %lx\n", f->name, hash);
    }
}
