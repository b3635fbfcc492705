/* System register access, barriers, cache maintenance, raw MMIO. */
#ifndef SYSREG_H
#define SYSREG_H

#include "types.h"

#define read_sysreg(name)                                                                                                     \
    ({                                                                                                                         \
        u64 value_;                                                                                                            \
        __asm__ volatile("mrs %0, " #name : "=r"(value_)::"memory");                                                          \
        value_;                                                                                                                \
    })
#define write_sysreg(name, value) __asm__ volatile("msr " #name ", %0" ::"r"((u64)(value)) : "memory")

static inline void isb(void) { __asm__ volatile("isb" ::: "memory"); }
static inline void dsb(void) { __asm__ volatile("dsb sy" ::: "memory"); }
static inline void dmb(void) { __asm__ volatile("dmb ish" ::: "memory"); }
static inline void wfi(void) { __asm__ volatile("dsb sy\n\twfi" ::: "memory"); }
static inline void wfe(void) { __asm__ volatile("wfe" ::: "memory"); }
static inline void sev(void) { __asm__ volatile("dsb ish\n\tsev" ::: "memory"); }
static inline void irq_enable(void) { __asm__ volatile("msr daifclr, #2" ::: "memory"); }
static inline void irq_disable(void) { __asm__ volatile("msr daifset, #2" ::: "memory"); }

/* Sleeps, taking interrupts, until the condition holds; returns with IRQs open. They are masked between the test and WFI, so that one
 * that makes the condition true in between stays pending and ends the WFI: otherwise that wake-up would be lost. */
#define sleep_until(condition)                                                                                                \
    do {                                                                                                                       \
        for (;;) {                                                                                                             \
            irq_disable();                                                                                                     \
            if (condition)                                                                                                     \
                break;                                                                                                         \
            wfi();                                                                                                             \
            irq_enable();                                                                                                      \
            isb();                                                                                                             \
        }                                                                                                                      \
        irq_enable();                                                                                                          \
    } while (0)

/* Inline assembly keeps these to the load and store forms that a hypervisor can decode from a syndrome. */
static inline u32 mmio_read32(u64 address)
{
    u32 value;
    __asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
static inline void mmio_write32(u64 address, u32 value)
{
    __asm__ volatile("str %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}
static inline void mmio_write8(u64 address, u8 value)
{
    __asm__ volatile("strb %w0, [%1]" ::"r"(value), "r"(address) : "memory");
}
static inline u64 mmio_read64(u64 address)
{
    u64 value;
    __asm__ volatile("ldr %0, [%1]" : "=r"(value) : "r"(address) : "memory");
    return value;
}
static inline void mmio_write64(u64 address, u64 value)
{
    __asm__ volatile("str %0, [%1]" ::"r"(value), "r"(address) : "memory");
}

/* Cleans and invalidates to the point of coherency: for data that another CPU reads with its MMU still off. */
static inline void cache_clean(const void *start, size_t size)
{
    u64 line = 4ul << FIELD(read_sysreg(ctr_el0), 16, 4);
    for (u64 a = (u64)start & ~(line - 1); a < (u64)start + size; a += line)
        __asm__ volatile("dc civac, %0" ::"r"(a) : "memory");
    dsb();
}

/* Makes freshly written code visible to instruction fetch (Arm ARM B2.7.4.2: clean to PoU, invalidate to PoU, synchronise). */
static inline void cache_sync_code(const void *start, size_t size)
{
    u64 ctr = read_sysreg(ctr_el0), dline = 4ul << FIELD(ctr, 16, 4), iline = 4ul << FIELD(ctr, 0, 4);
    for (u64 a = (u64)start & ~(dline - 1); a < (u64)start + size; a += dline)
        __asm__ volatile("dc cvau, %0" ::"r"(a) : "memory");
    __asm__ volatile("dsb ish" ::: "memory");
    for (u64 a = (u64)start & ~(iline - 1); a < (u64)start + size; a += iline)
        __asm__ volatile("ic ivau, %0" ::"r"(a) : "memory");
    __asm__ volatile("dsb ish\n\tisb" ::: "memory");
}

#endif
