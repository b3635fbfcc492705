/* y += a * x over 16 Ki floats: streaming SIMD loads, multiply-adds, stores. Whole numbers below 2^24 stay exact. */
#include "../bench.h"

BENCH(saxpy, 800);

enum { N = 16384 };
static float x[N], y[N];

static __attribute__((noinline)) void step(float a)
{
    for (int i = 0; i < N; i++)
        y[i] += a * x[i];
}

static u64 saxpy(u64 iterations)
{
    u64 state = 99, sum = 0;
    for (int i = 0; i < N; i++) {
        x[i] = (float)(bench_random(&state) >> 60);
        y[i] = 0;
    }
    for (u64 n = 0; n < iterations; n++)
        step(n & 1 ? -1.0f : 2.0f);
    for (int i = 0; i < N; i++)
        sum = sum * 31 + (u64)(int64_t)y[i];
    return sum;
}
