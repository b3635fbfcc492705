/* What leaves straight-line code: hypercalls, MMIO, system registers, exceptions, TLB maintenance, interrupts; ticks for each kind.
 * Command line: operations=N for all, percent=N of each default, ticks=0 to leave out what depends on time. */
#include "gic.h"
#include "guest.h"
#include "mmu.h"
#include "psci.h"
#include "timer.h"
#include "trap.h"

const char guest_name[] = "bench_traps";
const bool guest_wants_default_mmu = false;

extern const char bench_vectors[], vectors[], user_svc_loop[];
extern void fault_loop(u64 count, u64 page, u64 *descriptor, u64 valid);

static struct mmu_space space;
static u8 frame[4096] __attribute__((aligned(4096)));
#define PAGE 0x1000000000ul

static void hypercall(u64 count)
{
    while (count--)
        hvc(0xc4001234, 0, 0, 0);
}

static void mmio_user(u64 count)
{
    while (count--)
        mmio_read32(console_base + 0x18);
}

static void mmio_vgic(u64 count)
{
    while (count--)
        mmio_read32(gicd_base + GICD_TYPER);
}

static void mrs_id(u64 count)
{
    while (count--)
        read_sysreg(id_aa64pfr0_el1);
}

static void msr_el1(u64 count)
{
    while (count--)
        write_sysreg(contextidr_el1, count);
}

static void use_vectors(const char *table)
{
    write_sysreg(vbar_el1, (u64)table);
    isb();
}

static void svc_eret(u64 count)
{
    struct trap t;
    use_vectors(bench_vectors);
    try_el0(&t, user_svc_loop, count, 0, 0);
    use_vectors(vectors);
}

static void tlbi_reload(u64 count)
{
    mmu_map(&space, PAGE, (u64)frame, 4096, ATTR_KERNEL | PTE_PXN, 3);
    dsb();
    while (count--) {
        __asm__ volatile("tlbi vae1, %0\n\tdsb nsh\n\tisb" ::"r"(PAGE >> 12) : "memory");
        *(volatile u64 *)PAGE;
    }
}

static void page_fault(u64 count)
{
    u64 *descriptor = mmu_entry(&space, PAGE, 3);
    use_vectors(bench_vectors);
    fault_loop(count, PAGE, descriptor, mmu_leaf((u64)frame, ATTR_KERNEL | PTE_PXN, 3));
    use_vectors(vectors);
}

/* Acknowledge and end of a self-sent SGI, with the interrupt masked at the CPU. */
static void eoi(u64 count)
{
    gic_enable(1);
    while (count--) {
        gic_send_sgi(1, 0);
        u32 acknowledged;
        do
            acknowledged = gic_acknowledge();
        while (gic_intid(acknowledged) != 1);
        gic_end(acknowledged);
    }
}

static volatile u64 taken;

static void count_interrupt(struct trap_frame *frame)
{
    (void)frame;
    u32 acknowledged = gic_acknowledge();
    if (gic_intid(acknowledged) == IRQ_TIMER_VIRTUAL)
        timer_virtual_off();
    if (gic_intid(acknowledged) < 1020)
        gic_end(acknowledged);
    if (this_cpu()->index == 0 && gic_intid(acknowledged) < 1020)
        taken++;
}

static void interrupt_self(u64 count)
{
    taken = 0;
    gic_enable(2);
    irq_enable();
    for (u64 i = 1; i <= count; i++) {
        gic_send_sgi(2, 0);
        while (taken < i)
            __asm__ volatile("" ::: "memory");
    }
    irq_disable();
}

static void timer(u64 count)
{
    taken = 0;
    gic_enable(IRQ_TIMER_VIRTUAL);
    irq_enable();
    for (u64 i = 1; i <= count; i++) {
        timer_virtual_after(0);
        while (taken < i)
            __asm__ volatile("" ::: "memory");
    }
    irq_disable();
    gic_disable(IRQ_TIMER_VIRTUAL);
}

/* A sleep that a timer ends about a microsecond later. */
static void wfi_wake(u64 count)
{
    taken = 0;
    gic_enable(IRQ_TIMER_VIRTUAL);
    for (u64 i = 1; i <= count; i++) {
        timer_virtual_after(read_sysreg(cntfrq_el0) / 1000000);
        /* Masked, so that none is taken between the look at it and the sleep. */
        while (taken < i) {
            __asm__ volatile("wfi" ::: "memory");
            irq_enable();
            isb();
            irq_disable();
        }
    }
    gic_disable(IRQ_TIMER_VIRTUAL);
}

static volatile u64 answered, stop;

static void answer(struct trap_frame *frame)
{
    count_interrupt(frame);
    if (this_cpu()->index == 1)
        answered++;
}

static void partner(u64 argument)
{
    (void)argument;
    gic_cpu_init();
    gic_enable(3);
    irq_enable();
    answered = 0;
    sleep_until(stop);
}

/* To another CPU that sleeps in WFI, until it has taken it. */
static void ipi(u64 count)
{
    for (u64 i = 1; i <= count; i++) {
        gic_send_sgi(3, 1);
        while (answered < i)
            __asm__ volatile("yield");
    }
}

static const struct kernel {
    const char *name;
    u64 operations;
    void (*run)(u64);
    bool second_cpu;
} kernels[] = {
    {"hyp_call", 1000000, hypercall, false},    {"mmio_read_user", 1000000, mmio_user, false}, {"mmio_read_vgic", 1000000, mmio_vgic, false},
    {"mrs_id", 2000000, mrs_id, false},         {"msr_el1", 1000000, msr_el1, false},          {"svc_eret", 100000, svc_eret, false},
    {"tlbi", 1000000, tlbi_reload, false},      {"page_fault", 100000, page_fault, false},     {"eoi", 100000, eoi, false},
    {"irq_self", 50000, interrupt_self, false}, {"timer", 10000, timer, false},                {"wfi_wake", 5000, wfi_wake, false},
    {"ipi", 2000, ipi, true},
};

void guest_main(void)
{
    u64 operations = bootarg_u64("operations", 0), percent = bootarg_u64("percent", 100);
    bool timed = bootarg_u64("ticks", 1) != 0, two = cpu_count() > 1;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_enable(&space, NULL);
    gic_init();
    irq_hook = answer;
    if (two) {
        answered = ~0ul;
        cpu_start(1, partner, 0);
        while (answered != 0)
            __asm__ volatile("yield");
    }
    if (timed)
        printf("GICv%u, ticks per second %lu\n", gic_version, read_sysreg(cntfrq_el0));
    for (const struct kernel *k = kernels; k < kernels + ARRAY_LEN(kernels); k++) {
        if (k->second_cpu && !two)
            continue;
        u64 count = operations ? operations : (k->operations * percent + 99) / 100;
        u64 start = counter_virtual();
        k->run(count);
        u64 spent = counter_virtual() - start;
        if (timed)
            printf("trap %-14s operations %-7lu ticks %-9lu ns/operation %lu\n", k->name, count, spent,
                   spent * 1000000 / (read_sysreg(cntfrq_el0) / 1000) / count);
        else
            printf("trap %-14s operations %lu\n", k->name, count);
    }
    stop = 1;
    dsb();
    if (two)
        gic_send_sgi(3, 1);
}
