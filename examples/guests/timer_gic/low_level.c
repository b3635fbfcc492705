/* Where interrupts are taken: from EL0, from EL1t, with WFI; and GICv3's Group 0 as FIQ. */
#include "irqs.h"

static void wake(void)
{
    log_start();
    gic_enable(IRQ_TIMER_VIRTUAL);
    timer_virtual_after(timer_ticks(2000));
    wfi();
    check_u64("WFI with PSTATE.I set wakes without taking the interrupt", log_count, 0);
    check(wait_until(gic_pending(IRQ_TIMER_VIRTUAL), 300000), "and the timer is pending then");
    timer_virtual_off();
    /* A pending interrupt makes WFI return at once. */
    gic_set_pending(SPI_A);
    wfi();
    take(1);
    EXPECT("WFI with an interrupt pending", SPI_A);
}

static USER_TEXT void spin_forever(void)
{
    for (;;)
        __asm__ volatile("yield");
}

static bool left_el0;
static void leave_el0(struct trap_frame *frame)
{
    standard_handler(frame);
    left_el0 = frame->vector == VECTOR_EL0_IRQ && (frame->spsr & 0xf) == 0;
    frame->elr = (u64)user_exit;
}

static void from_el0(void)
{
    struct trap t;
    gic_set_priority(SPI_A, 0x80);
    log_start();
    irq_hook = leave_el0;
    gic_set_pending(SPI_A);
    this_cpu()->user_pstate = PROBE_NZCV;
    try_el0(&t, spin_forever, 0, 0, 0);
    this_cpu()->user_pstate = PROBE_NZCV | PSTATE_DAIF;
    check(left_el0 && log_count == 1, "IRQ from EL0 through vector 9");

    /* PSTATE.I holds it back at EL0 too; the SVC gets there first. */
    log_start();
    gic_set_pending(SPI_A);
    try_el0(&t, user_exit, 0, 0, 0);
    check(t.esr == 0x560000e0 && log_count == 0, "PSTATE.I masks at EL0");
    take(1);
    EXPECT("and it is taken at EL1", SPI_A);
}

static void from_el1t(void)
{
    gic_set_pending(SPI_A);
    /* SP_EL0 stands in as stack pointer for the few instructions that run on it. */
    __asm__ volatile("   mov x9, sp\n"
                     "   msr sp_el0, x9\n"
                     "   msr spsel, #0\n"
                     "   msr daifclr, #2\n"
                     "   isb\n"
                     "1: ldr w10, [%0]\n"
                     "   cbz w10, 1b\n"
                     "   msr daifset, #2\n"
                     "   msr spsel, #1\n" ::"r"(&log_count)
                     : "x9", "x10", "memory");
    check_u64("IRQ from EL1t: vector", log_vector, 1);
    EXPECT("IRQ from EL1t", SPI_A);
}

static u32 fiq_taken;
static u64 fiq_vector;
static void fiq_handler(struct trap_frame *frame)
{
    fiq_taken = gic_acknowledge_group0();
    fiq_vector = frame->vector;
    gic_end_group0(fiq_taken);
}

static void group0(void)
{
    if (gic_version != 3)
        return;
    fiq_hook = fiq_handler;
    gic_set_group0(SPI_B, true);
    gic_set_pending(SPI_B);
    take(0);
    EXPECT_NONE("Group 0 does not arrive as IRQ");
    check_u64("nothing while PSTATE.F masks it", fiq_taken, 0);
    check((read_sysreg(isr_el1) & BIT(6)) != 0, "ISR_EL1.F");
    __asm__ volatile("msr daifclr, #1\n\tisb" ::: "memory");
    wait_until(fiq_taken != 0, 10000);
    __asm__ volatile("msr daifset, #1" ::: "memory");
    check_u64("Group 0 arrives as FIQ", fiq_taken, SPI_B);
    check_u64("through vector", fiq_vector, 6);
    gic_set_group0(SPI_B, false);
    fiq_hook = NULL;
}

void test_low_level(void)
{
    wake();
    from_el0();
    from_el1t();
    group0();
}
