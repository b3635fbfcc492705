/* CRC-32 by table over 64 KiB: byte loads, a dependent table load, shifts. */
#include "../bench.h"

BENCH(crc32, 40);

static u32 table[256];
static u8 data[65536];

static void prepare(void)
{
    for (u32 i = 0; i < 256; i++) {
        u32 c = i;
        for (int k = 0; k < 8; k++)
            c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
    u64 state = 88172645463325252u;
    for (u32 i = 0; i < sizeof data; i++)
        data[i] = (u8)(bench_random(&state) >> 56);
}

static u64 crc32(u64 iterations)
{
    prepare();
    u32 crc = 0;
    for (u64 n = 0; n < iterations; n++) {
        crc = ~crc;
        for (u32 i = 0; i < sizeof data; i++)
            crc = table[(crc ^ data[i]) & 0xff] ^ (crc >> 8);
        crc = ~crc;
    }
    return crc;
}
