/* Sum and maximum of 64 Ki 32-bit numbers: widening integer SIMD reductions. */
#include "../bench.h"

BENCH(vsum, 250);

enum { N = 65536 };
static u32 values[N];

static __attribute__((noinline)) u64 total(void)
{
    u64 sum = 0;
    for (int i = 0; i < N; i++)
        sum += values[i];
    return sum;
}

static __attribute__((noinline)) u32 largest(void)
{
    u32 best = 0;
    for (int i = 0; i < N; i++)
        best = values[i] > best ? values[i] : best;
    return best;
}

static u64 vsum(u64 iterations)
{
    u64 state = 7, sum = 0;
    for (int i = 0; i < N; i++)
        values[i] = (u32)(bench_random(&state) >> 32);
    for (u64 n = 0; n < iterations; n++) {
        values[n % N] ^= (u32)n;
        BENCH_MEMORY();
        sum = sum * 3 + total() + largest();
    }
    return sum;
}
