/* Shared by the groups of the mte guest: tagged memory, tags by instructions, and controls. */
#ifndef MTE_H
#define MTE_H

#include "guest.h"
#include "mmu.h"
#include "trap.h"

#define TAGGED_ATTR 6
#define ATTR_TAGGED (PTE_ATTR(TAGGED_ATTR) | PTE_SH_INNER | PTE_AF | PTE_AP_EL0 | PTE_PXN | PTE_UXN)
#define WINDOW 0x100000000000ul
#define WINDOW_SIZE 0x4000ul

/* SCTLR_EL1. */
enum { TCF_NONE, TCF_SYNC, TCF_ASYNC, TCF_ASYM };
#define SCTLR_TCF0(kind) ((u64)(kind) << 38)
#define SCTLR_TCF(kind) ((u64)(kind) << 40)
#define SCTLR_ATA0 BIT(42)
#define SCTLR_ATA BIT(43)
/* TCR_EL1. */
#define TCR_TBI0 BIT(37)
#define TCR_TBI1 BIT(38)
#define TCR_TCMA0 BIT(57)
#define TCR_TCMA1 BIT(58)

#define TCO BIT(25)

/* The system registers by number: assemblers differ in what they know. */
#define RGSR_EL1 S3_0_C1_C0_5
#define GCR_EL1 S3_0_C1_C0_6
#define TFSR_EL1 S3_0_C5_C6_0
#define TFSRE0_EL1 S3_0_C5_C6_1

static inline u64 with_tag(u64 address, u64 tag) { return (address & ~(15ul << 56)) | (tag & 15) << 56; }
static inline void set_tag(u64 address, u64 tag)
{
    __asm__ volatile("stg %0, [%1]" ::"r"(with_tag(0, tag)), "r"(address & ~15ul) : "memory");
}
static inline u64 get_tag(u64 address)
{
    u64 value = 0;
    __asm__ volatile("ldg %0, [%1]" : "+r"(value) : "r"(address) : "memory");
    return value >> 56 & 15;
}

/* Both exception levels check in this way; accesses to tags are on. */
void set_checks(unsigned kind);
/* Memory of the window by an address that is not checked. */
u8 *window_bytes(u64 address);
u64 next_random(void);
u64 hash_window(void);

void test_registers(void);
void test_forms(void);
void test_tag_access(void);
void test_controls(void);
void test_random(void);

#endif
