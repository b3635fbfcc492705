/* The virtual and physical EL1 timers: conditions, masks, and their PPIs. */
#include "irqs.h"

static void stop_timer(u32 irq)
{
    if (irq == IRQ_TIMER_VIRTUAL)
        write_sysreg(cntv_ctl_el0, read_sysreg(cntv_ctl_el0) | TIMER_IMASK);
    else
        write_sysreg(cntp_ctl_el0, read_sysreg(cntp_ctl_el0) | TIMER_IMASK);
    isb();
}

static void counters(void)
{
    u64 frequency = read_sysreg(cntfrq_el0), before = counter_virtual(), physical = counter_physical();
    check(frequency >= 1000000 && frequency <= 1000000000, "CNTFRQ_EL0 is between 1 MHz and 1 GHz");
    bool right = true;
    for (unsigned i = 0; i < 10000; i++) {
        u64 now = counter_virtual(), now_physical = counter_physical();
        right &= now >= before && now_physical >= physical;
        before = now;
        physical = now_physical;
    }
    check(right, "counters never go back");
    u64 start = counter_virtual();
    wait_until(false, 1000);
    check(counter_virtual() - start >= timer_ticks(1000) - 1, "the virtual counter moves");
}

/* The timer condition and the registers, without interrupts. */
static void conditions(void)
{
    u64 second = read_sysreg(cntfrq_el0);
    write_sysreg(cntv_ctl_el0, TIMER_ENABLE | TIMER_IMASK);
    write_sysreg(cntv_cval_el0, counter_virtual() + 100 * second);
    isb();
    check_u64("CNTV_CTL_EL0, deadline ahead", read_sysreg(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK);
    write_sysreg(cntv_cval_el0, counter_virtual() - 1);
    isb();
    check_u64("CNTV_CTL_EL0, deadline passed", read_sysreg(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS);
    write_sysreg(cntv_cval_el0, 0);
    isb();
    check_u64("CNTV_CTL_EL0, CVAL 0", read_sysreg(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS);
    write_sysreg(cntv_cval_el0, ~0ul);
    isb();
    check_u64("CNTV_CTL_EL0, CVAL all ones", read_sysreg(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK);

    /* TVAL is a signed 32-bit view of CVAL - count. */
    write_sysreg(cntv_tval_el0, 0xffffffff);
    isb();
    u64 cval = read_sysreg(cntv_cval_el0);
    check(cval < counter_virtual() && cval + second > counter_virtual(), "TVAL -1 puts CVAL just behind the count");
    check_u64("CNTV_CTL_EL0, TVAL -1", read_sysreg(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS);
    u64 before = counter_virtual();
    write_sysreg(cntp_tval_el0, 0x7fffffff);
    isb();
    cval = read_sysreg(cntp_cval_el0);
    u64 tval = read_sysreg(cntp_tval_el0);
    check(cval > before && tval <= 0x7fffffff && tval > 0x70000000, "TVAL reads as what is left of CVAL, in 32 bits");
    write_sysreg(cntv_tval_el0, 5);
    timer_virtual_off();
    check_u64("CNTV_CTL_EL0, disabled", read_sysreg(cntv_ctl_el0) & TIMER_ENABLE, 0);
}

static void interrupts(void)
{
    quieten = stop_timer;
    gic_enable(IRQ_TIMER_VIRTUAL);
    gic_enable(IRQ_TIMER_PHYSICAL);
    log_start();
    timer_virtual_after(timer_ticks(500));
    take(1);
    EXPECT("virtual timer interrupt", IRQ_TIMER_VIRTUAL);
    check_u64("CNTV_CTL_EL0 after it", read_sysreg(cntv_ctl_el0), TIMER_ENABLE | TIMER_IMASK | TIMER_ISTATUS);
    timer_physical_after(timer_ticks(500));
    take(1);
    EXPECT("physical timer interrupt", IRQ_TIMER_PHYSICAL);

    write_sysreg(cntv_cval_el0, counter_virtual());
    write_sysreg(cntv_ctl_el0, TIMER_ENABLE | TIMER_IMASK);
    take(0);
    EXPECT_NONE("IMASK holds the interrupt back");
    check(!gic_pending(IRQ_TIMER_VIRTUAL), "and the line low");
    write_sysreg(cntv_ctl_el0, TIMER_ENABLE);
    isb();
    take(1);
    EXPECT("unmasking lets it through", IRQ_TIMER_VIRTUAL);

    write_sysreg(cntv_ctl_el0, TIMER_ENABLE);
    isb();
    check(wait_until(gic_pending(IRQ_TIMER_VIRTUAL), 10000), "the line is level: pending while the condition holds");
    write_sysreg(cntv_cval_el0, ~0ul);
    isb();
    check(wait_until(!gic_pending(IRQ_TIMER_VIRTUAL), 10000), "and gone when the deadline moves ahead");
    take(0);
    EXPECT_NONE("a withdrawn level interrupt is not taken");
    timer_virtual_off();
    timer_physical_off();

    timer_virtual_after(timer_ticks(500));
    timer_physical_after(timer_ticks(1500));
    take(2);
    EXPECT("two deadlines in order", IRQ_TIMER_VIRTUAL, IRQ_TIMER_PHYSICAL);
    timer_virtual_off();
    timer_physical_off();
    quieten = NULL;
}

static u32 periods;
static void rearm(u32 irq)
{
    (void)irq;
    if (++periods < 20)
        write_sysreg(cntv_cval_el0, read_sysreg(cntv_cval_el0) + timer_ticks(200));
    else
        write_sysreg(cntv_ctl_el0, 0);
    isb();
}

static void periodic(void)
{
    quieten = rearm;
    periods = 0;
    u64 start = counter_virtual();
    timer_virtual_after(timer_ticks(200));
    take(20);
    bool timely = counter_virtual() - start >= 20 * (timer_ticks(200) - 1);
    quieten = NULL;
    check(log_count == 20 && periods == 20, "periodic timer: 20 interrupts");
    check(timely, "not before their time");
    log_start();
}

void test_timers(void)
{
    counters();
    conditions();
    interrupts();
    periodic();
}
