/* Self-hosted debug: hardware breakpoints, watchpoints and software step, from EL0 and EL1. */
#include "guest.h"
#include "mmu.h"
#include "trap.h"

const char guest_name[] = "debug";
const bool guest_wants_default_mmu = false;

#define MDSCR_SS BIT(0)
#define MDSCR_KDE BIT(13)
#define MDSCR_MDE BIT(15)
#define PSTATE_SS BIT(21)
#define PSTATE_D BIT(9)

#define ESR(ec, iss) ((u64)(ec) << 26 | BIT(25) | (u64)(iss))
#define ESR_SVC_END ESR(0x15, 0xe0)
enum { BREAKPOINT = 0x30, STEP = 0x32, WATCHPOINT = 0x34, DEBUG_STATUS = 0x22, STEP_VALID = 1 << 24, STEP_EXCLUSIVE = 1 << 6, WRITE = 1 << 6 };

/* x0 = address of data. Labels name each instruction. At EL1 the debug mask is opened first. */
#define CODE(level, section, open, end)                                                                                        \
    extern const char level##_code[], level##_load[], level##_store[], level##_exclusive[], level##_nop[];                     \
    __asm__(".pushsection " section "\n" #level "_code:\n\t" open "\n" #level "_load: ldr x1, [x0]\n" #level                   \
            "_store: str x1, [x0]\n" #level "_exclusive: ldxr x2, [x0]\n" #level "_nop: nop\n\t" end "\n.popsection")
CODE(el0, ".user.text, \"ax\"", "nop", "b user_exit");
CODE(el1, ".text", "msr daifclr, #8", "msr daifset, #8\n\tret");

static u64 user_data[8] USER_DATA __attribute__((aligned(64)));

static void controls(u64 mdscr)
{
    write_sysreg(mdscr_el1, mdscr);
    isb();
}

static void breakpoint_at(const char *address, u32 pmc)
{
    write_sysreg(dbgbvr0_el1, (u64)address);
    write_sysreg(dbgbcr0_el1, address ? 1 | pmc << 1 | 0xf << 5 : 0);
    isb();
}

static void watchpoint_at(const void *address, u32 pac, u32 load_store, u32 bytes)
{
    write_sysreg(dbgwvr0_el1, (u64)address);
    write_sysreg(dbgwcr0_el1, address ? 1 | pac << 1 | load_store << 3 | bytes << 5 : 0);
    isb();
}

static void run(struct trap *t, bool el0)
{
    if (el0)
        try_el0(t, el0_code, (u64)user_data, 0, 0);
    else
        try_el1(t, el1_code, (u64)user_data, 0, 0);
}

static bool report(bool right, const char *label, const struct trap *t)
{
    if (!right)
        printf("     taken %lu esr 0x%lx elr 0x%lx far 0x%lx spsr 0x%lx\n", t->taken, t->esr, t->elr, t->far, t->spsr);
    return check(right, label);
}

static bool nothing(const struct trap *t, bool el0) { return el0 ? t->esr == ESR_SVC_END : !t->taken; }

static void breakpoints(void)
{
    struct trap t;
    controls(MDSCR_MDE);
    breakpoint_at(el0_nop, 2);
    run(&t, true);
    report(t.esr == ESR(BREAKPOINT, DEBUG_STATUS) && t.elr == (u64)el0_nop, "breakpoint at EL0", &t);
    breakpoint_at(el0_nop, 1);
    run(&t, true);
    report(nothing(&t, true), "a breakpoint for EL1 only does not match at EL0", &t);
    breakpoint_at(el1_nop, 1);
    run(&t, false);
    report(nothing(&t, false), "no breakpoint at EL1 without KDE", &t);
    controls(MDSCR_MDE | MDSCR_KDE);
    run(&t, false);
    report(t.taken && t.esr == ESR(BREAKPOINT + 1, DEBUG_STATUS) && t.elr == (u64)el1_nop, "breakpoint at EL1 with KDE", &t);
    breakpoint_at(el1_code, 1);
    run(&t, false);
    report(nothing(&t, false), "no breakpoint at EL1 while PSTATE.D is set", &t);
    controls(0);
    breakpoint_at(el0_nop, 2);
    run(&t, true);
    report(nothing(&t, true), "no breakpoint without MDE", &t);
    controls(MDSCR_MDE);
    write_sysreg(oslar_el1, 1);
    isb();
    run(&t, true);
    report(nothing(&t, true), "no breakpoint under the OS lock", &t);
    check_u64("OSLSR_EL1.OSLK", read_sysreg(oslsr_el1) >> 1 & 1, 1);
    write_sysreg(oslar_el1, 0);
    isb();
    breakpoint_at(NULL, 0);
}

static void watchpoints(void)
{
    struct trap t;
    u64 *word = user_data;
    u64 mask = ESR(0x3f, 0x17f);   /* CM, WnR and DFSC: later architectures report more */
    controls(MDSCR_MDE | MDSCR_KDE);
    watchpoint_at(word, 2, 1, 0xff);
    run(&t, true);
    report((t.esr & mask) == ESR(WATCHPOINT, DEBUG_STATUS) && t.elr == (u64)el0_load && t.far == (u64)word, "watchpoint on loads at EL0", &t);
    watchpoint_at(word, 2, 2, 0xff);
    run(&t, true);
    report((t.esr & mask) == ESR(WATCHPOINT, DEBUG_STATUS | WRITE) && t.elr == (u64)el0_store && t.far == (u64)word, "watchpoint on stores at EL0", &t);
    watchpoint_at(word + 1, 2, 3, 0xff);
    run(&t, true);
    report(nothing(&t, true), "the word beside it is not watched", &t);
    watchpoint_at(word, 1, 3, 0xff);
    run(&t, true);
    report(nothing(&t, true), "a watchpoint for EL1 only does not match at EL0", &t);
    run(&t, false);
    report(t.taken && (t.esr & mask) == ESR(WATCHPOINT + 1, DEBUG_STATUS) && t.elr == (u64)el1_load, "watchpoint at EL1", &t);
    watchpoint_at(NULL, 0, 0, 0);
    controls(0);
}

static void step(const char *label, const char *from, const char *next, bool armed, u64 iss)
{
    struct trap t;
    this_cpu()->user_pstate = PROBE_NZCV | (PSTATE_DAIF & ~PSTATE_D) | (armed ? PSTATE_SS : 0);
    try_el0(&t, from, (u64)user_data, 0, 0);
    report(t.esr == ESR(STEP, DEBUG_STATUS | iss) && t.elr == (u64)next && (t.spsr & PSTATE_SS) == 0, label, &t);
}

static void steps(void)
{
    controls(MDSCR_SS);
    step("step over a load", el0_load, el0_store, true, STEP_VALID);
    step("step over a store", el0_store, el0_exclusive, true, STEP_VALID);
    step("step over a load-exclusive", el0_exclusive, el0_nop, true, STEP_VALID | STEP_EXCLUSIVE);
    step("step over a branch", el0_nop + 4, user_exit, true, STEP_VALID);
    step("step already done", el0_load, el0_load, false, 0);
    controls(0);
    this_cpu()->user_pstate = PROBE_NZCV | PSTATE_DAIF;
}

static void registers(void)
{
    u64 dfr0 = read_sysreg(id_aa64dfr0_el1);
    check(FIELD(dfr0, 0, 4) >= 6, "ID_AA64DFR0_EL1: debug architecture v8");
    check(FIELD(dfr0, 12, 4) >= 1 && FIELD(dfr0, 20, 4) >= 1, "at least two breakpoints and two watchpoints");
    write_sysreg(dbgbvr1_el1, 0x123456789abc0);
    isb();
    check_u64("DBGBVR1_EL1 holds an address", read_sysreg(dbgbvr1_el1) & 0xffffffffffffcul, 0x123456789abc0);
    write_sysreg(dbgbvr1_el1, 0);
}

void guest_main(void)
{
    struct mmu_space space;
    mmu_space_init(&space, 12, 39);
    mmu_map_board(&space);
    mmu_enable(&space, NULL);
    write_sysreg(oslar_el1, 0);
    isb();
    registers();
    breakpoints();
    watchpoints();
    steps();
}
