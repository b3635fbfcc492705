/* Address space identifiers: the same VA in two spaces, switched by writing TTBR0_EL1 only. */
#include "harness.h"

static struct mmu_space other;

static void switch_to(const struct mmu_space *s, u64 asid)
{
    write_sysreg(ttbr0_el1, (u64)s->root | asid << 48);
    isb();
}

static void two_spaces(u64 first, u64 second, const char *label)
{
    u64 va = map_leaf(SLOT(0), 0, ATTR_USER_TEXT | PTE_NG, 3);
    *mmu_entry(&other, va, 3) = mmu_leaf((u64)arena[1], ATTR_USER_TEXT | PTE_NG, 3);
    tlbi_all();
    bool right = true;
    for (unsigned round = 0; round < 4; round++) {
        switch_to(&space, first);
        right &= sees_page(AT_EL0, READ, va, 0) & sees_page(AT_EL0, EXECUTE, va, 0);
        switch_to(&other, second);
        right &= sees_page(AT_EL0, READ, va, 1) & sees_page(AT_EL0, EXECUTE, va, 1);
    }
    /* Dropping one space's entry by its ASID, from within the other. */
    *mmu_entry(&space, va, 3) = mmu_leaf((u64)arena[2], ATTR_USER_TEXT | PTE_NG, 3);
    tlbi_va(va, first);
    right &= sees_page(AT_EL0, READ, va, 1);
    switch_to(&space, first);
    right &= sees_page(AT_EL0, READ, va, 2);
    *mmu_entry(&space, va, 3) = mmu_leaf((u64)arena[0], ATTR_USER_TEXT | PTE_NG, 3);
    __asm__ volatile("dsb ishst\n\ttlbi aside1is, %0\n\tdsb ish\n\tisb" ::"r"(first << 48) : "memory");
    right &= sees_page(AT_EL0, EXECUTE, va, 0);
    switch_to(&space, 0);
    report(right, "%s", label);
}

/* Global entries serve every ASID. */
static void global(void)
{
    u64 va = map_leaf(SLOT(1), 3, ATTR_USER_TEXT, 3);
    tlbi_all();
    switch_to(&space, 5);
    bool right = sees_page(AT_EL0, READ, va, 3);
    switch_to(&space, 6);
    right &= sees_page(AT_EL0, READ, va, 3);
    switch_to(&space, 0);
    report(right, "global page seen under two ASIDs");
}

/* TCR_EL1.A1 takes the ASID from TTBR1_EL1; TCR_EL1.AS chooses 16 bits where there are 16. */
static void control_bits(void)
{
    u64 tcr = read_sysreg(tcr_el1);
    if (FIELD(read_sysreg(id_aa64mmfr0_el1), 4, 4) == 2) {
        write_sysreg(tcr_el1, tcr | BIT(36));
        isb();
        two_spaces(0x1234, 0xff34, "ASIDs of 16 bits that differ in the upper half");
    } else {
        report(true, "ASIDs of 16 bits: not implemented");
    }
    write_sysreg(tcr_el1, tcr | BIT(22));
    tlbi_all();
    u64 va = map_leaf(SLOT(0), 0, ATTR_USER_TEXT | PTE_NG, 3);
    *mmu_entry(&other, va, 3) = mmu_leaf((u64)arena[1], ATTR_USER_TEXT | PTE_NG, 3);
    tlbi_all();
    bool right = true;
    for (unsigned round = 0; round < 2; round++) {
        write_sysreg(ttbr1_el1, 7ul << 48);
        write_sysreg(ttbr0_el1, (u64)space.root);
        isb();
        right &= sees_page(AT_EL0, READ, va, 0);
        /* Both registers change: nothing is accessed between that differs in the two spaces. */
        write_sysreg(ttbr1_el1, 8ul << 48);
        write_sysreg(ttbr0_el1, (u64)other.root);
        isb();
        right &= sees_page(AT_EL0, READ, va, 1);
    }
    write_sysreg(ttbr0_el1, (u64)space.root);
    write_sysreg(ttbr1_el1, 0);
    write_sysreg(tcr_el1, tcr);
    tlbi_all();
    report(right, "A1: ASID from TTBR1_EL1");
}

void test_asid(void)
{
    mmu_space_init(&other, space.granule_shift, space.va_bits);
    mmu_map_board(&other);
    two_spaces(1, 2, "two spaces under ASIDs 1 and 2");
    two_spaces(0x55, 0xaa, "two spaces under ASIDs 0x55 and 0xaa");
    global();
    control_bits();
}
