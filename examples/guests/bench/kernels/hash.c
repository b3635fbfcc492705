/* A multiply-and-shift hash in registers only: the straight integer loop at which translators do best. */
#include "../bench.h"

BENCH(hash, 30);

static u64 hash(u64 iterations)
{
    u64 h = 0x243f6a8885a308d3u;
    for (u64 n = 0; n < iterations; n++)
        for (u64 i = 0; i < 100000; i++) {
            h ^= i + n;
            h *= 0x9fb21c651e98df25u;
            h ^= h >> 32;
        }
    return h;
}
