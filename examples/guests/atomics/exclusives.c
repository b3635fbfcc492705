/* LDXR/STXR and friends of each size, pairs, and what clears the monitor. */
#include "atomics.h"

static struct cell cell;

#define TRY_SIZE(suffix, bytes, load, store, w)                                                                                \
    do {                                                                                                                       \
        u64 old;                                                                                                               \
        u32 status;                                                                                                            \
        cell_set(&cell, 0x8899aabbccddeeff, 0x1122334455667788);                                                              \
        __asm__ volatile(load suffix " %" w "0, %2\n\t" store suffix " %w1, %" w "3, %2"                                        \
                         : "=&r"(old), "=&r"(status), "+Q"(cell.value)                                                         \
                         : "r"(0x0123456789abcdeful)                                                                           \
                         : "memory");                                                                                          \
        u64 mask = size_mask(bytes), want = (0x8899aabbccddeefful & ~mask) | (0x0123456789abcdeful & mask);                    \
        check(status == 0 && old == (0x8899aabbccddeefful & mask) && cell_low(&cell) == want &&                                \
                  cell_high(&cell) == 0x1122334455667788 && cell_guards(&cell),                                                \
              load suffix " " store suffix " of " #bytes " bytes");                                                            \
    } while (0)

static void sizes(void)
{
    TRY_SIZE("b", 1, "ldxr", "stxr", "w");
    TRY_SIZE("h", 2, "ldxr", "stxr", "w");
    TRY_SIZE("", 4, "ldxr", "stxr", "w");
    TRY_SIZE("", 8, "ldxr", "stxr", "");
    TRY_SIZE("b", 1, "ldaxr", "stlxr", "w");
    TRY_SIZE("h", 2, "ldaxr", "stlxr", "w");
    TRY_SIZE("", 4, "ldaxr", "stlxr", "w");
    TRY_SIZE("", 8, "ldaxr", "stlxr", "");
}

static void pairs(void)
{
    u64 a, b;
    u32 status;
    cell_set(&cell, 0x8899aabbccddeeff, 0x1122334455667788);
    __asm__ volatile("ldxp %0, %1, %3\n\tstxp %w2, %1, %0, %3" : "=&r"(a), "=&r"(b), "=&r"(status), "+Q"(cell.value)::"memory");
    check(status == 0 && a == 0x8899aabbccddeeff && b == 0x1122334455667788 && cell_low(&cell) == b && cell_high(&cell) == a &&
              cell_guards(&cell),
          "ldxp stxp of 16 bytes");
    cell_set(&cell, 0x8899aabbccddeeff, 0x1122334455667788);
    __asm__ volatile("ldaxp %w0, %w1, %3\n\tstlxp %w2, %w1, %w0, %3" : "=&r"(a), "=&r"(b), "=&r"(status), "+Q"(cell.value)::"memory");
    check(status == 0 && a == 0xccddeeff && b == 0x8899aabb && cell_low(&cell) == 0xccddeeff8899aabb &&
              cell_high(&cell) == 0x1122334455667788 && cell_guards(&cell),
          "ldaxp stlxp of 8 bytes");
}

static __attribute__((target("general-regs-only"))) bool skip_svc(struct trap_frame *frame) { return ESR_EC(frame->esr) == 0x15; }

static void monitor(void)
{
    u64 old;
    u32 status;
    cell_set(&cell, 1, 2);
    __asm__ volatile("clrex\n\tstxr %w0, %2, %1" : "=&r"(status), "+Q"(cell.value) : "r"(5ul) : "memory");
    check(status == 1 && cell_low(&cell) == 1, "stxr without ldxr fails and stores nothing");
    __asm__ volatile("ldxr %0, %2\n\tclrex\n\tstxr %w1, %3, %2" : "=&r"(old), "=&r"(status), "+Q"(cell.value) : "r"(5ul) : "memory");
    check(status == 1 && cell_low(&cell) == 1, "clrex between ldxr and stxr");
    u32 second;
    __asm__ volatile("ldxr %0, %3\n\tstxr %w1, %4, %3\n\tstxr %w2, %4, %3"
                     : "=&r"(old), "=&r"(status), "=&r"(second), "+Q"(cell.value)
                     : "r"(7ul)
                     : "memory");
    check(status == 0 && second == 1 && cell_low(&cell) == 7, "a second stxr fails");
    sync_hook = skip_svc;
    __asm__ volatile("ldxr %0, %2\n\tsvc #1\n\tstxr %w1, %3, %2"
                     : "=&r"(old), "=&r"(status), "+Q"(cell.value)
                     : "r"(9ul)
                     : "memory");
    sync_hook = NULL;
    check(status == 1 && cell_low(&cell) == 7, "an exception return clears the monitor");
    /* Plain stores of one's own to the same location are allowed to keep or clear it: only the value after a retry counts. */
    __asm__ volatile("1: ldxr %0, %2\n\tadd %0, %0, #1\n\tstxr %w1, %0, %2\n\tcbnz %w1, 1b"
                     : "=&r"(old), "=&r"(status), "+Q"(cell.value)::"memory");
    check_u64("retry loop", cell_low(&cell), 8);
    __asm__ volatile("1: ldaxr %0, %2\n\tstlxr %w1, xzr, %2\n\tcbnz %w1, 1b" : "=&r"(old), "=&r"(status), "+Q"(cell.value)::"memory");
    check_u64("stlxr of xzr", cell_low(&cell), 0);
}

void test_exclusives(void)
{
    sizes();
    pairs();
    monitor();
}
