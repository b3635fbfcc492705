/* LDAR and STLR of each size; LDAPR where FEAT_LRCPC has it. */
#include "atomics.h"

static struct cell cell;

#define TRY_SIZE(suffix, bytes, w)                                                                                             \
    do {                                                                                                                       \
        u64 old, mask = size_mask(bytes), want = (0x8899aabbccddeefful & ~mask) | (0x0123456789abcdeful & mask);               \
        cell_set(&cell, 0x8899aabbccddeeff, 0);                                                                                \
        __asm__ volatile("ldar" suffix " %" w "0, %1\n\tstlr" suffix " %" w "2, %1"                                             \
                         : "=&r"(old), "+Q"(cell.value)                                                                        \
                         : "r"(0x0123456789abcdeful)                                                                           \
                         : "memory");                                                                                          \
        check(old == (0x8899aabbccddeefful & mask) && cell_low(&cell) == want && cell_guards(&cell),                           \
              "ldar" suffix " stlr" suffix " of " #bytes " bytes");                                                            \
    } while (0)

#define TRY_LDAPR(suffix, bytes, w)                                                                                            \
    do {                                                                                                                       \
        u64 old;                                                                                                               \
        cell_set(&cell, 0x8899aabbccddeeff, 0);                                                                                \
        __asm__ volatile(".arch_extension rcpc\n\tldapr" suffix " %" w "0, %1" : "=&r"(old) : "Q"(cell.value) : "memory");      \
        check(old == (0x8899aabbccddeefful & size_mask(bytes)), "ldapr" suffix " of " #bytes " bytes");                        \
    } while (0)

void test_acquire_release(void)
{
    TRY_SIZE("b", 1, "w");
    TRY_SIZE("h", 2, "w");
    TRY_SIZE("", 4, "w");
    TRY_SIZE("", 8, "");
    if (FIELD(read_sysreg(id_aa64isar1_el1), 20, 4) == 0) {
        printf("LRCPC: not implemented\n");
        return;
    }
    TRY_LDAPR("b", 1, "w");
    TRY_LDAPR("h", 2, "w");
    TRY_LDAPR("", 4, "w");
    TRY_LDAPR("", 8, "");
}
