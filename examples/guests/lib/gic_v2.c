/* GICv2: memory-mapped CPU interface, CPUs addressed by a mask of eight (Arm IHI 0048). */
#include "gic.h"

#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_BPR 0x08
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define GICC_RPR 0x14
#define GICC_HPPIR 0x18
#define GICC_DIR 0x1000

#define CTLR_ENABLE 1u
#define CTLR_SPLIT (1u << 9)

/* Each CPU's own bit, which its view of GICD_ITARGETSR0 tells; a uniprocessor implementation may read as zero there. */
static u8 masks[MAX_CPUS];

static u64 block(u32 irq)
{
    (void)irq;
    return gicd_base;
}

static void distributor_init(void)
{
    mmio_write32(gicd_base + GICD_CTLR, 0);
    u32 words = (mmio_read32(gicd_base + GICD_TYPER) & 31) + 1;
    for (u32 i = 1; i < words; i++) {
        mmio_write32(gicd_base + GICD_ICENABLER + 4 * i, ~0u);
        mmio_write32(gicd_base + GICD_ICPENDR + 4 * i, ~0u);
    }
    for (u32 i = 8; i < words * 8; i++)
        mmio_write32(gicd_base + GICD_IPRIORITYR + 4 * i, 0xa0a0a0a0);
    mmio_write32(gicd_base + GICD_CTLR, CTLR_ENABLE);
}

static void cpu_init(void)
{
    mmio_write32(gicd_base + GICD_ICENABLER, ~0u);
    for (u32 i = 0; i < 8; i++)
        mmio_write32(gicd_base + GICD_IPRIORITYR + 4 * i, 0xa0a0a0a0);
    u8 mask = (u8)mmio_read32(gicd_base + GICD_ITARGETSR);
    masks[this_cpu()->index] = mask ? mask : 1;
    mmio_write32(gicc_base + GICC_BPR, 0);
    mmio_write32(gicc_base + GICC_PMR, 0xf8);
    mmio_write32(gicc_base + GICC_CTLR, CTLR_ENABLE);
}

/* A uniprocessor distributor has no target registers: they read as zero and interrupts go to the only CPU. */
static void route(u32 irq, unsigned cpu_index) { mmio_write8(gicd_base + GICD_ITARGETSR + irq, masks[cpu_index]); }

static u32 acknowledge(bool group0)
{
    (void)group0;
    return mmio_read32(gicc_base + GICC_IAR);
}

static void end(u32 acknowledged, bool group0)
{
    (void)group0;
    mmio_write32(gicc_base + GICC_EOIR, acknowledged);
}

static void deactivate(u32 acknowledged) { mmio_write32(gicc_base + GICC_DIR, acknowledged); }
static u32 highest_pending(void) { return mmio_read32(gicc_base + GICC_HPPIR); }
static u8 running_priority(void) { return (u8)mmio_read32(gicc_base + GICC_RPR); }
static void set_priority_mask(u8 mask) { mmio_write32(gicc_base + GICC_PMR, mask); }
static void split_end(bool split) { mmio_write32(gicc_base + GICC_CTLR, CTLR_ENABLE | (split ? CTLR_SPLIT : 0)); }
static void distributor_on(bool on) { mmio_write32(gicd_base + GICD_CTLR, on ? CTLR_ENABLE : 0); }

static void send_sgi(u32 id, unsigned cpu_index, bool others)
{
    dsb();
    mmio_write32(gicd_base + GICD_SGIR, (others ? 1u << 24 : (u32)masks[cpu_index] << 16) | id);
}

const struct gic_driver gic_v2 = {distributor_init, cpu_init,         route,     acknowledge,    end,      deactivate, highest_pending,
                                  running_priority, set_priority_mask, split_end, distributor_on, send_sgi, block};
