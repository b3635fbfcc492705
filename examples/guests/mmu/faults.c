/* Every kind of stage-1 fault at every level, for data and instruction accesses from both levels. */
#include "harness.h"

/* One line a (kind of fault, level): all five (access, EL) pairs must report it. */
static void everywhere(const char *label, unsigned level, u64 address, u32 fsc)
{
    bool right = true;
    for (enum access kind = READ; kind <= EXECUTE; kind++) {
        right &= faults_with(AT_EL0, kind, address, fsc);
        right &= faults_with(AT_EL1, kind, address, fsc);
    }
    report(right, "%s level %u: fsc 0x%02x", label, level, fsc);
}

static u64 slot_at(unsigned level, unsigned n)
{
    /* Level 0 of 16K has two entries only: its slot is in the upper half of the VA space. */
    return level == 0 ? 0x900000000000ul + ((u64)n << 40) : SLOT(level * 4 + n);
}

/* A block where none can be (and at level 3 the reserved encoding) is as good as nothing. Physical addresses of 52 bits make 64K blocks
 * at level 1 legal: then there is nothing to see. Reads only: where this goes wrong, a write would land anywhere. */
static void reserved(unsigned level, u64 va)
{
    bool legal = level == 1 && space.granule_shift == 16 && FIELD(read_sysreg(id_aa64mmfr0_el1), 0, 4) >= 6;
    *mmu_entry(&space, va, level) = (u64)arena[0] | ATTR_NORMAL | PTE_VALID;
    tlbi_all();
    bool right = legal || (faults_with(AT_EL0, READ, va, FSC_TRANSLATION(level)) & faults_with(AT_EL1, READ, va, FSC_TRANSLATION(level)));
    *mmu_entry(&space, va, level) = 0;
    report(right, "reserved descriptor level %u: faults, or is a legal block", level);
}

static void translation(void)
{
    for (unsigned level = space.start_level; level <= 3; level++) {
        u64 va = slot_at(level, 0);
        *mmu_entry(&space, va, level) = 0;
        tlbi_all();
        everywhere("translation", level, va, FSC_TRANSLATION(level));
        if (level < first_leaf() || level == 3)
            reserved(level, va);
    }
}

static void access_flag_and_permission(void)
{
    for (unsigned level = first_leaf(); level <= 3; level++) {
        u64 va = map_leaf(slot_at(level, 1), 0, (ATTR_NORMAL | PTE_AP_EL0) & ~PTE_AF, level);
        tlbi_all();
        everywhere("access flag", level, va, FSC_ACCESS_FLAG(level));

        /* Read-only for both, execute-never for both: writes and fetches fault, reads work. */
        va = map_leaf(slot_at(level, 2), 1, ATTR_NORMAL | PTE_AP_EL0 | PTE_AP_RO | PTE_PXN | PTE_UXN, level);
        tlbi_all();
        bool right = true;
        for (enum level el = AT_EL0; el <= AT_EL1; el++) {
            right &= sees_page(el, READ, va, 1);
            right &= faults_with(el, WRITE, va, FSC_PERMISSION(level));
            right &= faults_with(el, EXECUTE, va, FSC_PERMISSION(level));
        }
        report(right, "permission level %u: fsc 0x%02x", level, FSC_PERMISSION(level));
    }
}

/* With a physical size of 36 bits, bit 36 of an output address is out of range: at the level whose descriptor has it. */
static void address_size(void)
{
    u64 tcr = read_sysreg(tcr_el1);
    write_sysreg(tcr_el1, (tcr & ~(7ul << 32)) | 1ul << 32);
    tlbi_all();
    for (unsigned level = space.start_level; level <= 3; level++) {
        u64 va = slot_at(level, 3);
        if (level < 3) {
            *mmu_entry(&space, va, level) = BIT(36) | PTE_VALID | PTE_TABLE;
            tlbi_all();
            everywhere("address size, table", level, va, FSC_ADDRESS_SIZE(level));
        }
        if (level >= first_leaf()) {
            *mmu_entry(&space, va, level) = mmu_leaf(BIT(36), ATTR_NORMAL | PTE_AP_EL0, level);
            tlbi_all();
            everywhere("address size, leaf", level, va, FSC_ADDRESS_SIZE(level));
        }
        *mmu_entry(&space, va, level) = 0;
    }
    write_sysreg(tcr_el1, tcr);
    tlbi_all();
}

/* An access flag fault comes before a permission fault, and a translation fault needs no valid attributes. */
static void priorities(void)
{
    u64 va = map_leaf(SLOT(20), 0, (ATTR_NORMAL | PTE_AP_RO) & ~PTE_AF, 3);
    tlbi_all();
    expect_fault("access flag before permission", AT_EL0, WRITE, va, FSC_ACCESS_FLAG(3));
    *mmu_entry(&space, va, 3) |= PTE_AF;
    tlbi_all();
    expect_fault("permission once accessed", AT_EL0, WRITE, va, FSC_PERMISSION(3));
    expect_page("permission once accessed", AT_EL1, READ, va, 0);
}

/* Out of the range that T0SZ or T1SZ gives, or with walks disabled: level 0 whatever the start level. */
static void ranges(void)
{
    expect_fault("above T0SZ", AT_EL1, READ, 1ul << space.va_bits, FSC_TRANSLATION(0));
    expect_fault("above T0SZ", AT_EL0, EXECUTE, 1ul << space.va_bits, FSC_TRANSLATION(0));
    expect_fault("EPD1", AT_EL1, READ, 0xfffffffffff00000ul, FSC_TRANSLATION(0));
    expect_fault("EPD1", AT_EL0, WRITE, 0xfffffffffff00000ul, FSC_TRANSLATION(0));
}

void test_faults(void)
{
    translation();
    access_flag_and_permission();
    address_size();
    priorities();
    ranges();
}
