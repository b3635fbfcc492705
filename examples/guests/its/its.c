/* LPIs through an interrupt translation service: mapping, priorities, configuration, moving, unmapping. Two CPUs; the second one stays
 * off, which its redistributor does not mind. */
#include "its.h"
#include "timer.h"
#include "trap.h"

const char guest_name[] = "its";

enum { DEVICE = 3, HERE = 0, THERE = 5 };
static volatile u32 taken;

/* 1023 when nothing is pending; an LPI's number has more bits than an SPI's. */
static u32 take(void)
{
    u32 intid = gic_acknowledge() & 0xffffff;
    if (intid != IRQ_SPURIOUS)
        gic_end(intid);
    return intid;
}

static void handler(struct trap_frame *frame)
{
    (void)frame;
    taken = take();
}

static void identification(void)
{
    check_u64("architecture version", mmio_read32(its_base + 0xffe8) >> 4 & 15, 3);
    check_u64("physical LPIs", mmio_read64(its_base + 8) & 1, 1);
    check_u64("the distributor has LPIs", mmio_read32(gicd_base + GICD_TYPER) >> 17 & 1, 1);
    check_u64("the redistributor has LPIs", mmio_read64(gicr_base + 8) & 1, 1);
    check_u64("enabled", mmio_read32(its_base) & 1, 1);
    check_u64("LPIs enabled", mmio_read32(gicr_base) & 1, 1);
}

static void mapping(void)
{
    its_raise(DEVICE, 0);
    check_u64("nothing is mapped", take(), IRQ_SPURIOUS);
    its_map_device(DEVICE, 4);
    its_map_collection(HERE, 0);
    its_map_collection(THERE, 1);
    its_configure(FIRST_LPI + 1, 0xa0, true);
    its_configure(FIRST_LPI + 2, 0x80, true);
    its_map_event(DEVICE, 1, FIRST_LPI + 1, HERE);
    its_map_event(DEVICE, 2, FIRST_LPI + 2, HERE);
    its_invalidate_all(HERE);
    check(its_idle(), "the queue is empty");
    its_raise(DEVICE, 1);
    check_u64("an event", take(), FIRST_LPI + 1);
    check_u64("once", take(), IRQ_SPURIOUS);
    its_raise(DEVICE, 1);
    its_raise(DEVICE, 2);
    check_u64("the more urgent first", take(), FIRST_LPI + 2);
    check_u64("then the other", take(), FIRST_LPI + 1);
    irq_hook = handler;
    its_raise(DEVICE, 2);
    sleep_until(taken);
    irq_disable();
    check_u64("as an exception", taken, FIRST_LPI + 2);
}

static void configuration(void)
{
    its_configure(FIRST_LPI + 1, 0xa0, false);
    its_invalidate(DEVICE, 1);
    its_raise(DEVICE, 1);
    check_u64("disabled", take(), IRQ_SPURIOUS);
    its_configure(FIRST_LPI + 1, 0xa0, true);
    its_invalidate(DEVICE, 1);
    check_u64("enabled while pending", take(), FIRST_LPI + 1);
    its_raise(DEVICE, 1);
    its_clear(DEVICE, 1);
    check_u64("cleared", take(), IRQ_SPURIOUS);
    gic_set_priority_mask(0x90);
    its_raise(DEVICE, 1);
    check_u64("masked by priority", take(), IRQ_SPURIOUS);
    its_raise(DEVICE, 2);
    check_u64("not masked", take(), FIRST_LPI + 2);
    gic_set_priority_mask(0xf8);
    check_u64("unmasked", take(), FIRST_LPI + 1);
}

static void moving(void)
{
    its_raise(DEVICE, 1);
    its_move_event(DEVICE, 1, THERE);
    check_u64("moved away", take(), IRQ_SPURIOUS);
    its_move_all(1, 0);
    check_u64("moved back with all others", take(), FIRST_LPI + 1);
    its_move_event(DEVICE, 1, HERE);
    its_raise(DEVICE, 1);
    check_u64("its collection is here again", take(), FIRST_LPI + 1);
}

static void ending(void)
{
    its_discard(DEVICE, 1);
    its_raise(DEVICE, 1);
    check_u64("discarded", take(), IRQ_SPURIOUS);
    its_map_event(DEVICE, 1, FIRST_LPI + 2, HERE);
    its_raise(DEVICE, 1);
    check_u64("mapped to another", take(), FIRST_LPI + 2);
    its_map_device(1, 14);
    its_configure(FIRST_LPI + 5, 0xa0, true);
    its_map_event_identity(1, FIRST_LPI + 5, HERE);
    its_invalidate(1, FIRST_LPI + 5);
    its_raise(1, FIRST_LPI + 5);
    check_u64("an event that is its LPI", take(), FIRST_LPI + 5);
    its_unmap_device(DEVICE);
    its_raise(DEVICE, 2);
    check_u64("the device is unmapped", take(), IRQ_SPURIOUS);
}

void guest_main(void)
{
    gic_init();
    if (!check(its_init(2), "an ITS in the device tree"))
        return;
    identification();
    mapping();
    configuration();
    moving();
    ending();
    check(its_idle(), "the queue is empty at the end");
}
