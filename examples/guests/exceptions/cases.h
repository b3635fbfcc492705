/* One row per case: what to run where, under which controls, and what the exception registers must hold. */
#ifndef CASES_H
#define CASES_H

#include "guest.h"
#include "trap.h"

enum mode { EL0, EL1H, EL1T };

/* What the snippet should do. */
enum outcome { TRAPS, COMPLETES };

struct exc_case {
    const char *name;
    enum mode mode;
    const char *code, *at;      /* entry; expected ELR_EL1 (NULL: equal to address) */
    u64 address;                /* x0, or the stack pointer in the SP cases */
    enum outcome outcome;
    u64 esr;
    bool has_far;
    u64 sctlr_set;              /* SCTLR_EL1 bits set for this case */
    u64 cpacr;                  /* CPACR_EL1 for this case plus one; 0: unchanged */
    u64 cntkctl;                /* CNTKCTL_EL1 for this case */
    u64 pstate;                 /* expected SPSR_EL1; 0: the probe's own */
};

void run_cases(const struct exc_case *cases, unsigned count);

extern const struct exc_case sync_cases[], fault_cases[], sysreg_cases[];
extern const unsigned sync_case_count, fault_case_count, sysreg_case_count;

void run_specials(void);
void run_unallocated(void);

/* Exception syndromes (Arm ARM D17.2.37). IL is set for every A64 instruction. */
#define ESR(ec, iss) ((u64)(ec) << 26 | 1ul << 25 | (u64)(iss))
#define ESR_UNDEF ESR(0x00, 0)
#define ESR_FP ESR(0x07, 0x1e00000)
#define ESR_WFI ESR(0x01, 0x1e00000)
#define ISS_SYSREG(op0, op1, crn, crm, op2, rt, read)                                                                         \
    ((u64)(op0) << 20 | (op2) << 17 | (op1) << 14 | (crn) << 10 | (rt) << 5 | (crm) << 1 | (read))
#define ESR_MRS(op0, op1, crn, crm, op2, rt) ESR(0x18, ISS_SYSREG(op0, op1, crn, crm, op2, rt, 1))
#define ESR_MSR(op0, op1, crn, crm, op2, rt) ESR(0x18, ISS_SYSREG(op0, op1, crn, crm, op2, rt, 0))

#define SCTLR_A BIT(1)
#define SCTLR_SA BIT(3)
#define SCTLR_SA0 BIT(4)
#define SCTLR_UMA BIT(9)
#define SCTLR_DZE BIT(14)
#define SCTLR_UCT BIT(15)
#define SCTLR_nTWI BIT(16)
#define SCTLR_nTWE BIT(18)
#define SCTLR_UCI BIT(26)

/* Snippet entries and marks are labels in snippets.h. */
#define RUN(level, snippet) level##_##snippet, level##_at_##snippet
#include "labels.h"

/* Addresses the cases use; exceptions.c maps them. */
#define UNMAPPED 0x2000000040ul          /* no level-1 descriptor: translation fault, level 1 */
extern u8 user_scratch[4096], kernel_scratch[4096];

#endif
