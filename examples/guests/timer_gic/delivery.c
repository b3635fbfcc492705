/* SGIs and SPIs one at a time: pending, enable, active, spurious, the end of interrupt in one and in two steps. */
#include "irqs.h"

static void software_generated(void)
{
    u32 all[16];
    for (u32 id = 0; id < 16; id++) {
        all[id] = id;
        gic_set_priority(id, 0x80);
        gic_enable(id);
        gic_send_sgi(id, 0);
    }
    log_start();
    take(16);
    expect_log("16 SGIs to oneself, lowest first", all, 16);
    gic_send_sgi(3, 0);
    gic_send_sgi(3, 0);
    take(1);
    EXPECT("an SGI sent twice while pending is taken once", 3);
}

static void shared_peripheral(void)
{
    spi_prepare(SPI_A, 0x80);
    gic_set_pending(SPI_A);
    check(gic_pending(SPI_A) && !gic_active(SPI_A), "SPI set pending");
    take(1);
    EXPECT("edge SPI", SPI_A);
    check(!gic_pending(SPI_A) && !gic_active(SPI_A), "SPI idle again");

    gic_set_pending(SPI_A);
    gic_clear_pending(SPI_A);
    take(0);
    EXPECT_NONE("cleared before it was taken");

    gic_disable(SPI_A);
    gic_set_pending(SPI_A);
    take(0);
    EXPECT_NONE("disabled SPI stays pending");
    check(gic_pending(SPI_A) && !gic_enabled(SPI_A), "and shows as pending");
    gic_enable(SPI_A);
    take(1);
    EXPECT("enabled later", SPI_A);

    gic_distributor_on(false);
    gic_set_pending(SPI_A);
    take(0);
    EXPECT_NONE("distributor off");
    gic_distributor_on(true);
    take(1);
    EXPECT("distributor on again", SPI_A);
}

static void by_hand(void)
{
    check_u64("acknowledge with nothing pending", gic_intid(gic_acknowledge()), IRQ_SPURIOUS);
    check_u64("highest pending with nothing pending", gic_intid(gic_highest_pending()), IRQ_SPURIOUS);
    check_u64("running priority when idle", gic_running_priority(), 0xff);
    gic_set_pending(SPI_A);
    check(wait_until(gic_intid(gic_highest_pending()) == SPI_A, 10000), "highest pending names the SPI");
    check((read_sysreg(isr_el1) & BIT(7)) != 0, "ISR_EL1.I while PSTATE.I masks it");
    u32 acknowledged = gic_acknowledge();
    check_u64("acknowledge", gic_intid(acknowledged), SPI_A);
    check(gic_active(SPI_A) && !gic_pending(SPI_A), "active, no longer pending");
    check_u64("running priority", gic_running_priority(), 0x80);
    check((read_sysreg(isr_el1) & BIT(7)) == 0, "ISR_EL1.I clear");
    gic_set_pending(SPI_A);
    check(gic_active(SPI_A) && gic_pending(SPI_A), "pending again while active");
    check_u64("an active interrupt is not signalled again", gic_intid(gic_acknowledge()), IRQ_SPURIOUS);
    gic_end(acknowledged);
    check_u64("running priority after the end", gic_running_priority(), 0xff);
    acknowledged = gic_acknowledge();
    check_u64("acknowledge of the second edge", gic_intid(acknowledged), SPI_A);
    gic_end(acknowledged);
    check(!gic_active(SPI_A), "inactive");
}

/* EOImode 1: the end drops the priority, deactivation is a second step. */
static void split_end(void)
{
    gic_split_end(true);
    gic_set_pending(SPI_A);
    wait_until(gic_intid(gic_highest_pending()) == SPI_A, 10000);
    u32 acknowledged = gic_acknowledge();
    gic_end(acknowledged);
    check_u64("EOImode 1: running priority dropped", gic_running_priority(), 0xff);
    check(gic_active(SPI_A), "EOImode 1: still active");
    gic_set_pending(SPI_A);
    check_u64("EOImode 1: not signalled while active", gic_intid(gic_acknowledge()), IRQ_SPURIOUS);
    gic_deactivate(acknowledged);
    check(!gic_active(SPI_A), "EOImode 1: deactivated");
    acknowledged = gic_acknowledge();
    check_u64("EOImode 1: signalled again", gic_intid(acknowledged), SPI_A);
    gic_end(acknowledged);
    gic_deactivate(acknowledged);
    gic_split_end(false);
}

void test_delivery(void)
{
    software_generated();
    shared_peripheral();
    by_hand();
    split_end();
}
