/* Primes below 2^20 by a 1 MiB sieve, three ways (bytes, bits, odd numbers only); counts and sums against known values. */
#include "guest.h"

const char guest_name[] = "sieve";

enum { LIMIT = 1 << 20 };
static u8 bytes[LIMIT];
static u64 bits[LIMIT / 64];

struct tally {
    u32 count, largest;
    u64 sum, hash;
};

static void add(struct tally *t, u32 prime)
{
    t->count++;
    t->largest = prime;
    t->sum += prime;
    t->hash = fnv_u32(t->hash, prime);
}

static struct tally by_bytes(void)
{
    struct tally t = {.hash = FNV_START};
    for (u32 i = 2; i < LIMIT; i++) {
        if (bytes[i])
            continue;
        add(&t, i);
        for (u64 j = (u64)i * i; j < LIMIT; j += i)
            bytes[j] = 1;
    }
    return t;
}

static struct tally by_bits(void)
{
    struct tally t = {.hash = FNV_START};
    for (u32 i = 2; i < LIMIT; i++) {
        if (bits[i / 64] >> i % 64 & 1)
            continue;
        add(&t, i);
        for (u64 j = (u64)i * i; j < LIMIT; j += i)
            bits[j / 64] |= 1ul << j % 64;
    }
    return t;
}

static struct tally by_odds(void)
{
    struct tally t = {.hash = FNV_START};
    memset(bytes, 0, sizeof bytes);
    add(&t, 2);
    for (u32 i = 1; 2 * i + 1 < LIMIT; i++) {
        if (bytes[i])
            continue;
        u32 prime = 2 * i + 1;
        add(&t, prime);
        for (u64 j = ((u64)prime * prime - 1) / 2; j < LIMIT / 2; j += prime)
            bytes[j] = 1;
    }
    return t;
}

static void report(const char *label, struct tally t)
{
    printf("%s: %u primes, largest %u, sum %lu, fnv 0x%016lx\n", label, t.count, t.largest, t.sum, t.hash);
    check(t.count == 82025 && t.largest == 1048573 && t.sum == 41162256126 && t.hash == 0xdb4ce57a3dd672f6, label);
}

void guest_main(void)
{
    report("bytes", by_bytes());
    report("bits", by_bits());
    report("odds", by_odds());
}
