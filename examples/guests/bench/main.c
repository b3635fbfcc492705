/* Runs the linked-in kernels once each and prints name, iterations, checksum and CNTVCT_EL0 ticks.
 * Command line: iterations=N for all, percent=N of each default, ticks=0 to leave out
 * everything that depends on time. */
#include "bench.h"
#include "guest.h"

const char guest_name[] = "bench";

/* A debugger or loader may set these instead. */
volatile u64 bench_iterations;
volatile u64 bench_percent = 100;

static u64 ticks(void)
{
    isb();
    return read_sysreg(cntvct_el0);
}

void guest_main(void)
{
    u64 iterations = bootarg_u64("iterations", bench_iterations), percent = bootarg_u64("percent", bench_percent);
    bool timed = bootarg_u64("ticks", 1) != 0;
    if (timed)
        printf("ticks per second %lu\n", read_sysreg(cntfrq_el0));
    for (const struct bench *b = __start_bench_table; b < __stop_bench_table; b++) {
        u64 count = iterations ? iterations : (b->iterations * percent + 99) / 100;
        u64 start = ticks(), checksum = b->run(count), spent = ticks() - start;
        printf("bench %-10s iterations %-6lu checksum 0x%016lx", b->name, count, checksum);
        if (timed)
            printf(" ticks %lu", spent);
        printf("\n");
    }
}
