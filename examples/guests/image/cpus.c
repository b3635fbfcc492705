/* Every CPU up through PSCI, each with its own timer ticking, all answering inter-processor interrupts. */
#include "image.h"

enum { TICKS = 10, IPI_WORK = 1, IPI_STOP = 2 };

static volatile u32 ready, ticks[MAX_CPUS], calls[MAX_CPUS], stopped[MAX_CPUS];

static void handler(struct trap_frame *frame)
{
    (void)frame;
    u64 me = this_cpu()->index;
    u32 acknowledged = gic_acknowledge(), irq = gic_intid(acknowledged);
    if (irq == IRQ_TIMER_VIRTUAL) {
        if (++ticks[me] < TICKS)
            timer_virtual_after(timer_ticks(1000));
        else
            timer_virtual_off();
    } else if (irq == IPI_WORK) {
        calls[me]++;
    } else if (irq == IPI_STOP) {
        stopped[me] = 1;
    }
    if (irq < 1020)
        gic_end(acknowledged);
}

static void prepare(void)
{
    gic_enable(IPI_WORK);
    gic_enable(IPI_STOP);
    gic_enable(IRQ_TIMER_VIRTUAL);
    timer_virtual_after(timer_ticks(1000));
}

static void secondary(u64 index)
{
    gic_cpu_init();
    prepare();
    __atomic_fetch_add(&ready, 1, __ATOMIC_SEQ_CST);
    sleep_until(stopped[index]);
    irq_disable();
}

void test_cpus(void)
{
    unsigned count = cpu_count();
    bool right = true;
    irq_hook = handler;
    for (unsigned i = 1; i < count; i++)
        right &= cpu_start(i, secondary, i) == PSCI_SUCCESS;
    check(right && wait_until(ready == count - 1, 5000000), "cpus: all started");
    prepare();
    irq_enable();
    right = true;
    for (unsigned i = 0; i < count; i++)
        right &= wait_until(ticks[i] == TICKS, 5000000);
    check(right, "cpus: ten timer ticks on each");
    for (unsigned round = 1; round <= 5; round++) {
        for (unsigned i = 0; i < count; i++)
            gic_send_sgi(IPI_WORK, i);
        for (unsigned i = 0; i < count; i++)
            right &= wait_until(calls[i] == round, 5000000);
    }
    check(right, "cpus: five inter-processor calls to each");
    if (count > 1)
        gic_send_sgi_others(IPI_STOP);
    for (unsigned i = 1; i < count; i++)
        right &= wait_until(psci(PSCI_AFFINITY_INFO, cpus[i].mpidr, 0, 0) == 1, 5000000);
    check(right, "cpus: all off again");
    irq_disable();
    irq_hook = NULL;
}
