/* GIC detection and what the two versions share: the register layout of the distributor. */
#include "gic.h"
#include "fdt.h"
#include "guest.h"

unsigned gic_version;
u64 gicd_base, gicc_base, gicr_base;
static const struct gic_driver *driver;

static void set_bit(u32 irq, u32 registers)
{
    mmio_write32(driver->block(irq) + registers + irq / 32 * 4, 1u << irq % 32);
}

static bool get_bit(u32 irq, u32 registers) { return mmio_read32(driver->block(irq) + registers + irq / 32 * 4) >> irq % 32 & 1; }

void gic_init(void)
{
    struct fdt_node node;
    if (fdt_nth(guest_dtb, "compatible", "arm,gic-v3", 0, &node)) {
        gic_version = 3;
        driver = &gic_v3;
        gicr_base = fdt_reg_address(&node, 1);
    } else if (fdt_nth(guest_dtb, "compatible", "arm,cortex-a15-gic", 0, &node) || fdt_nth(guest_dtb, "compatible", "arm,gic-400", 0, &node)) {
        gic_version = 2;
        driver = &gic_v2;
        gicc_base = fdt_reg_address(&node, 1);
    } else {
        printf("FAIL %s: no interrupt controller in the device tree\n", guest_name);
        power_off();
    }
    gicd_base = fdt_reg_address(&node, 0);
    driver->distributor_init();
    gic_cpu_init();
}

void gic_cpu_init(void) { driver->cpu_init(); }
void gic_enable(u32 irq) { set_bit(irq, GICD_ISENABLER); }
void gic_disable(u32 irq) { set_bit(irq, GICD_ICENABLER); }
bool gic_enabled(u32 irq) { return get_bit(irq, GICD_ISENABLER); }
void gic_set_pending(u32 irq) { set_bit(irq, GICD_ISPENDR); }
void gic_clear_pending(u32 irq) { set_bit(irq, GICD_ICPENDR); }
bool gic_pending(u32 irq) { return get_bit(irq, GICD_ISPENDR); }
void gic_clear_active(u32 irq) { set_bit(irq, GICD_ICACTIVER); }
bool gic_active(u32 irq) { return get_bit(irq, GICD_ISACTIVER); }

void gic_set_priority(u32 irq, u8 priority) { mmio_write8(driver->block(irq) + GICD_IPRIORITYR + irq, priority); }

u8 gic_priority(u32 irq)
{
    return (u8)(mmio_read32(driver->block(irq) + GICD_IPRIORITYR + (irq & ~3u)) >> (irq & 3) * 8);
}

void gic_set_edge(u32 irq, bool edge)
{
    u64 address = driver->block(irq) + GICD_ICFGR + irq / 16 * 4;
    u32 bit = 2u << irq % 16 * 2, value = mmio_read32(address);
    mmio_write32(address, edge ? value | bit : value & ~bit);
}

void gic_set_group0(u32 irq, bool group0)
{
    u64 address = driver->block(irq) + GICD_IGROUPR + irq / 32 * 4;
    u32 bit = 1u << irq % 32, value = mmio_read32(address);
    mmio_write32(address, group0 ? value & ~bit : value | bit);
}

void gic_route(u32 irq, unsigned cpu_index) { driver->route(irq, cpu_index); }
u32 gic_acknowledge(void) { return driver->acknowledge(false); }
u32 gic_acknowledge_group0(void) { return driver->acknowledge(true); }
void gic_end(u32 acknowledged) { driver->end(acknowledged, false); }
void gic_end_group0(u32 acknowledged) { driver->end(acknowledged, true); }
void gic_deactivate(u32 acknowledged) { driver->deactivate(acknowledged); }
u32 gic_highest_pending(void) { return driver->highest_pending(); }
u8 gic_running_priority(void) { return driver->running_priority(); }
void gic_set_priority_mask(u8 mask) { driver->set_priority_mask(mask); }
void gic_split_end(bool split) { driver->split_end(split); }
void gic_distributor_on(bool on) { driver->distributor_on(on); }
void gic_send_sgi(u32 id, unsigned cpu_index) { driver->send_sgi(id, cpu_index, false); }
void gic_send_sgi_others(u32 id) { driver->send_sgi(id, 0, true); }
