/* TLBI ...IS on one CPU takes effect on the others: a page is moved between two frames while they watch. */
#include "mmu.h"
#include "smp.h"

enum { MOVES = 50 };
#define WINDOW 0x1000000000ul

static u64 frames[2][512] __attribute__((aligned(4096)));
static struct mmu_space space;
static volatile u64 phase, acknowledged, mistakes;

static void watch(u64 cpu)
{
    for (u64 move = 1; move <= MOVES; move++) {
        barrier();
        if (cpu == 0) {
            u64 *entry = mmu_entry(&space, WINDOW, 3);
            *entry = 0;
            tlbi_va(WINDOW, 0);
            *entry = mmu_leaf((u64)frames[move & 1], ATTR_KERNEL | PTE_PXN, 3);
            dsb();
        }
        barrier();
        isb();
        if (*(volatile u64 *)WINDOW != (move & 1) + 100)
            __atomic_fetch_add(&mistakes, 1, __ATOMIC_RELAXED);
    }
}

void test_translation(void)
{
    frames[0][0] = 100;
    frames[1][0] = 101;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_map(&space, WINDOW, (u64)frames[0], 4096, ATTR_KERNEL | PTE_PXN, 3);
    mmu_enable(&space, NULL);
    check(everywhere(watch) && !mistakes, "tlbi vae1is reaches every CPU");
}
