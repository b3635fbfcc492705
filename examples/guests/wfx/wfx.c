/* Waiting: WFI ended by timers and by other CPUs' interrupts, WFE by events of every kind, PSCI CPU_SUSPEND. */
#include "gic.h"
#include "guest.h"
#include "psci.h"
#include "timer.h"
#include "trap.h"

const char guest_name[] = "wfx";

static volatile u32 taken;

static void handler(struct trap_frame *frame)
{
    (void)frame;
    u32 acknowledged = gic_acknowledge(), irq = gic_intid(acknowledged);
    if (irq == IRQ_TIMER_VIRTUAL)
        write_sysreg(cntv_ctl_el0, 0);
    if (irq == IRQ_TIMER_PHYSICAL)
        write_sysreg(cntp_ctl_el0, 0);
    isb();
    if (irq < 1020)
        gic_end(acknowledged);
    taken++;
}

/* Sleeps until `count` interrupts were taken. */
static void sleep_for(u32 count) { sleep_until(taken >= count); }

static void timer_wakes(void)
{
    taken = 0;
    irq_enable();
    u64 start = counter_virtual();
    timer_virtual_after(timer_ticks(20000));
    sleep_for(1);
    u64 slept = counter_virtual() - start;
    irq_disable();
    check(taken == 1 && slept >= timer_ticks(20000) - 1, "WFI sleeps until the virtual timer, and not less");

    taken = 0;
    irq_enable();
    timer_physical_after(timer_ticks(20000));
    sleep_for(1);
    irq_disable();
    check_u64("interrupts after the physical timer", taken, 1);

    /* Many short sleeps: a wake-up lost between the check and the wait would hang. */
    taken = 0;
    irq_enable();
    for (u32 i = 1; i <= 200; i++) {
        timer_virtual_after(timer_ticks(50));
        sleep_for(i);
    }
    irq_disable();
    check_u64("200 short sleeps", taken, 200);

    /* Masked at the CPU, enabled at the GIC: WFI returns, nothing is taken until the mask opens. */
    taken = 0;
    timer_virtual_after(timer_ticks(5000));
    while (!gic_pending(IRQ_TIMER_VIRTUAL))
        wfi();
    check_u64("taken while PSTATE.I is set", taken, 0);
    irq_enable();
    isb();
    wait_until(taken == 1, 100000);
    irq_disable();
    check_u64("taken once it is clear", taken, 1);
}

static void suspend(void)
{
    taken = 0;
    timer_virtual_after(timer_ticks(5000));
    s64 result = psci(PSCI_CPU_SUSPEND, 0, 0, 0);
    check_u64("PSCI CPU_SUSPEND to standby returns", (u64)result, PSCI_SUCCESS);
    irq_enable();
    isb();
    wait_until(taken == 1, 100000);
    irq_disable();
    check_u64("and its wake-up is taken after", taken, 1);
}

static void events(void)
{
    /* SEVL sets the local event register: the next WFE returns at once, whatever the implementation of the one after. */
    for (u32 i = 0; i < 1000; i++)
        __asm__ volatile("sevl\n\twfe");
    check(true, "SEVL then WFE, 1000 times");
    for (u32 i = 0; i < 1000; i++)
        __asm__ volatile("sev\n\twfe" ::: "memory");
    check(true, "SEV to oneself then WFE, 1000 times");

    /* The event stream: CNTKCTL_EL1.EVNTEN with bit EVNTI of the counter. Without another event, WFE ends at its next edge. */
    write_sysreg(cntkctl_el1, BIT(2) | 8ul << 4);
    isb();
    __asm__ volatile("sevl\n\twfe\n\twfe\n\twfe" ::: "memory");
    write_sysreg(cntkctl_el1, 0);
    check(true, "WFE ends by the event stream");

    /* An interrupt, taken or pending unmasked, ends WFE too. */
    taken = 0;
    irq_enable();
    timer_virtual_after(timer_ticks(5000));
    while (taken < 1)
        wfe();
    irq_disable();
    check_u64("WFE ends by an interrupt", taken, 1);
}

/* FEAT_WFxT: WFIT and WFET x0. */
static void wfit(u64 until)
{
    register u64 x0 __asm__("x0") = until;
    __asm__ volatile(".inst 0xd5031020" ::"r"(x0) : "memory");
}

static void wfet(u64 until)
{
    register u64 x0 __asm__("x0") = until;
    __asm__ volatile(".inst 0xd5031000" ::"r"(x0) : "memory");
}

/* Waits with a limit: they may end early, so each goes round until what it waits for is there. CPUs without them say the same. */
static void timeouts(void)
{
    if (FIELD(read_sysreg(id_aa64isar2_el1), 0, 4) < 2)
        return;
    for (u32 i = 0; i < 20; i++) {
        u64 until = counter_virtual() + timer_ticks(500);
        while (counter_virtual() < until)
            wfit(until);
        until = counter_virtual() + timer_ticks(500);
        while (counter_virtual() < until)
            wfet(until);
    }
    /* A time that has passed does not wait, nor does an event that is there. */
    wfit(0);
    __asm__ volatile("sevl");
    wfet(~0ul);
    /* An interrupt ends both, long before the time. */
    taken = 0;
    irq_enable();
    for (u32 i = 1; i <= 20; i++) {
        timer_virtual_after(timer_ticks(200));
        while (taken < i)
            i & 1 ? wfit(~0ul) : wfet(~0ul);
    }
    irq_disable();
    check_quiet(taken == 20, "interrupts that end WFIT and WFET");
}

static volatile u32 turn, stop;

static void partner(u64 argument)
{
    (void)argument;
    gic_cpu_init();
    gic_enable(1);
    irq_enable();
    for (u32 i = 0; i < 50; i++) {
        while (turn != 2 * i + 1)
            wfe();
        turn = 2 * i + 2;
        sev();
    }
    sleep_until(stop);
    irq_disable();
}

static void two_cpus(void)
{
    check_u64("CPU_ON", (u64)cpu_start(1, partner, 0), PSCI_SUCCESS);
    for (u32 i = 0; i < 50; i++) {
        turn = 2 * i + 1;
        sev();
        while (turn != 2 * i + 2)
            wfe();
    }
    check_u64("WFE and SEV back and forth", turn, 100);
    wait_until(false, 20000);
    stop = 1;
    dsb();
    gic_send_sgi(1, 1);
    check(wait_until(psci(PSCI_AFFINITY_INFO, cpus[1].mpidr, 0, 0) == 1, 1000000), "an SGI ends the other's WFI");
}

void guest_main(void)
{
    gic_init();
    irq_hook = handler;
    gic_enable(IRQ_TIMER_VIRTUAL);
    gic_enable(IRQ_TIMER_PHYSICAL);
    timer_wakes();
    suspend();
    events();
    timeouts();
    if (cpu_count() > 1)
        two_cpus();
}
