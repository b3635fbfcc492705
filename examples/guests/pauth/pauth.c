/* Pointer authentication with real keys: hashes of the codes of many pointers, modifiers, keys and address sizes. Only what all levels of the
 * feature agree on: canonical pointers of the lower half, authenticated with what they were signed with. Needs FEAT_PAuth. */
#include "guest.h"
#include "trap.h"

__asm__(".arch armv8.3-a");

const char guest_name[] = "pauth";
/* TCR_EL1 counts with the MMU off, too, and can then be changed freely. */
const bool guest_wants_default_mmu = false;

#define TCR_TBI0 BIT(37)
#define TCR_TBID0 BIT(51)
#define SCTLR_KEYS (BIT(31) | BIT(30) | BIT(27) | BIT(13))

static u64 random_state = 0x9e3779b97f4a7c15ul;

static u64 next(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

#define SET_KEY(name)                                                                                                          \
    do {                                                                                                                       \
        write_sysreg(name##keyhi_el1, next());                                                                                 \
        write_sysreg(name##keylo_el1, next());                                                                                 \
    } while (0)

static void new_keys(void)
{
    SET_KEY(apia);
    SET_KEY(apib);
    SET_KEY(apda);
    SET_KEY(apdb);
    SET_KEY(apga);
    isb();
}

#define ONE(op, value, modifier)                                                                                               \
    ({                                                                                                                         \
        u64 value_ = (value);                                                                                                  \
        __asm__ volatile(#op " %0, %1" : "+r"(value_) : "r"(modifier));                                                       \
        value_;                                                                                                                \
    })
#define STRIP(op, value)                                                                                                       \
    ({                                                                                                                         \
        u64 value_ = (value);                                                                                                  \
        __asm__ volatile(#op " %0" : "+r"(value_));                                                                           \
        value_;                                                                                                                \
    })

/* Signs, authenticates and strips; the code goes into the hash. */
#define ROUND(key, strip)                                                                                                      \
    do {                                                                                                                       \
        u64 signed_ = ONE(pac##key, pointer, modifier);                                                                        \
        hash = fnv_u64(hash, signed_);                                                                                         \
        right &= ONE(aut##key, signed_, modifier) == pointer;                                                                  \
        right &= STRIP(strip, signed_) == pointer;                                                                             \
    } while (0)

static void sweep(const char *label, u64 tcr, u32 bits, bool data_tags, bool code_tags)
{
    u64 hash = FNV_START;
    bool right = true;
    write_sysreg(tcr_el1, tcr | (64 - bits));
    isb();
    for (u32 i = 0; i < 200; i++) {
        if (i % 8 == 0)
            new_keys();
        u64 modifier = next();
        u64 untagged = next() & (BIT(bits) - 1);
        u64 tag = next() & 0xfful << 56;
        u64 pointer = untagged | (code_tags ? tag : 0);
        ROUND(ia, xpaci);
        ROUND(ib, xpaci);
        pointer = untagged | (data_tags ? tag : 0);
        ROUND(da, xpacd);
        ROUND(db, xpacd);
    }
    check(right, label);
    printf("     0x%lx\n", hash);
}

static void generic(void)
{
    u64 hash = FNV_START;
    for (u32 i = 0; i < 400; i++) {
        if (i % 8 == 0)
            new_keys();
        u64 code, value = next(), modifier = next();
        __asm__ volatile("pacga %0, %1, %2" : "=r"(code) : "r"(value), "r"(modifier));
        hash = fnv_u64(hash, code);
    }
    printf("     pacga 0x%lx\n", hash);
}

/* A call and return through signed pointers, in hint space and not. */
extern u64 signed_calls(u64 (*function)(u64), u64 argument);
extern u64 signed_callee(u64 argument);
__asm__(".text\n"
        "signed_calls:\n\t"
        "paciasp\n\t"
        "stp x29, x30, [sp, #-16]!\n\t"
        "mov x2, x0\n\tmov x0, x1\n\tmov x3, #77\n\t"
        "pacib x2, x3\n\tblrab x2, x3\n\t"
        "adr x2, signed_callee\n\tpaciza x2\n\tblraaz x2\n\t"
        "adr x4, 1f\n\tpaciza x4\n\tbraaz x4\n\t"
        "mov x0, #0\n"
        "1:\tldp x29, x30, [sp], #16\n\t"
        "retaa\n"
        "signed_callee:\n\t"
        "pacibsp\n\t"
        "add x0, x0, #1\n\t"
        "autibsp\n\t"
        "ret\n");

static void loads(void)
{
    static u64 words[4] = {1, 22, 333, 4444};
    u64 a, b, base = ONE(pacda, (u64)(words + 1), 0ul), other = ONE(pacdb, (u64)words, 0ul);
    __asm__ volatile("ldraa %0, [%1, #8]!" : "=r"(a), "+r"(base)::"memory");
    __asm__ volatile("ldrab %0, [%1, #24]" : "=r"(b) : "r"(other) : "memory");
    check_u64("ldraa", a, 333);
    check(base == (u64)(words + 2), "ldraa writes the address back");
    check_u64("ldrab", b, 4444);
}

void guest_main(void)
{
    u64 sctlr = read_sysreg(sctlr_el1), tcr = read_sysreg(tcr_el1);
    u64 pointer = 0x12345678;
    write_sysreg(sctlr_el1, sctlr & ~SCTLR_KEYS);
    isb();
    new_keys();
    check(ONE(pacia, pointer, 5ul) == pointer && ONE(autdb, pointer, 5ul) == pointer, "disabled keys leave pointers alone");
    write_sysreg(sctlr_el1, sctlr | SCTLR_KEYS);
    isb();
    sweep("48 bits", 0, 48, false, false);
    sweep("39 bits", 0, 39, false, false);
    sweep("36 bits", 0, 36, false, false);
    sweep("48 bits, tags", TCR_TBI0, 48, true, true);
    sweep("39 bits, tags", TCR_TBI0, 39, true, true);
    sweep("39 bits, tags of data only", TCR_TBI0 | TCR_TBID0, 39, true, false);
    generic();
    check_u64("calls through signed pointers", signed_calls(signed_callee, 40), 42);
    loads();
    write_sysreg(tcr_el1, tcr);
    write_sysreg(sctlr_el1, sctlr);
    isb();
}
