/* The PL031 real-time clock: counts seconds, can be set, and raises its interrupt on a match. */
#include "gic.h"
#include "guest.h"
#include "timer.h"
#include "trap.h"

const char guest_name[] = "rtc";

#define RTC 0x09010000ul
enum { DR = 0x00, MR = 0x04, LR = 0x08, CR = 0x0c, IMSC = 0x10, RIS = 0x14, MIS = 0x18, ICR = 0x1c };

static volatile u32 taken;

static void handler(struct trap_frame *frame)
{
    (void)frame;
    u32 acknowledged = gic_acknowledge();
    mmio_write32(RTC + ICR, 1);
    gic_end(acknowledged);
    taken = gic_intid(acknowledged);
}

static void identification(void)
{
    u64 id = 0;
    for (u32 i = 0; i < 8; i++)
        id |= (u64)(mmio_read32(RTC + 0xfe0 + 4 * i) & 0xff) << 8 * i;
    /* All but the revision, bits 23:20. */
    check_u64("identification registers", id & ~0xf00000ul, 0xb105f00d00041031);
    check_u64("always enabled", mmio_read32(RTC + CR) & 1, 1);
}

static void alarm(void)
{
    irq_hook = handler;
    gic_init();
    gic_set_edge(IRQ_RTC, false);
    gic_route(IRQ_RTC, 0);
    gic_enable(IRQ_RTC);
    mmio_write32(RTC + LR, 1000);
    u32 now = mmio_read32(RTC + DR);
    check(now >= 1000 && now <= 1001, "set to 1000 seconds");
    mmio_write32(RTC + ICR, 1);
    mmio_write32(RTC + MR, now + 2);
    mmio_write32(RTC + IMSC, 1);
    sleep_until(taken);
    irq_disable();
    check_u64("interrupt on a match", taken, IRQ_RTC);
    u32 then = mmio_read32(RTC + DR);
    check(then >= now + 2 && then <= now + 4, "two seconds later");
    check_u64("raw status after clearing", mmio_read32(RTC + RIS), 0);
    mmio_write32(RTC + IMSC, 0);
}

void guest_main(void)
{
    check(mmio_read32(RTC + DR) > 1000000000, "starts after 2001");
    identification();
    alarm();
}
