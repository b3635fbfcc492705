/* AT S1E1R, S1E1W, S1E0R and S1E0W: PAR_EL1 of every outcome. */
#include "harness.h"

enum at { S1E1R, S1E1W, S1E0R, S1E0W };
static const char *const names[] = {"s1e1r", "s1e1w", "s1e0r", "s1e0w"};

static u64 translate(enum at kind, u64 va)
{
    switch (kind) {
    case S1E1R: __asm__ volatile("at s1e1r, %0" ::"r"(va) : "memory"); break;
    case S1E1W: __asm__ volatile("at s1e1w, %0" ::"r"(va) : "memory"); break;
    case S1E0R: __asm__ volatile("at s1e0r, %0" ::"r"(va) : "memory"); break;
    case S1E0W: __asm__ volatile("at s1e0w, %0" ::"r"(va) : "memory"); break;
    }
    isb();
    return read_sysreg(par_el1);
}

/* PAR_EL1 with F = 0: ATTR[63:56], PA[47:12], SH[8:7]; bits 11:9 are left out. */
#define PAR_SUCCESS 0xff00fffffffff181ul
/* With F = 1: FST[6:1], PTW, S. */
#define PAR_FAULT(fsc) ((u64)(fsc) << 1 | 1)
#define PAR_FAULT_MASK 0x37ful

static void succeeds(const char *label, enum at kind, u64 va, u64 pa, u64 attr, u64 sh)
{
    u64 par = translate(kind, va) & PAR_SUCCESS, want = attr << 56 | (pa & 0x0000fffffffff000ul) | sh << 7;
    report(par == want, "at %s, %s: attr 0x%02lx sh %lu", names[kind], label, par >> 56, FIELD(par, 7, 2));
    if (par != want)
        printf("     par 0x%lx, want 0x%lx\n", par, want);
}

static void fails(const char *label, enum at kind, u64 va, u32 fsc)
{
    u64 par = translate(kind, va);
    report((par & PAR_FAULT_MASK) == PAR_FAULT(fsc), "at %s, %s: fst 0x%02lx", names[kind], label, FIELD(par, 1, 6));
}

void test_address_translate(void)
{
    u64 user = map_leaf(SLOT(0), 0, ATTR_USER_DATA, 3), user_ro = map_leaf(SLOT(0) + 0x100000, 1, ATTR_USER_TEXT, 3);
    u64 kernel = map_leaf(SLOT(0) + 0x200000, 2, ATTR_KERNEL, 3);
    u64 kernel_ro = map_leaf(SLOT(0) + 0x300000, 3, ATTR_KERNEL | PTE_AP_RO, 3);
    u64 nc = map_leaf(SLOT(0) + 0x400000, 4, PTE_ATTR(MAIR_NORMAL_NC) | PTE_AF, 3);
    u64 device = map_leaf(SLOT(0) + 0x500000, 5, ATTR_DEVICE, 3);
    u64 block = map_leaf(SLOT(1), 0, ATTR_USER_DATA, 2);
    u64 no_af = map_leaf(SLOT(0) + 0x600000, 0, ATTR_USER_DATA & ~PTE_AF, 3);
    u64 invalid = SLOT(0) + 0x700000;
    *mmu_entry(&space, invalid, 3) = 0;
    tlbi_all();

    for (enum at kind = S1E1R; kind <= S1E0W; kind++)
        succeeds("EL0 page", kind, user + 0x123, (u64)arena[0], 0xff, 3);
    succeeds("EL0 read-only page", S1E1R, user_ro, (u64)arena[1], 0xff, 3);
    succeeds("EL0 read-only page", S1E0R, user_ro, (u64)arena[1], 0xff, 3);
    fails("EL0 read-only page", S1E1W, user_ro, FSC_PERMISSION(3));
    fails("EL0 read-only page", S1E0W, user_ro, FSC_PERMISSION(3));
    succeeds("EL1 page", S1E1W, kernel, (u64)arena[2], 0xff, 3);
    fails("EL1 page", S1E0R, kernel, FSC_PERMISSION(3));
    fails("EL1 page", S1E0W, kernel, FSC_PERMISSION(3));
    fails("EL1 read-only page", S1E1W, kernel_ro, FSC_PERMISSION(3));
    succeeds("Normal non-cacheable", S1E1R, nc, (u64)arena[4], 0x44, 2);
    succeeds("Device-nGnRE", S1E1R, device, (u64)arena[5], 0x04, 2);
    succeeds("level 2 block", S1E0W, block + 0xff8, (u64)arena[0], 0xff, 3);
    fails("access flag", S1E1R, no_af, FSC_ACCESS_FLAG(3));
    fails("invalid", S1E1R, invalid, FSC_TRANSLATION(3));
    fails("invalid", S1E0W, invalid, FSC_TRANSLATION(3));
    fails("outside", S1E1R, 0x0001000000000000ul, FSC_TRANSLATION(0));
}
