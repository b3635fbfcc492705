/* System instructions and registers: UNDEFINED, trapped to EL1 by a control (EC 0x18), or let through by it. */
#include "cases.h"

#define DAIF_ISS_RT31 31

const struct exc_case sysreg_cases[] = {
    /* Nothing at EL0 makes these accessible. */
    {"mrs sctlr_el1 el0", EL0, RUN(el0, mrs_sctlr), .esr = ESR_UNDEF},
    {"msr vbar_el1 el0", EL0, RUN(el0, msr_vbar), .esr = ESR_UNDEF},
    {"mrs currentel el0", EL0, RUN(el0, mrs_currentel), .esr = ESR_UNDEF},
    {"msr spsel el0", EL0, RUN(el0, msr_spsel), .esr = ESR_UNDEF},
    {"mrs elr_el1 el0", EL0, RUN(el0, mrs_elr), .esr = ESR_UNDEF},
    {"mrs sp_el0 el0", EL0, RUN(el0, mrs_sp_el0), .esr = ESR_UNDEF},
    {"msr tpidrro_el0 el0", EL0, RUN(el0, msr_tpidrro), .esr = ESR_UNDEF},
    {"mrs tpidrro_el0 el0", EL0, RUN(el0, mrs_tpidr), .outcome = COMPLETES},
    {"dc ivac el0", EL0, RUN(el0, dc_ivac), (u64)user_scratch, .esr = ESR_UNDEF, .sctlr_set = SCTLR_UCI},
    {"ic iallu el0", EL0, RUN(el0, ic_iallu), .esr = ESR_UNDEF, .sctlr_set = SCTLR_UCI},
    {"tlbi vmalle1 el0", EL0, RUN(el0, tlbi), .esr = ESR_UNDEF},
    {"at s1e0r el0", EL0, RUN(el0, at), (u64)user_scratch, .esr = ESR_UNDEF},
    {"msr cntfrq el0", EL0, RUN(el0, msr_cntfrq), .esr = ESR_UNDEF, .cntkctl = 0x303},

    /* Higher levels' registers, wrong directions, unallocated encodings at EL1. */
    {"mrs hcr_el2 el1h", EL1H, RUN(el1, mrs_hcr), .esr = ESR_UNDEF},
    {"mrs scr_el3 el1h", EL1H, RUN(el1, mrs_scr), .esr = ESR_UNDEF},
    {"msr midr_el1 el1h", EL1H, RUN(el1, msr_midr), .esr = ESR_UNDEF},
    {"mrs oslar_el1 el1h", EL1H, RUN(el1, mrs_oslar), .esr = ESR_UNDEF},
    {"mrs s3_0_c1_c7_7 el1h", EL1H, RUN(el1, mrs_unallocated), .esr = ESR_UNDEF},
    {"mrs sp_el1 el1h", EL1H, RUN(el1, mrs_sp_el1), .esr = ESR_UNDEF},
    {"mrs sp_el0 el1t", EL1T, RUN(el1, mrs_sp_el0), .esr = ESR_UNDEF},
    {"mrs sp_el0 el1h", EL1H, RUN(el1, mrs_sp_el0), .outcome = COMPLETES},

    /* SCTLR_EL1.UMA: DAIF from EL0. */
    {"mrs daif uma=0 el0", EL0, RUN(el0, mrs_daif), .esr = ESR_MRS(3, 3, 4, 2, 1, 7)},
    {"msr daif uma=0 el0", EL0, RUN(el0, msr_daif), .esr = ESR_MSR(3, 3, 4, 2, 1, 7)},
    {"daifset uma=0 el0", EL0, RUN(el0, daifset), .esr = ESR_MSR(0, 3, 4, 5, 6, DAIF_ISS_RT31)},
    {"daifclr uma=0 el0", EL0, RUN(el0, daifclr), .esr = ESR_MSR(0, 3, 4, 15, 7, DAIF_ISS_RT31)},
    {"mrs daif uma=1 el0", EL0, RUN(el0, mrs_daif), .outcome = COMPLETES, .sctlr_set = SCTLR_UMA},
    {"daifset uma=1 el0", EL0, RUN(el0, daifset), .outcome = COMPLETES, .sctlr_set = SCTLR_UMA},

    /* UCT, UCI, DZE: cache type register and maintenance from EL0. */
    {"mrs ctr uct=0 el0", EL0, RUN(el0, mrs_ctr), .esr = ESR_MRS(3, 3, 0, 0, 1, 9)},
    {"mrs ctr uct=1 el0", EL0, RUN(el0, mrs_ctr), .outcome = COMPLETES, .sctlr_set = SCTLR_UCT},
    {"mrs dczid el0", EL0, RUN(el0, mrs_dczid), .outcome = COMPLETES},
    {"dc zva dze=0 el0", EL0, RUN(el0, dc_zva), (u64)user_scratch, .esr = ESR_MSR(1, 3, 7, 4, 1, 0)},
    {"dc zva dze=0 unmapped el0", EL0, RUN(el0, dc_zva), UNMAPPED, .esr = ESR_MSR(1, 3, 7, 4, 1, 0)},
    {"dc zva dze=1 el0", EL0, RUN(el0, dc_zva), (u64)user_scratch, .outcome = COMPLETES, .sctlr_set = SCTLR_DZE},
    {"dc cvac uci=0 el0", EL0, RUN(el0, dc_cvac), (u64)user_scratch, .esr = ESR_MSR(1, 3, 7, 10, 1, 0)},
    {"dc cvac uci=1 el0", EL0, RUN(el0, dc_cvac), (u64)user_scratch, .outcome = COMPLETES, .sctlr_set = SCTLR_UCI},
    {"dc cvau uci=0 el0", EL0, RUN(el0, dc_cvau), (u64)user_scratch, .esr = ESR_MSR(1, 3, 7, 11, 1, 0)},
    {"dc cvau uci=1 el0", EL0, RUN(el0, dc_cvau), (u64)user_scratch, .outcome = COMPLETES, .sctlr_set = SCTLR_UCI},
    {"dc civac uci=0 el0", EL0, RUN(el0, dc_civac), (u64)user_scratch, .esr = ESR_MSR(1, 3, 7, 14, 1, 0)},
    {"dc civac uci=1 el0", EL0, RUN(el0, dc_civac), (u64)user_scratch, .outcome = COMPLETES, .sctlr_set = SCTLR_UCI},
    {"ic ivau uci=0 el0", EL0, RUN(el0, ic_ivau), (u64)user_scratch, .esr = ESR_MSR(1, 3, 7, 5, 1, 0)},
    {"ic ivau uci=1 el0", EL0, RUN(el0, ic_ivau), (u64)user_scratch, .outcome = COMPLETES, .sctlr_set = SCTLR_UCI},

    /* CNTKCTL_EL1: EL0VCTEN bit 1, EL0PCTEN bit 0, EL0VTEN bit 8, EL0PTEN bit 9. CNTFRQ needs either of the first two. */
    {"mrs cntvct cntkctl=0 el0", EL0, RUN(el0, mrs_cntvct), .esr = ESR_MRS(3, 3, 14, 0, 2, 3)},
    {"mrs cntvct el0vcten el0", EL0, RUN(el0, mrs_cntvct), .outcome = COMPLETES, .cntkctl = 2},
    {"mrs cntpct el0vcten el0", EL0, RUN(el0, mrs_cntpct), .esr = ESR_MRS(3, 3, 14, 0, 1, 3), .cntkctl = 2},
    {"mrs cntpct el0pcten el0", EL0, RUN(el0, mrs_cntpct), .outcome = COMPLETES, .cntkctl = 1},
    {"mrs cntfrq cntkctl=0 el0", EL0, RUN(el0, mrs_cntfrq), .esr = ESR_MRS(3, 3, 14, 0, 0, 3)},
    {"mrs cntfrq el0pcten el0", EL0, RUN(el0, mrs_cntfrq), .outcome = COMPLETES, .cntkctl = 1},
    {"mrs cntfrq el0vcten el0", EL0, RUN(el0, mrs_cntfrq), .outcome = COMPLETES, .cntkctl = 2},
    {"mrs cntv_ctl el0vcten el0", EL0, RUN(el0, mrs_cntv_ctl), .esr = ESR_MRS(3, 3, 14, 3, 1, 3), .cntkctl = 3},
    {"mrs cntv_ctl el0vten el0", EL0, RUN(el0, mrs_cntv_ctl), .outcome = COMPLETES, .cntkctl = 0x100},
    {"msr cntp_cval el0vten el0", EL0, RUN(el0, msr_cntp_cval), .esr = ESR_MSR(3, 3, 14, 2, 2, 3), .cntkctl = 0x103},
    {"msr cntp_cval el0pten el0", EL0, RUN(el0, msr_cntp_cval), .outcome = COMPLETES, .cntkctl = 0x200},
};
const unsigned sysreg_case_count = ARRAY_LEN(sysreg_cases);
