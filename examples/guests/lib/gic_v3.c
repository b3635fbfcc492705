/* GICv3: system-register CPU interface, a redistributor for each CPU, affinity routing (Arm IHI 0069). One Security state. */
#include "gic.h"

/* Spelled out so that assemblers without the GICv3 names take them. */
#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_IAR0_EL1 s3_0_c12_c8_0
#define ICC_EOIR0_EL1 s3_0_c12_c8_1
#define ICC_BPR0_EL1 s3_0_c12_c8_3
#define ICC_DIR_EL1 s3_0_c12_c11_1
#define ICC_RPR_EL1 s3_0_c12_c11_3
#define ICC_SGI1R_EL1 s3_0_c12_c11_5
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define ICC_HPPIR1_EL1 s3_0_c12_c12_2
#define ICC_BPR1_EL1 s3_0_c12_c12_3
#define ICC_CTLR_EL1 s3_0_c12_c12_4
#define ICC_SRE_EL1 s3_0_c12_c12_5
#define ICC_IGRPEN0_EL1 s3_0_c12_c12_6
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7

#define GICD_CTLR_GROUPS (1u | 1u << 1)
#define GICD_CTLR_ARE (1u << 4)
#define GICD_CTLR_RWP (1u << 31)
#define GICD_IROUTER 0x6000
#define GICR_WAKER 0x14
#define GICR_WAKER_SLEEP (1u << 1)
#define GICR_WAKER_ASLEEP (1u << 2)
#define GICR_TYPER 0x08
#define GICR_TYPER_LAST BIT(4)
#define GICR_STRIDE 0x20000
#define GICR_SGI_FRAME 0x10000

static u64 redistributors[MAX_CPUS];

static u64 block(u32 irq) { return irq < 32 ? redistributors[this_cpu()->index] + GICR_SGI_FRAME : gicd_base; }

static void wait_for_writes(void)
{
    while (mmio_read32(gicd_base + GICD_CTLR) & GICD_CTLR_RWP)
        ;
}

static void distributor_init(void)
{
    mmio_write32(gicd_base + GICD_CTLR, 0);
    wait_for_writes();
    u32 words = (mmio_read32(gicd_base + GICD_TYPER) & 31) + 1;
    for (u32 i = 1; i < words; i++) {
        mmio_write32(gicd_base + GICD_ICENABLER + 4 * i, ~0u);
        mmio_write32(gicd_base + GICD_ICPENDR + 4 * i, ~0u);
        mmio_write32(gicd_base + GICD_IGROUPR + 4 * i, ~0u);
    }
    for (u32 i = 8; i < words * 8; i++)
        mmio_write32(gicd_base + GICD_IPRIORITYR + 4 * i, 0xa0a0a0a0);
    mmio_write32(gicd_base + GICD_CTLR, GICD_CTLR_ARE);
    mmio_write32(gicd_base + GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_GROUPS);
    wait_for_writes();
}

/* GICR_TYPER holds the affinity in its upper half, Aff3 to Aff0 in four bytes. */
static u64 find_redistributor(u64 mpidr)
{
    u64 affinity = (mpidr & 0xffffff) | (mpidr >> 32 & 0xff) << 24;
    for (u64 base = gicr_base;; base += GICR_STRIDE) {
        u64 typer = mmio_read64(base + GICR_TYPER);
        if (typer >> 32 == affinity)
            return base;
        if (typer & GICR_TYPER_LAST)
            return 0;
    }
}

static void cpu_init(void)
{
    u64 base = find_redistributor(this_cpu()->mpidr);
    redistributors[this_cpu()->index] = base;
    mmio_write32(base + GICR_WAKER, mmio_read32(base + GICR_WAKER) & ~GICR_WAKER_SLEEP);
    while (mmio_read32(base + GICR_WAKER) & GICR_WAKER_ASLEEP)
        ;
    base += GICR_SGI_FRAME;
    mmio_write32(base + GICD_ICENABLER, ~0u);
    mmio_write32(base + GICD_IGROUPR, ~0u);
    for (u32 i = 0; i < 8; i++)
        mmio_write32(base + GICD_IPRIORITYR + 4 * i, 0xa0a0a0a0);
    write_sysreg(ICC_SRE_EL1, read_sysreg(ICC_SRE_EL1) | 1);
    isb();
    write_sysreg(ICC_PMR_EL1, 0xf8);
    write_sysreg(ICC_BPR0_EL1, 0);
    write_sysreg(ICC_BPR1_EL1, 0);
    write_sysreg(ICC_CTLR_EL1, 0);
    write_sysreg(ICC_IGRPEN0_EL1, 1);
    write_sysreg(ICC_IGRPEN1_EL1, 1);
    isb();
}

static void route(u32 irq, unsigned cpu_index) { mmio_write64(gicd_base + GICD_IROUTER + 8 * irq, cpus[cpu_index].mpidr); }

static u32 acknowledge(bool group0)
{
    u32 value = (u32)(group0 ? read_sysreg(ICC_IAR0_EL1) : read_sysreg(ICC_IAR1_EL1));
    dsb();
    return value;
}

static void end(u32 acknowledged, bool group0)
{
    if (group0)
        write_sysreg(ICC_EOIR0_EL1, acknowledged);
    else
        write_sysreg(ICC_EOIR1_EL1, acknowledged);
    isb();
}

static void deactivate(u32 acknowledged)
{
    write_sysreg(ICC_DIR_EL1, acknowledged);
    isb();
}

static u32 highest_pending(void) { return (u32)read_sysreg(ICC_HPPIR1_EL1); }
static u8 running_priority(void) { return (u8)read_sysreg(ICC_RPR_EL1); }

static void set_priority_mask(u8 mask)
{
    write_sysreg(ICC_PMR_EL1, mask);
    isb();
}

static void split_end(bool split)
{
    write_sysreg(ICC_CTLR_EL1, split ? 2 : 0);
    isb();
}

static void distributor_on(bool on)
{
    mmio_write32(gicd_base + GICD_CTLR, GICD_CTLR_ARE | (on ? GICD_CTLR_GROUPS : 0));
    wait_for_writes();
}

static void send_sgi(u32 id, unsigned cpu_index, bool others)
{
    u64 mpidr = cpus[cpu_index].mpidr;
    u64 target = others ? BIT(40) : 1ul << (mpidr & 15) | FIELD(mpidr, 8, 8) << 16 | FIELD(mpidr, 16, 8) << 32 | FIELD(mpidr, 32, 8) << 48;
    dsb();
    write_sysreg(ICC_SGI1R_EL1, target | (u64)id << 24);
    isb();
}

const struct gic_driver gic_v3 = {distributor_init, cpu_init,         route,     acknowledge,    end,      deactivate, highest_pending,
                                  running_priority, set_priority_mask, split_end, distributor_on, send_sgi, block};
