/* A counter that all CPUs raise, under each way of doing it. */
#include "smp.h"

enum { ROUNDS = 5000 };
static volatile u64 counter;
static struct spinlock lock;
static volatile u32 ticket_next, ticket_serving;

static void spinlock_work(u64 cpu)
{
    (void)cpu;
    for (unsigned i = 0; i < ROUNDS; i++) {
        spin_lock(&lock);
        counter++;
        spin_unlock(&lock);
    }
}

static void ticket_work(u64 cpu)
{
    (void)cpu;
    for (unsigned i = 0; i < ROUNDS / 10; i++) {
        u32 mine = __atomic_fetch_add(&ticket_next, 1, __ATOMIC_RELAXED);
        while (__atomic_load_n(&ticket_serving, __ATOMIC_ACQUIRE) != mine)
            __asm__ volatile("yield");
        counter++;
        __atomic_store_n(&ticket_serving, mine + 1, __ATOMIC_RELEASE);
    }
}

static void exclusive_work(u64 cpu)
{
    (void)cpu;
    for (unsigned i = 0; i < ROUNDS; i++) {
        u64 value;
        u32 failed;
        __asm__ volatile("1: ldxr %0, %2\n\tadd %0, %0, #1\n\tstxr %w1, %0, %2\n\tcbnz %w1, 1b"
                         : "=&r"(value), "=&r"(failed), "+Q"(counter)::"memory");
    }
}

/* Each CPU owns one byte of a word; the neighbours' bytes must survive. */
static volatile u32 shared_word;
static void byte_exclusive_work(u64 cpu)
{
    volatile u8 *byte = (volatile u8 *)&shared_word + (cpu & 3);
    for (unsigned i = 0; i < ROUNDS; i++) {
        u32 value, failed;
        __asm__ volatile("1: ldxrb %w0, %2\n\tadd %w0, %w0, #1\n\tstxrb %w1, %w0, %2\n\tcbnz %w1, 1b"
                         : "=&r"(value), "=&r"(failed), "+Q"(*byte)::"memory");
    }
}

static struct {
    u64 low, high;
} pair __attribute__((aligned(16)));

static void pair_work(u64 cpu)
{
    (void)cpu;
    for (unsigned i = 0; i < ROUNDS; i++) {
        u64 low, high;
        u32 failed;
        __asm__ volatile("1: ldaxp %0, %1, %3\n\tadd %0, %0, #1\n\tsub %1, %1, #1\n\tstlxp %w2, %0, %1, %3\n\tcbnz %w2, 1b"
                         : "=&r"(low), "=&r"(high), "=&r"(failed), "+Q"(pair)::"memory");
    }
}

static void ldadd_work(u64 cpu)
{
    (void)cpu;
    for (unsigned i = 0; i < ROUNDS; i++) {
        u64 old;
        __asm__ volatile(".arch_extension lse\n\tldaddal %2, %0, %1" : "=r"(old), "+Q"(counter) : "r"(1ul) : "memory");
    }
}

static void cas_work(u64 cpu)
{
    (void)cpu;
    for (unsigned i = 0; i < ROUNDS; i++) {
        u64 want, old;
        do {
            want = old = counter;
            __asm__ volatile(".arch_extension lse\n\tcasal %0, %2, %1" : "+r"(old), "+Q"(counter) : "r"(want + 1) : "memory");
        } while (old != want);
    }
}

static void count(const char *label, void (*work)(u64), u64 each)
{
    counter = 0;
    bool done = everywhere(work);
    check(done && counter == each * workers, label);
}

void test_counters(void)
{
    count("spinlock", spinlock_work, ROUNDS);
    count("ticket lock", ticket_work, ROUNDS / 10);
    count("ldxr/stxr", exclusive_work, ROUNDS);

    everywhere(byte_exclusive_work);
    u32 want = 0;
    for (unsigned i = 0; i < workers; i++)
        want += (u32)(u8)ROUNDS << 8 * (i & 3);
    check_u64("ldxrb/stxrb on neighbouring bytes", shared_word, want);

    pair.low = 0;
    pair.high = 1ul << 32;
    everywhere(pair_work);
    check(pair.low == (u64)ROUNDS * workers && pair.high == (1ul << 32) - pair.low, "ldaxp/stlxp");

    if (FIELD(read_sysreg(id_aa64isar0_el1), 20, 4) >= 2) {
        count("ldaddal", ldadd_work, ROUNDS);
        count("casal", cas_work, ROUNDS);
    } else {
        printf("LSE: not implemented\n");
    }
}
