/* Stage-1 translation: tables for any granule (VMSAv8-64, Arm ARM D8), the registers, and TLB maintenance. */
#ifndef MMU_H
#define MMU_H

#include "sysreg.h"

/* Descriptor bits. */
#define PTE_VALID BIT(0)
#define PTE_TABLE BIT(1)             /* table at levels 0..2, page at level 3; clear: block */
#define PTE_ATTR(index) ((u64)(index) << 2)
#define PTE_AP_EL0 BIT(6)
#define PTE_AP_RO BIT(7)
#define PTE_SH_INNER (3ul << 8)
#define PTE_AF BIT(10)
#define PTE_NG BIT(11)
#define PTE_DBM BIT(51)
#define PTE_CONTIGUOUS BIT(52)
#define PTE_PXN BIT(53)
#define PTE_UXN BIT(54)
#define PTE_PXN_TABLE BIT(59)
#define PTE_UXN_TABLE BIT(60)
#define PTE_AP_TABLE_NO_EL0 BIT(61)
#define PTE_AP_TABLE_RO BIT(62)
#define PTE_ADDRESS 0x0000fffffffff000ul

/* MAIR_EL1 indexes. */
enum mair_index { MAIR_DEVICE_nGnRnE, MAIR_DEVICE_nGnRE, MAIR_NORMAL_NC, MAIR_NORMAL_WB, MAIR_DEVICE_GRE, MAIR_NORMAL_WT };
#define MAIR_VALUE 0x0000bb0cff440400ul

#define ATTR_NORMAL (PTE_ATTR(MAIR_NORMAL_WB) | PTE_SH_INNER | PTE_AF)
#define ATTR_DEVICE (PTE_ATTR(MAIR_DEVICE_nGnRE) | PTE_AF | PTE_PXN | PTE_UXN)
#define ATTR_KERNEL (ATTR_NORMAL | PTE_UXN)
#define ATTR_USER_TEXT (ATTR_NORMAL | PTE_AP_EL0 | PTE_AP_RO | PTE_PXN)
#define ATTR_USER_DATA (ATTR_NORMAL | PTE_AP_EL0 | PTE_PXN | PTE_UXN)

/* One translation table tree. */
struct mmu_space {
    u64 *root;
    unsigned granule_shift;   /* 12, 14 or 16 */
    unsigned va_bits;         /* 64 - TxSZ */
    unsigned start_level;
};

bool mmu_granule_supported(unsigned granule_shift);
void mmu_space_init(struct mmu_space *space, unsigned granule_shift, unsigned va_bits);

/* The smallest unit a descriptor at this level maps. */
static inline unsigned mmu_level_shift(const struct mmu_space *s, unsigned level)
{
    return s->granule_shift + (3 - level) * (s->granule_shift - 3);
}

/* The descriptor of va at a level; makes tables on the way and splits blocks, keeping what they mapped. */
u64 *mmu_entry(struct mmu_space *space, u64 va, unsigned level);
/* Maps a range with the largest blocks that alignment and the granule allow, none above (numerically below) min_level. */
void mmu_map(struct mmu_space *space, u64 va, u64 pa, u64 size, u64 attributes, unsigned min_level);
static inline u64 mmu_leaf(u64 pa, u64 attributes, unsigned level)
{
    return pa | attributes | PTE_VALID | (level == 3 ? PTE_TABLE : 0);
}

/* The board by identity: MMIO as Device, RAM as kernel memory (the image's text read-only), and the EL0 sections (64 KiB-aligned) for EL0. */
void mmu_map_board(struct mmu_space *space);
/* Forgets every table made so far. Only with the MMU off or running from tables made after mmu_pool_mark. */
u64 mmu_pool_mark(void);
void mmu_pool_release(u64 mark);

u64 mmu_tcr(const struct mmu_space *lower, const struct mmu_space *upper);
/* Switches translation on (or over, through off) with these trees; upper may be NULL. */
void mmu_enable(const struct mmu_space *lower, const struct mmu_space *upper);
void mmu_enable_with(const struct mmu_space *lower, const struct mmu_space *upper, u64 tcr);
/* Emulators keep one view of memory whatever SCTLR_EL1.C says; on hardware the caches would have to be cleaned first. */
void mmu_disable(void);
/* 1 GiB identity blocks: the first GiB Device, RAM Normal. */
void mmu_default(void);
/* Tell CPUs started later which registers to use; secondary CPUs take them. */
void mmu_publish(void);
void mmu_adopt(void);

static inline void tlbi_all(void) { __asm__ volatile("dsb ishst\n\ttlbi vmalle1is\n\tdsb ish\n\tisb" ::: "memory"); }
static inline void tlbi_va(u64 va, u64 asid)
{
    u64 operand = ((va >> 12) & 0xffffffffffful) | asid << 48;
    __asm__ volatile("dsb ishst\n\ttlbi vae1is, %0\n\tdsb ish\n\tisb" ::"r"(operand) : "memory");
}

#endif
