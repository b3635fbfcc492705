/* The log of taken interrupts. */
#include "irqs.h"

volatile u32 log_count;
u32 log_taken[LOG_SIZE];
u64 log_vector;
void (*quieten)(u32 irq);

void log_start(void)
{
    log_count = 0;
    irq_hook = standard_handler;
}

void standard_handler(struct trap_frame *frame)
{
    u32 acknowledged = gic_acknowledge();
    log_vector = frame->vector;
    if (log_count < LOG_SIZE)
        log_taken[log_count] = acknowledged;
    log_count++;
    if (gic_intid(acknowledged) >= 1020)
        return;
    if (quieten)
        quieten(gic_intid(acknowledged));
    gic_end(acknowledged);
}

void take(u32 count)
{
    irq_enable();
    isb();
    wait_until(log_count >= count, 200000);
    wait_until(false, 100);
    irq_disable();
}

bool expect_log(const char *label, const u32 *irqs, u32 count)
{
    bool right = log_count == count;
    for (u32 i = 0; i < count && i < log_count; i++)
        right &= gic_intid(log_taken[i]) == irqs[i];
    if (!right) {
        printf("     taken %u:", log_count);
        for (u32 i = 0; i < log_count && i < LOG_SIZE; i++)
            printf(" 0x%x", log_taken[i]);
        printf(", want %u\n", count);
    }
    log_start();
    return check(right, label);
}

void spi_prepare(u32 irq, u8 priority)
{
    gic_disable(irq);
    gic_set_edge(irq, true);
    gic_clear_pending(irq);
    gic_set_priority(irq, priority);
    gic_route(irq, 0);
    gic_enable(irq);
}
