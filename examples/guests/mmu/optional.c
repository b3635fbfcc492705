/* Hardware management of the access flag and dirty state (FEAT_HAFDBS), where the CPU says it has it. */
#include "harness.h"

#define TCR_HA BIT(39)
#define TCR_HD BIT(40)

static void access_flag(void)
{
    u64 va = map_leaf(SLOT(0), 0, ATTR_USER_DATA & ~PTE_AF, 3), *entry = mmu_entry(&space, va, 3);
    tlbi_all();
    bool right = !(*entry & PTE_AF) && sees_page(AT_EL0, READ, va, 0);
    report(right && (*entry & PTE_AF), "HA: a read sets the access flag");
    *entry &= ~PTE_AF;
    tlbi_all();
    right = faults_with(AT_EL0, EXECUTE, va, FSC_PERMISSION(3));
    report(right, "HA: a permission fault stays one");
}

static void dirty_state(void)
{
    u64 va = map_leaf(SLOT(1), 1, ATTR_USER_DATA | PTE_AP_RO | PTE_DBM, 3), *entry = mmu_entry(&space, va, 3);
    tlbi_all();
    bool right = sees_page(AT_EL0, READ, va, 1) && (*entry & PTE_AP_RO);
    right = right && sees_page(AT_EL0, WRITE, va, 1) && !(*entry & PTE_AP_RO);
    report(right, "HD: a write to a clean page makes it writable");
}

void test_optional(void)
{
    u64 support = FIELD(read_sysreg(id_aa64mmfr1_el1), 0, 4), tcr = read_sysreg(tcr_el1);
    if (support == 0) {
        report(true, "hardware access flag: not implemented");
        return;
    }
    write_sysreg(tcr_el1, tcr | TCR_HA | (support >= 2 ? TCR_HD : 0));
    tlbi_all();
    access_flag();
    if (support >= 2)
        dirty_state();
    write_sysreg(tcr_el1, tcr);
    tlbi_all();
}
