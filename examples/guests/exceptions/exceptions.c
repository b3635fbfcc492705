/* Every class of synchronous exception that EL0 and EL1 can take to EL1: syndrome, return address, fault address and saved state are
 * checked exactly. Debug exceptions other than BRK are not here. */
#include "cases.h"
#include "mmu.h"

const char guest_name[] = "exceptions";
const bool guest_wants_default_mmu = false;

u8 user_scratch[4096] USER_DATA __attribute__((aligned(4096)));
u8 kernel_scratch[4096] __attribute__((aligned(4096)));

/* Bits of SPSR that the run does not fix: SSBS, TCO, and the PAN, UAO and DIT a CPU may start with. */
#define SPSR_FREE (BIT(12) | BIT(22) | BIT(23) | BIT(24) | BIT(25))

static void run(const struct exc_case *c, struct trap *t)
{
    struct cpu *cpu = this_cpu();
    u64 sctlr = read_sysreg(sctlr_el1), cpacr = read_sysreg(cpacr_el1), stack = cpu->user_stack;
    bool on_stack = !strncmp(c->name, "sp ", 3);
    write_sysreg(sctlr_el1, sctlr | c->sctlr_set);
    write_sysreg(cntkctl_el1, c->cntkctl);
    if (c->cpacr)
        write_sysreg(cpacr_el1, c->cpacr - 1);
    if (on_stack)
        cpu->user_stack = c->address;
    isb();
    if (c->mode == EL0)
        try_el0(t, c->code, c->address, 0, 0);
    else if (c->mode == EL1H)
        try_el1(t, c->code, c->address, 0, 0);
    else
        try_el1t(t, c->code, on_stack ? c->address : stack, c->address, 0);
    cpu->user_stack = stack;
    write_sysreg(sctlr_el1, sctlr);
    write_sysreg(cpacr_el1, cpacr);
    write_sysreg(cntkctl_el1, 0);
    isb();
}

static u64 vector_of(enum mode mode) { return mode == EL0 ? VECTOR_EL0_SYNC : mode == EL1H ? VECTOR_SPX_SYNC : VECTOR_SP0_SYNC; }

static bool completed(const struct exc_case *c, const struct trap *t)
{
    return c->mode == EL0 ? t->taken && t->esr == ESR(0x15, 0xe0) && t->elr == (u64)user_exit + 4 : !t->taken;
}

static bool as_expected(const struct exc_case *c, const struct trap *t)
{
    if (c->outcome == COMPLETES)
        return completed(c, t);
    static const u64 modes[] = {[EL0] = 0, [EL1H] = 5, [EL1T] = 4};
    u64 pstate = c->pstate ? c->pstate : PROBE_NZCV | PSTATE_DAIF | modes[c->mode];
    u64 elr = c->at ? (u64)c->at : c->address;
    return t->taken && t->vector == vector_of(c->mode) && t->esr == c->esr && t->elr == elr &&
           (!c->has_far || t->far == c->address) && (t->spsr & ~SPSR_FREE) == pstate;
}

void run_cases(const struct exc_case *cases, unsigned count)
{
    for (const struct exc_case *c = cases; c < cases + count; c++) {
        struct trap t;
        run(c, &t);
        bool right = check_quiet(as_expected(c, &t), c->name);
        if (!right)
            printf("FAIL %s: taken %lu vector %lu esr 0x%lx elr 0x%lx far 0x%lx spsr 0x%lx; want esr 0x%lx elr 0x%lx\n", c->name,
                   t.taken, t.vector, t.esr, t.elr, t.far, t.spsr, c->esr, c->at ? (u64)c->at : c->address);
        else if (c->outcome == COMPLETES)
            printf("ok   %s: completes\n", c->name);
        else
            printf("ok   %s: esr 0x%lx\n", c->name, t.esr);
    }
}

void guest_main(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_enable(&space, NULL);
    run_cases(sync_cases, sync_case_count);
    run_cases(fault_cases, fault_case_count);
    run_cases(sysreg_cases, sysreg_case_count);
    run_unallocated();
    run_specials();
}
