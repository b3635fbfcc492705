/* Ordering between CPUs: message passing, store buffering under barriers, a token around the ring. The barriers forbid every outcome
 * that is counted as wrong; without them an in-order emulator would still pass. */
#include "smp.h"

enum { ROUNDS = 500, LAPS = 50, MEETINGS = 100 };

struct line {
    volatile u64 value;
} __attribute__((aligned(64)));

static struct line data, flag, wrong;

/* CPU 0 writes data then flag (STLR); the others that see the flag (LDAR) must see the data. */
static void message_passing(u64 cpu)
{
    for (u64 round = 1; round <= ROUNDS; round++) {
        if (cpu == 0) {
            data.value = round * 3;
            __atomic_store_n(&flag.value, round, __ATOMIC_RELEASE);
        } else {
            u64 seen;
            while ((seen = __atomic_load_n(&flag.value, __ATOMIC_ACQUIRE)) < round)
                __asm__ volatile("yield");
            if (data.value < seen * 3)
                wrong.value = 1;
        }
    }
}

static struct line x, y, r0, r1;

/* Each of two CPUs writes its own and reads the other's after DMB SY: not both may read zero. */
static void store_buffering(u64 cpu)
{
    for (u64 round = 0; round < MEETINGS; round++) {
        if (cpu == 0)
            x.value = y.value = 0;
        barrier();
        if (cpu == 0) {
            x.value = 1;
            __asm__ volatile("dmb sy" ::: "memory");
            r0.value = y.value;
        } else if (cpu == 1) {
            y.value = 1;
            __asm__ volatile("dmb sy" ::: "memory");
            r1.value = x.value;
        }
        barrier();
        if (cpu == 0 && r0.value == 0 && r1.value == 0)
            wrong.value = 1;
        barrier();
    }
}

static struct line token;

/* The token waits in WFE; the store to a monitored location (or the SEV) wakes the next. */
static void ring(u64 cpu)
{
    for (u64 lap = 0; lap < LAPS; lap++) {
        u64 turn = lap * workers + cpu;
        __asm__ volatile("   sevl\n"
                         "1: wfe\n"
                         "   ldaxr x9, [%0]\n"
                         "   cmp x9, %1\n"
                         "   b.ne 1b\n" ::"r"(&token.value), "r"(turn)
                         : "x9", "cc", "memory");
        __atomic_store_n(&token.value, turn + 1, __ATOMIC_RELEASE);
        sev();
    }
}

void test_ordering(void)
{
    check(everywhere(message_passing) && !wrong.value, "message passing by stlr and ldar");
    check(everywhere(store_buffering) && !wrong.value, "store buffering under dmb sy");
    check(everywhere(ring) && token.value == (u64)LAPS * workers, "token ring with wfe and sev");
}
