/* Blocks and pages of every size, contiguous runs, and aliases: the same memory through each. */
#include "harness.h"

static void sizes(void)
{
    for (unsigned level = first_leaf(); level <= 3; level++) {
        u64 va = map_leaf(SLOT(level), 2, ATTR_NORMAL | PTE_AP_EL0 | PTE_PXN, level);
        tlbi_all();
        bool right = sees_page(AT_EL1, READ, va, 2) && sees_page(AT_EL0, READ, va, 2) && sees_page(AT_EL0, WRITE, va, 2) &&
                     sees_page(AT_EL0, EXECUTE, va, 2);
        /* The image itself, seen through the same block. */
        if (level < 3) {
            u64 mask = (1ul << mmu_level_shift(&space, level)) - 1, other = (u64)guest_name;
            if ((other & ~mask) == ((u64)arena[2] & ~mask))
                right &= *(const volatile char *)((va & ~mask) | (other & mask)) == 'm';
        }
        report(right, "level %u leaf of %lu KiB", level, 1ul << (mmu_level_shift(&space, level) - 10));
    }
}

/* Entries in a contiguous run, Arm ARM table D8-: 16/16 for 4K, 128 pages or 32 blocks for 16K, 32/32 for 64K. */
static unsigned run_length(unsigned level)
{
    if (space.granule_shift == 14)
        return level == 3 ? 128 : 32;
    return space.granule_shift == 12 ? 16 : 32;
}

/* A run is mapped to the naturally aligned piece of physical memory around the arena; every entry is then read through both the run
 * and, where it lies in RAM, by identity. */
static void contiguous(unsigned level)
{
    unsigned shift = mmu_level_shift(&space, level), entries = run_length(level);
    u64 run = (u64)entries << shift, pa = (u64)arena & ~(run - 1), va = SLOT(8 + level);
    u64 end = 0x40000000ul + (384ul << 20);
    if (pa < 0x40000000ul)
        pa = 0x40000000ul;
    if (pa & (run - 1)) {
        report(true, "contiguous level %u: run larger than the machine", level);
        return;
    }
    for (unsigned i = 0; i < entries; i++)
        *mmu_entry(&space, va + ((u64)i << shift), level) =
            mmu_leaf(pa + ((u64)i << shift), ATTR_KERNEL | PTE_PXN | PTE_CONTIGUOUS, level);
    tlbi_all();
    bool right = true;
    for (unsigned i = 0; i < entries; i++) {
        u64 offset = ((u64)i << shift) + 8 * i;
        if (pa + offset < end)
            right &= *(volatile u64 *)(va + offset) == *(volatile u64 *)(pa + offset);
    }
    report(right, "contiguous level %u: %u entries", level, entries);
}

static void alias_coherence(void)
{
    u64 a = map_leaf(SLOT(14), 3, ATTR_KERNEL | PTE_PXN, 3), b = map_leaf(SLOT(15), 3, ATTR_KERNEL | PTE_PXN, 3);
    tlbi_all();
    *(volatile u64 *)(a + PAGE_DATA) = 1;
    bool right = *(volatile u64 *)(b + PAGE_DATA) == 1;
    *(volatile u64 *)(b + PAGE_DATA) = PAGE_VALUE(3);
    right &= *(volatile u64 *)(a + PAGE_DATA) == PAGE_VALUE(3) && *(volatile u64 *)(arena[3] + PAGE_DATA) == PAGE_VALUE(3);
    report(right, "two aliases of a page agree");
}

/* Other memory types of Normal memory hold the same data. */
static void memory_types(void)
{
    static const enum mair_index types[] = {MAIR_NORMAL_NC, MAIR_NORMAL_WT, MAIR_NORMAL_WB, MAIR_DEVICE_nGnRnE, MAIR_DEVICE_GRE};
    bool right = true;
    for (unsigned i = 0; i < ARRAY_LEN(types); i++) {
        u64 va = map_leaf(SLOT(16) + ((u64)i << space.granule_shift), 4, PTE_ATTR(types[i]) | PTE_AF | PTE_AP_EL0 | PTE_PXN | PTE_UXN, 3);
        tlbi_all();
        right &= sees_page(AT_EL1, READ, va, 4) && sees_page(AT_EL0, WRITE, va, 4);
    }
    report(right, "memory types: %u", (unsigned)ARRAY_LEN(types));
}

void test_blocks(void)
{
    sizes();
    for (unsigned level = 2; level <= 3; level++)
        contiguous(level);
    alias_coherence();
    memory_types();
}
