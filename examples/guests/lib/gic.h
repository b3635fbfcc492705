/* The interrupt controller, GICv2 or GICv3, whichever the device tree describes. Interrupts are Group 1 on v3 and Group 0 on v2 without
 * FIQEn: both arrive as IRQ. */
#ifndef GIC_H
#define GIC_H

#include "cpu.h"

/* INTIDs of the virt board. */
enum { IRQ_TIMER_VIRTUAL = 27, IRQ_TIMER_PHYSICAL = 30, IRQ_UART = 33, IRQ_RTC = 34, IRQ_SPURIOUS = 1023 };

/* 2 or 3, 0 before gic_init. */
extern unsigned gic_version;

/* Distributor and this CPU's interface: everything off, priority 0xa0, mask open. Powers off with FAIL when the tree has no GIC. */
void gic_init(void);
/* The interface of another CPU, run there. */
void gic_cpu_init(void);

void gic_enable(u32 irq);
void gic_disable(u32 irq);
bool gic_enabled(u32 irq);
/* Priorities in steps of 8: a virtual interface has five bits. */
void gic_set_priority(u32 irq, u8 priority);
u8 gic_priority(u32 irq);
void gic_set_edge(u32 irq, bool edge);
void gic_set_pending(u32 irq);
void gic_clear_pending(u32 irq);
bool gic_pending(u32 irq);
void gic_clear_active(u32 irq);
bool gic_active(u32 irq);
/* Routes an SPI to one CPU. */
void gic_route(u32 irq, unsigned cpu_index);
/* GICv3: Group 0 (which arrives as FIQ) or Group 1. */
void gic_set_group0(u32 irq, bool group0);

/* The acknowledge value; INTID in bits 9:0 (v2 keeps the source CPU of an SGI above). */
u32 gic_acknowledge(void);
u32 gic_acknowledge_group0(void);
void gic_end(u32 acknowledged);
void gic_end_group0(u32 acknowledged);
void gic_deactivate(u32 acknowledged);
u32 gic_highest_pending(void);
u8 gic_running_priority(void);
void gic_set_priority_mask(u8 mask);
/* true: gic_end only drops the priority, gic_deactivate ends the interrupt. */
void gic_split_end(bool split);
void gic_distributor_on(bool on);

void gic_send_sgi(u32 id, unsigned cpu_index);
void gic_send_sgi_others(u32 id);

static inline u32 gic_intid(u32 acknowledged) { return acknowledged & 0x3ff; }

/* Shared by the two drivers. */
struct gic_driver {
    void (*distributor_init)(void);
    void (*cpu_init)(void);
    void (*route)(u32 irq, unsigned cpu_index);
    u32 (*acknowledge)(bool group0);
    void (*end)(u32 acknowledged, bool group0);
    void (*deactivate)(u32 acknowledged);
    u32 (*highest_pending)(void);
    u8 (*running_priority)(void);
    void (*set_priority_mask)(u8 mask);
    void (*split_end)(bool split);
    void (*distributor_on)(bool on);
    void (*send_sgi)(u32 id, unsigned cpu_index, bool others);
    /* Register block of an interrupt: the distributor, or on v3 this CPU's redistributor for INTIDs below 32. */
    u64 (*block)(u32 irq);
};
extern const struct gic_driver gic_v2, gic_v3;
extern u64 gicd_base, gicc_base, gicr_base;

/* Distributor registers that both versions share (the redistributor's SGI frame has them at the same offsets). */
#define GICD_CTLR 0x000
#define GICD_TYPER 0x004
#define GICD_IGROUPR 0x080
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ISPENDR 0x200
#define GICD_ICPENDR 0x280
#define GICD_ISACTIVER 0x300
#define GICD_ICACTIVER 0x380
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR 0x800
#define GICD_ICFGR 0xc00
#define GICD_SGIR 0xf00

#endif
