/* LDTR and STTR: at EL1 they have EL0's rights, but faults count as the current level's. PAN where the CPU has it. */
#include "harness.h"

#define PSTATE_PAN_BIT BIT(22)
#define SCTLR_SPAN BIT(23)
#define write_pan(value) __asm__ volatile("msr s3_0_c4_c2_3, %0" ::"r"((u64)(value)) : "memory")
#define read_pan() read_sysreg(s3_0_c4_c2_3)

static u64 user_page, user_ro_page, user_ro_text, kernel_page;

static void rights(void)
{
    expect_page("EL0 page", AT_EL1, LDTR, user_page, 0);
    expect_page("EL0 page", AT_EL1, STTR, user_page, 0);
    expect_page("EL0 page", AT_EL0, LDTR, user_page, 0);
    expect_page("EL0 read-only page", AT_EL1, LDTR, user_ro_page, 1);
    expect_fault("EL0 read-only page", AT_EL1, STTR, user_ro_page, FSC_PERMISSION(3));
    expect_fault("EL1 page", AT_EL1, LDTR, kernel_page, FSC_PERMISSION(3));
    expect_fault("EL1 page", AT_EL1, STTR, kernel_page, FSC_PERMISSION(3));
    expect_fault("EL1 page", AT_EL0, LDTR, kernel_page, FSC_PERMISSION(3));
    expect_page("EL1 page", AT_EL1, READ, kernel_page, 2);
}

/* A probe that traps comes back with PAN clear. */
static bool denied(enum access kind, u64 page)
{
    write_pan(PSTATE_PAN_BIT);
    return faults_with(AT_EL1, kind, page, FSC_PERMISSION(3));
}

/* PSTATE.PAN: EL1 may not read or write what EL0 can; LDTR, STTR and fetches are not concerned. */
static void privileged_access_never(void)
{
    if (FIELD(read_sysreg(id_aa64mmfr1_el1), 20, 4) == 0) {
        report(true, "PAN: not implemented");
        return;
    }
    bool right = denied(READ, user_page) & denied(WRITE, user_page) & denied(READ, user_ro_page);
    write_pan(PSTATE_PAN_BIT);
    right &= sees_page(AT_EL1, LDTR, user_page, 0) & sees_page(AT_EL1, READ, kernel_page, 2);
    right &= sees_page(AT_EL1, EXECUTE, user_ro_text, 3);
    struct trap t;
    write_pan(PSTATE_PAN_BIT);
    access(&t, AT_EL1, READ, 0x700000000000ul);
    right &= (t.spsr & PSTATE_PAN_BIT) != 0;
    write_pan(0);
    report(right, "PAN: EL1 kept from EL0 pages");
}

static u64 handler_pan;
static __attribute__((target("general-regs-only"))) bool note_pan(struct trap_frame *frame)
{
    (void)frame;
    handler_pan = read_pan();
    write_pan(0);
    return false;
}

/* SCTLR_EL1.SPAN = 0 sets PAN on exception entry. */
static void span(void)
{
    if (FIELD(read_sysreg(id_aa64mmfr1_el1), 20, 4) == 0)
        return;
    struct trap t;
    u64 sctlr = read_sysreg(sctlr_el1), kept, set;
    sync_hook = note_pan;
    access(&t, AT_EL0, READ, user_page);
    kept = handler_pan;
    write_sysreg(sctlr_el1, sctlr & ~SCTLR_SPAN);
    isb();
    access(&t, AT_EL0, READ, user_page);
    set = handler_pan;
    write_sysreg(sctlr_el1, sctlr);
    isb();
    sync_hook = NULL;
    report(kept == 0 && set == PSTATE_PAN_BIT, "PAN on exception entry: SPAN=1 0x%lx, SPAN=0 0x%lx", kept, set);
}

void test_unprivileged(void)
{
    user_page = map_leaf(SLOT(0), 0, ATTR_NORMAL | PTE_AP_EL0 | PTE_PXN | PTE_UXN, 3);
    user_ro_page = map_leaf(SLOT(0) + 0x100000, 1, ATTR_NORMAL | PTE_AP_EL0 | PTE_AP_RO, 3);
    user_ro_text = map_leaf(SLOT(0) + 0x300000, 3, ATTR_NORMAL | PTE_AP_EL0 | PTE_AP_RO, 3);
    kernel_page = map_leaf(SLOT(0) + 0x200000, 2, ATTR_NORMAL | PTE_PXN | PTE_UXN, 3);
    tlbi_all();
    rights();
    privileged_access_never();
    span();
}
