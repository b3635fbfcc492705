/* The same kernels as a program of the build machine: prints the guest's lines, with nanoseconds for ticks. For the checksums and for
 * the native time that an emulator's speed is a ratio to.
 *   cc -O3 -fno-math-errno -fno-tree-loop-distribute-patterns -o native native.c kernels/*.c && ./native [percent] */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

static u64 nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (u64)now.tv_sec * 1000000000u + (u64)now.tv_nsec;
}

int main(int argc, char **argv)
{
    u64 percent = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
    for (const struct bench *b = __start_bench_table; b < __stop_bench_table; b++) {
        u64 count = (b->iterations * percent + 99) / 100;
        u64 start = nanoseconds(), checksum = b->run(count), spent = nanoseconds() - start;
        printf("bench %-10s iterations %-6llu checksum 0x%016llx ns %llu\n", b->name, (unsigned long long)count,
               (unsigned long long)checksum, (unsigned long long)spent);
    }
    return 0;
}
