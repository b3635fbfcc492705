/* Square roots, divisions and conversions in a dependent chain: the slow scalar FP operations, each correctly rounded everywhere. */
#include "../bench.h"

BENCH(fpmix, 12);

static __attribute__((noinline)) double round_of(double x, u32 seed)
{
    for (u32 i = 1; i <= 50000; i++) {
        double d = (double)(i + seed);
        x = __builtin_sqrt(x + d) + d / (x + 1.0);
        x = x - (double)(int64_t)x + 1.0;
        float f = (float)x / 3.0f;
        x += (double)f;
    }
    return x;
}

static u64 fpmix(u64 iterations)
{
    double x = 1.5;
    for (u64 n = 0; n < iterations; n++)
        x = round_of(x, (u32)n);
    u64 bits;
    __builtin_memcpy(&bits, &x, sizeof bits);
    return bits;
}
