/* Aborts and alignment faults. mmu/ has the full fault matrix; here is each class once a level, with the syndrome in full. */
#include "cases.h"

#define IABT_EL0 ESR(0x20, 0x05)         /* translation fault, level 1 */
#define IABT_EL1 ESR(0x21, 0x05)
#define DABT_EL0 0x24
#define DABT_EL1 0x25
#define READ 0x05
#define WRITE 0x45                       /* WnR */
#define ALIGN_READ 0x21
#define ALIGN_WRITE 0x61
#define PC_ALIGN ESR(0x22, 0)
#define SP_ALIGN ESR(0x26, 0)
#define USER_ODD ((u64)user_scratch + 1)
#define KERNEL_ODD ((u64)kernel_scratch + 1)
#define USER_SP8 ((u64)user_scratch + 2048 + 8)
#define KERNEL_SP8 ((u64)kernel_scratch + 2048 + 8)

const struct exc_case fault_cases[] = {
    {"load abort el0", EL0, RUN(el0, load), UNMAPPED, .esr = ESR(DABT_EL0, READ), .has_far = true},
    {"load abort el1h", EL1H, RUN(el1, load), UNMAPPED, .esr = ESR(DABT_EL1, READ), .has_far = true},
    {"load abort el1t", EL1T, RUN(el1, load), UNMAPPED, .esr = ESR(DABT_EL1, READ), .has_far = true},
    {"store abort el0", EL0, RUN(el0, store), UNMAPPED + 3, .esr = ESR(DABT_EL0, WRITE), .has_far = true},
    {"store abort el1h", EL1H, RUN(el1, store), UNMAPPED + 3, .esr = ESR(DABT_EL1, WRITE), .has_far = true},
    {"ldp post-index abort el0", EL0, RUN(el0, load_pair_post), UNMAPPED + 8, .esr = ESR(DABT_EL0, READ), .has_far = true},
    {"ldp post-index abort el1h", EL1H, RUN(el1, load_pair_post), UNMAPPED + 8, .esr = ESR(DABT_EL1, READ), .has_far = true},
    {"ldaxr abort el0", EL0, RUN(el0, load_exclusive), UNMAPPED, .esr = ESR(DABT_EL0, READ), .has_far = true},
    {"ld1 abort el1h", EL1H, RUN(el1, load_simd), UNMAPPED + 1, .esr = ESR(DABT_EL1, READ), .has_far = true},
    {"dc zva abort el0", EL0, RUN(el0, dc_zva), UNMAPPED, .esr = ESR(DABT_EL0, WRITE), .has_far = true, .sctlr_set = SCTLR_DZE},
    {"dc zva abort el1h", EL1H, RUN(el1, dc_zva), UNMAPPED, .esr = ESR(DABT_EL1, WRITE), .has_far = true},
    {"fetch abort el0", EL0, el0_branch, NULL, UNMAPPED, .esr = IABT_EL0, .has_far = true},
    {"fetch abort el1h", EL1H, el1_branch, NULL, UNMAPPED, .esr = IABT_EL1, .has_far = true},
    {"fetch abort el1t", EL1T, el1_branch, NULL, UNMAPPED, .esr = IABT_EL1, .has_far = true},
    {"fetch abort ttbr1 el0", EL0, el0_branch, NULL, 0xffffff8000000000ul, .esr = ESR(0x20, 0x04), .has_far = true},
    {"load abort ttbr1 el1h", EL1H, RUN(el1, load), 0xfffffffffffffff8ul, .esr = ESR(DABT_EL1, 0x04), .has_far = true},
    {"load abort va hole el1h", EL1H, RUN(el1, load), 0x0000800000000000ul, .esr = ESR(DABT_EL1, 0x04), .has_far = true},

    {"pc alignment br el0", EL0, el0_branch, NULL, (u64)user_exit + 2, .esr = PC_ALIGN, .has_far = true},
    {"pc alignment ret el1h", EL1H, el1_return_to, NULL, (u64)kernel_scratch + 1, .esr = PC_ALIGN, .has_far = true},
    {"pc alignment before fetch el1h", EL1H, el1_branch, NULL, UNMAPPED + 2, .esr = PC_ALIGN, .has_far = true},

    {"load alignment a=1 el0", EL0, RUN(el0, load), USER_ODD, .esr = ESR(DABT_EL0, ALIGN_READ), .has_far = true, .sctlr_set = SCTLR_A},
    {"store alignment a=1 el1h", EL1H, RUN(el1, store), KERNEL_ODD, .esr = ESR(DABT_EL1, ALIGN_WRITE), .has_far = true, .sctlr_set = SCTLR_A},
    {"load unaligned a=0 el0", EL0, RUN(el0, load), USER_ODD, .outcome = COMPLETES},
    {"ldaxr alignment a=0 el0", EL0, RUN(el0, load_exclusive), (u64)user_scratch + 12, .esr = ESR(DABT_EL0, ALIGN_READ), .has_far = true},

    {"sp alignment load sa0=1 el0", EL0, RUN(el0, sp_load), USER_SP8, .esr = SP_ALIGN, .sctlr_set = SCTLR_SA0},
    {"sp alignment stp sa0=1 el0", EL0, RUN(el0, sp_store), USER_SP8, .esr = SP_ALIGN, .sctlr_set = SCTLR_SA0},
    {"sp alignment offset sa0=1 el0", EL0, RUN(el0, sp_offset), USER_SP8, .esr = SP_ALIGN, .sctlr_set = SCTLR_SA0},
    {"sp alignment load sa0=0 el0", EL0, RUN(el0, sp_load), USER_SP8, .outcome = COMPLETES, .sctlr_set = SCTLR_SA},
    {"sp alignment load sa=1 el1t", EL1T, RUN(el1, sp_load), KERNEL_SP8, .esr = SP_ALIGN, .sctlr_set = SCTLR_SA},
    {"sp alignment stp sa=1 el1t", EL1T, RUN(el1, sp_store), KERNEL_SP8, .esr = SP_ALIGN, .sctlr_set = SCTLR_SA},
    {"sp alignment load sa=0 el1t", EL1T, RUN(el1, sp_load), KERNEL_SP8, .outcome = COMPLETES, .sctlr_set = SCTLR_SA0},
    /* The SP check comes before the address is translated. */
    {"sp alignment before abort el0", EL0, RUN(el0, sp_load), UNMAPPED + 4, .esr = SP_ALIGN, .sctlr_set = SCTLR_SA0},
};
const unsigned fault_case_count = ARRAY_LEN(fault_cases);
