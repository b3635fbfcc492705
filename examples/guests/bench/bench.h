/* The compute kernels' contract: portable C with no library and no clock, so that the same file runs as a guest and natively (native.c).
 * A kernel does `iterations` equal pieces of work and returns a checksum that depends on all of them; floating point uses no
 * expression that a fused multiply-add would round differently, so every machine gives the same checksum. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;

struct bench {
    const char *name;
    u64 iterations;              /* by default: some 10 to 30 million A64 instructions */
    u64 (*run)(u64 iterations);
};

/* The linker gathers the rows of all kernels that are linked in. */
extern const struct bench __start_bench_table[], __stop_bench_table[];

/* The explicit alignment keeps the compiler from padding the rows, which would leave holes in the table. */
#define BENCH(kernel, count)                                                                                                   \
    static u64 kernel(u64 iterations);                                                                                         \
    static const struct bench row_##kernel __attribute__((section("bench_table"), used, aligned(8))) = {#kernel, count, kernel}

/* xorshift64*: a full-period generator, good enough to fill arrays. */
static inline u64 bench_random(u64 *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dul;
}

/* Keeps a value from being computed at compile time or a store from being dropped. */
#define BENCH_OPAQUE(value) __asm__ volatile("" : "+r"(value))
#define BENCH_MEMORY() __asm__ volatile("" ::: "memory")

#endif
