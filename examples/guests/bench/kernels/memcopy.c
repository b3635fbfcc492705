/* Copies 64 KiB in 64-byte pieces, at every alignment of the source in turn. */
#include "../bench.h"

BENCH(memcopy, 1000);

enum { SIZE = 65536 };
struct piece {
    u64 words[8];
} __attribute__((packed, aligned(1)));
static u8 from[SIZE + 16], to[SIZE];

static __attribute__((noinline)) void copy(u8 *d, const u8 *s)
{
    for (u32 i = 0; i < SIZE; i += sizeof(struct piece))
        *(struct piece *)(d + i) = *(const struct piece *)(s + i);
}

static u64 memcopy(u64 iterations)
{
    u64 state = 3, sum = 0;
    for (u32 i = 0; i < sizeof from; i++)
        from[i] = (u8)(bench_random(&state) >> 50);
    for (u64 n = 0; n < iterations; n++) {
        copy(to, from + (n & 15));
        sum = sum * 31 + to[(n * 4099) % SIZE];
    }
    return sum;
}
