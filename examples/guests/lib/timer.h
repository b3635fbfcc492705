/* The generic timer's EL1 virtual and physical timers. */
#ifndef TIMER_H
#define TIMER_H

#include "sysreg.h"

#define TIMER_ENABLE 1ul
#define TIMER_IMASK 2ul
#define TIMER_ISTATUS 4ul

static inline u64 counter_virtual(void)
{
    isb();
    return read_sysreg(cntvct_el0);
}
static inline u64 counter_physical(void)
{
    isb();
    return read_sysreg(cntpct_el0);
}

/* Microseconds in counter ticks, at least one. */
static inline u64 timer_ticks(u64 microseconds) { return read_sysreg(cntfrq_el0) * microseconds / 1000000 + 1; }

static inline void timer_virtual_after(u64 ticks)
{
    write_sysreg(cntv_cval_el0, counter_virtual() + ticks);
    write_sysreg(cntv_ctl_el0, TIMER_ENABLE);
    isb();
}
static inline void timer_physical_after(u64 ticks)
{
    write_sysreg(cntp_cval_el0, counter_physical() + ticks);
    write_sysreg(cntp_ctl_el0, TIMER_ENABLE);
    isb();
}
static inline void timer_virtual_off(void)
{
    write_sysreg(cntv_ctl_el0, 0);
    isb();
}
static inline void timer_physical_off(void)
{
    write_sysreg(cntp_ctl_el0, 0);
    isb();
}

/* Waits by polling; false when more than `microseconds` pass before the condition holds. */
#define wait_until(condition, microseconds)                                                                                   \
    ({                                                                                                                         \
        u64 end_ = counter_virtual() + timer_ticks(microseconds);                                                              \
        bool done_;                                                                                                            \
        while (!(done_ = (condition)) && counter_virtual() < end_)                                                             \
            __asm__ volatile("yield");                                                                                         \
        done_;                                                                                                                 \
    })

#endif
