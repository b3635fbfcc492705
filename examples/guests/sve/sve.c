/* Scalable vectors as programs and kernels use them: the length and who may change it, loops under predicates, strings by first-fault
 * loads, the state that Advanced SIMD shares, traps. Nothing here depends on the longest length of the CPU. */
#include "guest.h"
#include "sysreg.h"
#include "trap.h"

const char guest_name[] = "sve";
const bool guest_wants_default_mmu = true;

enum { N = 1000, LONGEST = 256 };
static u64 a[N], b[N], sums[N];
static u8 text[300];
static u8 saved[32 * LONGEST] __attribute__((aligned(16)));

static void vectors_for(unsigned zen)
{
    write_sysreg(cpacr_el1, 3u << 20 | zen << 16);
    isb();
}

static u64 bytes(void)
{
    u64 value;
    __asm__ volatile("rdvl %0, #1" : "=r"(value));
    return value;
}

/* ZCR_EL1.LEN: the length is what was asked for, or the next shorter that there is. */
static void lengths(void)
{
    u64 before = 0;
    bool grows = true, fits = true;
    for (u64 len = 0; len < 16; len++) {
        __asm__ volatile("msr s3_0_c1_c2_0, %0\n\tisb" ::"r"(len));
        u64 now = bytes();
        grows &= now >= before;
        fits &= now >= 16 && now <= 16 * (len + 1) && now % 16 == 0;
        before = now;
    }
    check(grows, "a larger ZCR_EL1 never shortens vectors");
    check(fits, "vectors are no longer than ZCR_EL1 allows");
}

/* sums[i] = a[i] * 3 + b[i], with a tail that fills no vector. */
static void add_arrays(u64 count)
{
    u64 i = 0;
    __asm__ volatile("mov z3.d, #3\n\t"
                     "whilelo p0.d, %0, %1\n"
                     "1:\tld1d {z0.d}, p0/z, [%2, %0, lsl #3]\n\t"
                     "ld1d {z1.d}, p0/z, [%3, %0, lsl #3]\n\t"
                     "mla z1.d, p0/m, z0.d, z3.d\n\t"
                     "st1d {z1.d}, p0, [%4, %0, lsl #3]\n\t"
                     "incd %0\n\t"
                     "whilelo p0.d, %0, %1\n\t"
                     "b.first 1b"
                     : "+&r"(i)
                     : "r"(count), "r"(a), "r"(b), "r"(sums)
                     : "p0", "z0", "z1", "z3", "cc", "memory");
}

static void loops(void)
{
    bool right = true;
    for (u64 i = 0; i < N; i++) {
        a[i] = i * 0x9e3779b97f4a7c15ull;
        b[i] = i << 40;
    }
    for (u64 count = N - 9; count < N; count++) {
        for (u64 i = 0; i < N; i++)
            sums[i] = ~0ull;
        add_arrays(count);
        for (u64 i = 0; i < N; i++)
            right &= sums[i] == (i < count ? a[i] * 3 + b[i] : ~0ull);
    }
    check(right, "a loop under a predicate");
    double total;
    __asm__ volatile("ptrue p0.d\n\t"
                     "index z0.d, #1, #1\n\t"
                     "scvtf z0.d, p0/m, z0.d\n\t"
                     "fmul z0.d, p0/m, z0.d, #0.5\n\t"
                     "faddv %d0, p0, z0.d"
                     : "=w"(total)::"p0", "z0");
    u64 elements = bytes() / 8;
    check(total == (double)(elements * (elements + 1)) / 4, "a sum of numbers in FP");
}

/* The length of a string, by loads that stop at what cannot be read. */
static u64 length_of(const u8 *string)
{
    u64 length = 0;
    __asm__ volatile("ptrue p0.b\n"
                     "1:\tsetffr\n\t"
                     "ldff1b {z0.b}, p0/z, [%1, %0]\n\t"
                     "rdffr p1.b, p0/z\n\t"
                     "cmpeq p2.b, p1/z, z0.b, #0\n\t"
                     "brkb p3.b, p1/z, p2.b\n\t"
                     "incp %0, p3.b\n\t"
                     "b.none 1b"
                     : "+&r"(length)
                     : "r"(string)
                     : "p0", "p1", "p2", "p3", "z0", "cc", "memory");
    return length;
}

static void strings(void)
{
    bool right = true;
    for (u64 length = 0; length < sizeof text - 1; length += 7) {
        for (u64 i = 0; i < sizeof text; i++)
            text[i] = i < length ? (u8)(i | 1) : 0;
        right &= length_of(text) == length;
    }
    check(right, "strlen by first-fault loads");
}

/* All of Z0 to Z31 to memory, as a kernel saves them, and a V register written between. */
static void shared_state(void)
{
    u64 vector = bytes();
    __asm__ volatile("mov z7.b, #0x5a\n\t"
                     "mov z8.b, #0x33\n\t"
                     "fmov d7, #1.0\n\t"
                     "str z7, [%0, #0, mul vl]\n\t"
                     "str z8, [%0, #1, mul vl]"
                     ::"r"(saved) : "z7", "z8", "memory");
    bool zero = true, kept = true;
    for (u64 i = 8; i < vector; i++)
        zero &= saved[i] == 0;
    for (u64 i = 0; i < vector; i++)
        kept &= saved[vector + i] == 0x33;
    check(zero && saved[7] == 0x3f, "a write of D7 clears the rest of Z7");
    check(kept, "and nothing of Z8");
}

extern const char el1_ptrue[];
__asm__(".text\n"
        "el1_ptrue: ptrue p0.b\nret\n");

static void traps(void)
{
    struct trap trap;
    vectors_for(0);
    try_el1(&trap, el1_ptrue, 0, 0, 0);
    check(trap.taken == 1 && ESR_EC(trap.esr) == 0x19, "CPACR_EL1.ZEN traps");
    vectors_for(3);
    try_el1(&trap, el1_ptrue, 0, 0, 0);
    check(trap.taken == 0, "and does not when it is 3");
}

void guest_main(void)
{
    if ((read_sysreg(id_aa64pfr0_el1) >> 32 & 15) == 0) {
        check(false, "the CPU has SVE");
        return;
    }
    traps();
    lengths();
    loops();
    strings();
    shared_state();
}
