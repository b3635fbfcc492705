/* Interrupts between CPUs, and SPIs routed to another one. */
#include "irqs.h"

static volatile u32 remote_count[MAX_CPUS], remote_last[MAX_CPUS];
static volatile u32 remote_ready, remote_stop;

static void remote_handler(struct trap_frame *frame)
{
    (void)frame;
    u64 me = this_cpu()->index;
    u32 acknowledged = gic_acknowledge();
    remote_last[me] = acknowledged;
    if (gic_intid(acknowledged) < 1020)
        gic_end(acknowledged);
    dmb();
    remote_count[me]++;
}

static void remote_main(u64 argument)
{
    (void)argument;
    gic_cpu_init();
    for (u32 id = 0; id < 16; id++) {
        gic_set_priority(id, 0x80);
        gic_enable(id);
    }
    __atomic_fetch_add(&remote_ready, 1, __ATOMIC_SEQ_CST);
    sleep_until(remote_stop);
    irq_disable();
}

/* One handler serves all: which CPU decides what it does. */
static void any_handler(struct trap_frame *frame)
{
    if (this_cpu()->index == 0)
        standard_handler(frame);
    else
        remote_handler(frame);
}

static bool arrived(unsigned cpu, u32 count, u32 irq)
{
    return wait_until(remote_count[cpu] == count, 200000) && gic_intid(remote_last[cpu]) == irq;
}

void test_cpus(void)
{
    unsigned count = cpu_count();
    if (count < 2)
        return;
    log_start();
    irq_hook = any_handler;
    for (unsigned i = 1; i < count; i++)
        check_u64("CPU_ON", (u64)cpu_start(i, remote_main, 0), 0);
    check(wait_until(remote_ready == count - 1, 1000000), "all CPUs ready");

    bool right = true;
    for (unsigned i = 1; i < count; i++) {
        gic_send_sgi(i, i);
        right &= arrived(i, 1, i);
        if (gic_version == 2)
            right &= remote_last[i] >> 10 == 0;
    }
    check(right, "an SGI to each, from CPU 0");
    gic_send_sgi_others(9);
    right = true;
    for (unsigned i = 1; i < count; i++)
        right &= arrived(i, 2, 9);
    check(right, "an SGI to all others");
    take(0);
    check_u64("and not to oneself", log_count, 0);

    spi_prepare(SPI_A, 0x80);
    right = true;
    for (unsigned i = 1; i < count; i++) {
        gic_route(SPI_A, i);
        gic_set_pending(SPI_A);
        right &= arrived(i, 3, SPI_A);
    }
    check(right, "an SPI routed to each");
    gic_route(SPI_A, 0);
    gic_set_pending(SPI_A);
    take(1);
    check(log_count == 1 && gic_intid(log_taken[0]) == SPI_A, "and back to CPU 0");

    remote_stop = 1;
    dsb();
    gic_send_sgi_others(1);
    right = true;
    for (unsigned i = 1; i < count; i++)
        right &= arrived(i, 4, 1);
    check(right, "WFI ends on the last SGI");
}
