/* The cases that do not fit a row: illegal states, hypercalls, feature-dependent syndromes, what must survive an exception. */
#include "cases.h"
#include "psci.h"

#define PSTATE_IL BIT(20)
#define ESR_ILLEGAL ESR(0x0e, 0)

static bool syndrome_is(const struct trap *t, u64 esr, u64 elr) { return t->taken && t->esr == esr && t->elr == elr; }

/* An exception return to a state that does not exist: the level stays, NZCV and DAIF come from SPSR, PSTATE.IL is set. */
static void illegal_return(const char *label, u64 mode)
{
    struct trap t;
    try_el1(&t, el1_eret_to, 0x60000000 | PSTATE_DAIF | mode, 0, 0);
    u64 want = 0x60000000 | PSTATE_DAIF | PSTATE_IL | PSTATE_EL1H;
    bool right = syndrome_is(&t, ESR_ILLEGAL, (u64)el1_at_eret_to) && t.spsr == want && t.vector == VECTOR_SPX_SYNC;
    if (!right)
        printf("     taken %lu vector %lu esr 0x%lx elr offset %ld spsr 0x%lx\n", t.taken, t.vector, t.esr,
               (s64)(t.elr - (u64)el1_at_eret_to), t.spsr);
    check(right, label);
}

static void illegal_states(void)
{
    illegal_return("illegal return: EL2h without EL2", 0x9);
    illegal_return("illegal return: EL3h", 0xd);
    illegal_return("illegal return: M[3:0] = 0b0001", 0x1);
    illegal_return("illegal return: M[3:0] = 0b0010", 0x2);
    illegal_return("illegal return: AArch32 Supervisor under AArch64 EL1", 0x13);

    struct trap t;
    this_cpu()->user_pstate |= PSTATE_IL;
    try_el0(&t, el0_fp_add, 0, 0, 0);
    this_cpu()->user_pstate &= ~PSTATE_IL;
    check(syndrome_is(&t, ESR_ILLEGAL, (u64)el0_fp_add) && t.spsr == (PROBE_NZCV | PSTATE_DAIF | PSTATE_IL),
          "SPSR_EL1.IL returned into EL0: illegal execution state before the first instruction");
    try_el0(&t, user_exit, 0, 0, 0);
    check(syndrome_is(&t, ESR(0x15, 0xe0), (u64)user_exit + 4), "PSTATE.IL is gone afterwards");
}

static void hypercalls(void)
{
    struct trap t;
    try_el1(&t, el1_hvc, 0xc4001234, 0, 0);
    check(!t.taken && (u32)t.x0 == 0xffffffff, "hvc el1h, unknown function: NOT_SUPPORTED in x0, no exception");
    try_el1(&t, el1_hvc, PSCI_VERSION, 0, 0);
    check(!t.taken && (t.x0 >> 16) <= 1, "hvc el1h, PSCI_VERSION");
    /* Without EL3, SMC is UNDEFINED unless a hypervisor traps it; one that does answers as for an unknown hypercall. */
    try_el1(&t, el1_smc, 0xc4001234, 0, 0);
    check(t.taken ? syndrome_is(&t, ESR_UNDEF, (u64)el1_at_smc) : (u32)t.x0 == 0xffffffff,
          "smc el1h: UNDEFINED, or NOT_SUPPORTED from a hypervisor");
}

/* FEAT_IDST turns EL0 reads of the ID space from UNDEFINED into a trap with a syndrome. */
static void id_space_from_el0(void)
{
    bool idst = FIELD(read_sysreg(s3_0_c0_c7_2), 36, 4) != 0;
    struct trap t;
    try_el0(&t, el0_mrs_midr, 0, 0, 0);
    check(syndrome_is(&t, idst ? ESR_MRS(3, 0, 0, 0, 0, 5) : ESR_UNDEF, (u64)el0_at_mrs_midr), "mrs midr_el1 el0");
    try_el0(&t, el0_mrs_idpfr0, 0, 0, 0);
    check(syndrome_is(&t, idst ? ESR_MRS(3, 0, 0, 4, 0, 5) : ESR_UNDEF, (u64)el0_at_mrs_idpfr0), "mrs id_aa64pfr0_el1 el0");
    check(read_sysreg(s3_0_c0_c7_7) == 0 && read_sysreg(s3_0_c0_c4_6) == 0, "unallocated ID registers read as zero at EL1");
}

static void wait_for_event(void)
{
    struct trap t;
    try_el0(&t, el0_wfe, 0, 0, 0);
    bool completed = t.esr == ESR(0x15, 0xe0), trapped = t.esr == (ESR_WFI | 1);
    check(t.taken && (completed || trapped), "wfe ntwe=0 el0: traps as WFE, or completes without sleeping");
}

static void faulting_load_keeps_registers(void)
{
    struct trap t;
    try_el0(&t, el0_load_pair_post, UNMAPPED + 8, 0, 0);
    check_u64("base register after an aborted post-index load", t.x0, UNMAPPED + 8);
    try_el0(&t, el0_mrs_dczid, 0x1122334455667788, 0, 0);
    check_u64("x0 across an exception from EL0", t.x0, 0x1122334455667788);
}

/* Flags and masks that an exception sets for the handler, seen through DAIF in the hook. */
static u64 seen_daif, seen_spsel, seen_el;

static __attribute__((target("general-regs-only"))) bool look_around(struct trap_frame *frame)
{
    (void)frame;
    seen_daif = read_sysreg(daif);
    seen_spsel = read_sysreg(spsel);
    seen_el = read_sysreg(currentel);
    return false;
}

static void handler_state(void)
{
    struct trap t;
    sync_hook = look_around;
    this_cpu()->user_pstate &= ~(u64)PSTATE_DAIF;
    try_el0(&t, user_exit, 0, 0, 0);
    this_cpu()->user_pstate |= PSTATE_DAIF;
    sync_hook = NULL;
    check_u64("DAIF in the handler", seen_daif, PSTATE_DAIF);
    check_u64("SPSel in the handler", seen_spsel, 1);
    check_u64("CurrentEL in the handler", seen_el, 4);
    check_u64("SPSR_EL1 from EL0 with nothing masked", t.spsr, PROBE_NZCV);
}

void run_specials(void)
{
    illegal_states();
    hypercalls();
    id_space_from_el0();
    wait_for_event();
    faulting_load_keeps_registers();
    handler_state();
}
