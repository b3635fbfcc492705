/* Accesses that straddle two pages: both translations count, and FAR_EL1 names the first byte that could not be reached. */
#include "harness.h"

extern const char el0_load[], el0_store[], el0_ldp[], el1_load[], el1_store[];

static void fault(const char *label, enum level level, const char *code, enum access kind, u64 address, u64 far, u32 fsc)
{
    struct trap t;
    if (level == AT_EL0)
        try_el0(&t, code, address, 0, 0);
    else
        try_el1(&t, code, address, 0, 0);
    bool right = t.taken && t.esr == fault_esr(level, kind, fsc) && t.far == far;
    report(right, "%s: esr 0x%lx", label, fault_esr(level, kind, fsc));
    if (!right)
        printf("     taken %lu esr 0x%lx far 0x%lx, want far 0x%lx\n", t.taken, t.esr, t.far, far);
}

void test_crossing(void)
{
    u64 size = 1ul << space.granule_shift, base = SLOT(0), middle = base + size;
    map_leaf(base, 0, ATTR_USER_DATA, 3);
    *mmu_entry(&space, middle, 3) = 0;
    tlbi_all();
    fault("read into an invalid page", AT_EL0, el0_load, READ, middle - 4, middle, FSC_TRANSLATION(3));
    fault("write into an invalid page", AT_EL1, el1_store, WRITE, middle - 1, middle, FSC_TRANSLATION(3));
    fault("ldp into an invalid page", AT_EL0, el0_ldp, READ, middle - 8, middle, FSC_TRANSLATION(3));
    map_leaf(middle, 1, ATTR_KERNEL, 3);
    tlbi_all();
    fault("read into a forbidden page", AT_EL0, el0_load, READ, middle - 7, middle, FSC_PERMISSION(3));
    fault("read out of a forbidden page", AT_EL0, el0_load, READ, middle + size - 3, middle + size - 3, FSC_PERMISSION(3));
    map_leaf(middle, 1, ATTR_USER_DATA, 3);
    tlbi_all();

    /* Two pages that are neighbours only virtually. */
    u64 *last = (u64 *)(arena[0] + size - 8), *first = (u64 *)arena[1], kept_last = *last, kept_first = *first;
    *last = 0x1122334455667788;
    *first = 0x99aabbccddeeff00;
    struct trap t;
    try_el0(&t, el0_load, middle - 3, 0, 0);
    report(t.x0 == 0xccddeeff00112233, "read across: 0x%lx", t.x0);
    try_el0(&t, el0_store, middle - 3, 0xa1a2a3a4a5a6a7a8, 0);
    report(*last == 0xa6a7a84455667788 && *first == 0x99aabba1a2a3a4a5, "write across: 0x%lx 0x%lx", *last, *first);
    *last = kept_last;
    *first = kept_first;
}
