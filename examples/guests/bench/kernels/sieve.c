/* Eratosthenes over 1 MiB of bytes: strided byte stores, a counting loop. */
#include "../bench.h"

BENCH(sieve, 3);

enum { SIZE = 1 << 20 };
static u8 composite[SIZE];

static u64 sieve(u64 iterations)
{
    u64 sum = 0;
    for (u64 n = 0; n < iterations; n++) {
        for (u32 i = 0; i < SIZE; i++)
            composite[i] = 0;
        for (u32 i = 2; i * i < SIZE; i++)
            if (!composite[i])
                for (u32 j = i * i; j < SIZE; j += i)
                    composite[j] = 1;
        u32 count = 0;
        for (u32 i = 2; i < SIZE; i++)
            count += !composite[i];
        sum = sum * 3 + count;
    }
    return sum;
}
