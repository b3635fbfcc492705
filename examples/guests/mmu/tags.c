/* Top byte ignored: tagged data addresses translate, FAR_EL1 keeps the tag of a data abort, and a branch drops it from the PC. */
#include "harness.h"

#define TCR_TBI0 BIT(37)
#define TCR_TBI1 BIT(38)
#define TAG 0x5a00000000000000ul

void test_tags(void)
{
    struct mmu_space upper;
    mmu_space_init(&upper, space.granule_shift, 48);
    u64 low = map_leaf(SLOT(0), 0, ATTR_USER_TEXT, 3), high = -(1ul << 20);
    *mmu_entry(&upper, high, 3) = mmu_leaf((u64)arena[1], ATTR_USER_DATA, 3);
    mmu_enable(&space, &upper);
    expect_fault("tag without TBI", AT_EL0, READ, low | TAG, FSC_TRANSLATION(0));
    expect_fault("tag without TBI", AT_EL1, WRITE, low | TAG, FSC_TRANSLATION(0));

    write_sysreg(tcr_el1, read_sysreg(tcr_el1) | TCR_TBI0);
    tlbi_all();
    expect_page("tag with TBI0", AT_EL0, READ, low | TAG, 0);
    expect_page("tag with TBI0", AT_EL1, READ, low | TAG, 0);
    expect_page("tag with TBI0", AT_EL0, EXECUTE, low | TAG, 0);
    expect_fault("far keeps the tag", AT_EL0, WRITE, low | TAG, FSC_PERMISSION(3));
    expect_fault("far keeps the tag", AT_EL1, READ, (low + 0x100000) | TAG, FSC_TRANSLATION(3));

    struct trap t;
    u64 nowhere = low + 0x100000;
    access(&t, AT_EL0, EXECUTE, nowhere | TAG);
    report(t.esr == fault_esr(AT_EL0, EXECUTE, FSC_TRANSLATION(3)) && t.far == nowhere && t.elr == nowhere,
           "a branch drops the tag: far and elr without it");
    expect_fault("upper half, tag with TBI1 clear", AT_EL1, READ, high & ~(0xfful << 56), FSC_TRANSLATION(0));
    write_sysreg(tcr_el1, read_sysreg(tcr_el1) | TCR_TBI1);
    tlbi_all();
    expect_page("upper half, tag with TBI1", AT_EL1, READ, high & ~(0xfful << 56), 1);
    mmu_enable(&space, NULL);
}
