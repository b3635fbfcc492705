/* Exception-generating, unallocated and trapped instructions that need no particular address. */
#include "cases.h"

const struct exc_case sync_cases[] = {
    {"udf el0", EL0, RUN(el0, udf), .esr = ESR_UNDEF},
    {"udf el1h", EL1H, RUN(el1, udf), .esr = ESR_UNDEF},
    {"udf el1t", EL1T, RUN(el1, udf), .esr = ESR_UNDEF},
    {"unallocated el0", EL0, RUN(el0, unallocated_word), .esr = ESR_UNDEF},
    {"unallocated el1h", EL1H, RUN(el1, unallocated_word), .esr = ESR_UNDEF},
    {"svc el0", EL0, RUN(el0, svc), .esr = ESR(0x15, 0x4321)},
    {"svc el1h", EL1H, RUN(el1, svc), .esr = ESR(0x15, 0x4321)},
    {"svc el1t", EL1T, RUN(el1, svc), .esr = ESR(0x15, 0x4321)},
    {"brk el0", EL0, RUN(el0, brk), .esr = ESR(0x3c, 0xabcd)},
    {"brk el1h", EL1H, RUN(el1, brk), .esr = ESR(0x3c, 0xabcd)},
    {"brk el1t", EL1T, RUN(el1, brk), .esr = ESR(0x3c, 0xabcd)},
    {"hlt el0", EL0, RUN(el0, hlt), .esr = ESR_UNDEF},
    {"hlt el1h", EL1H, RUN(el1, hlt), .esr = ESR_UNDEF},
    {"dcps1 el0", EL0, RUN(el0, dcps1), .esr = ESR_UNDEF},
    {"dcps1 el1h", EL1H, RUN(el1, dcps1), .esr = ESR_UNDEF},
    {"hvc el0", EL0, RUN(el0, hvc_el0), .esr = ESR_UNDEF},
    {"smc el0", EL0, RUN(el0, smc), .esr = ESR_UNDEF},
    {"eret el0", EL0, RUN(el0, eret_el0), .esr = ESR_UNDEF},

    /* FPEN: 0 and 2 trap both levels, 1 traps EL0, 3 none. */
    {"fp fpen=0 el0", EL0, RUN(el0, fp_add), .esr = ESR_FP, .cpacr = (0ul << 20) + 1},
    {"fp fpen=0 el1h", EL1H, RUN(el1, fp_add), .esr = ESR_FP, .cpacr = (0ul << 20) + 1},
    {"fp fpen=0 el1t", EL1T, RUN(el1, fp_add), .esr = ESR_FP, .cpacr = (0ul << 20) + 1},
    {"fp fpen=2 el0", EL0, RUN(el0, fp_add), .esr = ESR_FP, .cpacr = (2ul << 20) + 1},
    {"fp fpen=2 el1h", EL1H, RUN(el1, fp_add), .esr = ESR_FP, .cpacr = (2ul << 20) + 1},
    {"fp fpen=1 el0", EL0, RUN(el0, fp_add), .esr = ESR_FP, .cpacr = (1ul << 20) + 1},
    {"fp fpen=1 el1h", EL1H, RUN(el1, fp_add), .outcome = COMPLETES, .cpacr = (1ul << 20) + 1},
    {"fp fpen=3 el0", EL0, RUN(el0, fp_add), .outcome = COMPLETES, .cpacr = (3ul << 20) + 1},
    {"simd load fpen=1 el0", EL0, RUN(el0, simd_load), UNMAPPED, .esr = ESR_FP, .cpacr = (1ul << 20) + 1},
    {"simd load fpen=0 el1h", EL1H, RUN(el1, simd_load), UNMAPPED, .esr = ESR_FP, .cpacr = (0ul << 20) + 1},
    {"fpcr fpen=1 el0", EL0, RUN(el0, fpcr_read), .esr = ESR_FP, .cpacr = (1ul << 20) + 1},
    {"fpcr fpen=0 el1h", EL1H, RUN(el1, fpcr_read), .esr = ESR_FP, .cpacr = (0ul << 20) + 1},

    /* WFI at EL0 traps without nTWI. WFE may complete at any time, so it only must not hang or trap wrongly with nTWE. */
    {"wfi ntwi=0 el0", EL0, RUN(el0, wfi), .esr = ESR_WFI},
    {"wfe ntwe=1 el0", EL0, RUN(el0, wfe), .outcome = COMPLETES, .sctlr_set = SCTLR_nTWE},
};
const unsigned sync_case_count = ARRAY_LEN(sync_cases);
