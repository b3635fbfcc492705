/* Code that takes an exception, one snippet per case. Included twice: once for EL0 (in .user.text), once for EL1.
 * AT marks the instruction whose address ELR_EL1 must hold. */
#include "asm_offsets.h"

SNIP(udf)
AT(udf)     udf     #0x1234
            DONE
SNIP(unallocated_word)          /* logical immediate, 32-bit with N = 1 */
AT(unallocated_word) .inst 0x12400000
            DONE
SNIP(svc)
            svc     #0x4321
AT(svc)     nop                 /* the preferred return address is the next instruction */
            DONE
SNIP(brk)
AT(brk)     brk     #0xabcd
            DONE
SNIP(hlt)
AT(hlt)     hlt     #0x1
            DONE
SNIP(dcps1)
AT(dcps1)   dcps1   #0
            DONE
SNIP(hvc_el0)
AT(hvc_el0) hvc     #0
            DONE
SNIP(smc)
AT(smc)     smc     #0
            DONE
SNIP(eret_el0)
AT(eret_el0) eret
            DONE

/* Data and instruction aborts: x0 = address. */
SNIP(load)
AT(load)    ldr     x1, [x0]
            DONE
SNIP(store)
AT(store)   str     w1, [x0]
            DONE
SNIP(load_pair_post)            /* no write-back before the abort: x0 must be unchanged */
AT(load_pair_post) ldp x1, x2, [x0], #16
            DONE
SNIP(load_exclusive)
AT(load_exclusive) ldaxr x1, [x0]
            DONE
SNIP(load_simd)
AT(load_simd) ld1   {v0.16b, v1.16b}, [x0]
            DONE
SNIP(branch)                    /* RET, so that PSTATE.BTYPE stays 0 */
            ret     x0
SNIP(return_to)
            mov     x30, x0
            ret

/* Stack pointer alignment: EL0 runs them on SP_EL0, EL1 in EL1t. */
SNIP(sp_load)
AT(sp_load) ldr     x1, [sp]
            DONE
SNIP(sp_store)
AT(sp_store) stp    x1, x2, [sp, #-16]
            DONE
SNIP(sp_offset)                 /* base misaligned, address aligned: still a fault */
AT(sp_offset) ldr   w1, [sp, #8]
            DONE

/* FP and SIMD access traps. */
SNIP(fp_add)
AT(fp_add)  fadd    d0, d0, d0
            DONE
SNIP(simd_load)
AT(simd_load) ldr   q0, [x0]
            DONE
SNIP(fpcr_read)
AT(fpcr_read) mrs   x1, fpcr
            DONE

/* System registers that EL0 may not touch, or nobody. */
SNIP(mrs_sctlr)
AT(mrs_sctlr) mrs   x5, sctlr_el1
            DONE
SNIP(msr_vbar)
AT(msr_vbar) msr    vbar_el1, x5
            DONE
SNIP(mrs_midr)
AT(mrs_midr) mrs    x5, midr_el1
            DONE
SNIP(mrs_idpfr0)
AT(mrs_idpfr0) mrs  x5, id_aa64pfr0_el1
            DONE
SNIP(mrs_currentel)
AT(mrs_currentel) mrs x5, currentel
            DONE
SNIP(msr_spsel)
AT(msr_spsel) msr   spsel, #1
            DONE
SNIP(mrs_elr)
AT(mrs_elr) mrs     x5, elr_el1
            DONE
SNIP(mrs_daif)
AT(mrs_daif) mrs    x7, daif
            DONE
SNIP(msr_daif)
AT(msr_daif) msr    daif, x7
            DONE
SNIP(daifset)
AT(daifset) msr     daifset, #0x5
            DONE
SNIP(daifclr)
AT(daifclr) msr     daifclr, #0xf
            DONE
SNIP(mrs_ctr)
AT(mrs_ctr) mrs     x9, ctr_el0
            DONE
SNIP(mrs_dczid)                 /* never trapped by SCTLR_EL1 */
AT(mrs_dczid) mrs   x9, dczid_el0
            DONE
SNIP(mrs_tpidr)
AT(mrs_tpidr) mrs   x9, tpidrro_el0
            DONE
SNIP(msr_tpidrro)
AT(msr_tpidrro) msr tpidrro_el0, x9
            DONE
SNIP(dc_zva)
AT(dc_zva)  dc      zva, x0
            DONE
SNIP(dc_cvac)
AT(dc_cvac) dc      cvac, x0
            DONE
SNIP(dc_cvau)
AT(dc_cvau) dc      cvau, x0
            DONE
SNIP(dc_civac)
AT(dc_civac) dc     civac, x0
            DONE
SNIP(ic_ivau)
AT(ic_ivau) ic      ivau, x0
            DONE
SNIP(dc_ivac)                   /* EL1 only, whatever UCI says */
AT(dc_ivac) dc      ivac, x0
            DONE
SNIP(ic_iallu)
AT(ic_iallu) ic     iallu
            DONE
SNIP(tlbi)
AT(tlbi)    tlbi    vmalle1
            DONE
SNIP(at)
AT(at)      at      s1e0r, x0
            DONE
SNIP(mrs_cntvct)
AT(mrs_cntvct) mrs  x3, cntvct_el0
            DONE
SNIP(mrs_cntpct)
AT(mrs_cntpct) mrs  x3, cntpct_el0
            DONE
SNIP(mrs_cntfrq)
AT(mrs_cntfrq) mrs  x3, cntfrq_el0
            DONE
SNIP(mrs_cntv_ctl)
AT(mrs_cntv_ctl) mrs x3, cntv_ctl_el0
            DONE
SNIP(msr_cntp_cval)
AT(msr_cntp_cval) msr cntp_cval_el0, x3
            DONE
SNIP(msr_cntfrq)
AT(msr_cntfrq) msr  cntfrq_el0, x3
            DONE
SNIP(mrs_hcr)
AT(mrs_hcr) mrs     x5, hcr_el2
            DONE
SNIP(mrs_scr)
AT(mrs_scr) mrs     x5, scr_el3
            DONE
SNIP(msr_midr)                  /* read-only */
AT(msr_midr) msr    s3_0_c0_c0_0, x5
            DONE
SNIP(mrs_oslar)                 /* write-only */
AT(mrs_oslar) mrs   x5, s2_0_c1_c0_4
            DONE
SNIP(mrs_unallocated)
AT(mrs_unallocated) mrs x5, s3_0_c1_c7_7
            DONE
SNIP(mrs_sp_el1)
AT(mrs_sp_el1) mrs  x5, sp_el1
            DONE
SNIP(mrs_sp_el0)                /* UNDEFINED only while it is the stack pointer (EL1t) */
AT(mrs_sp_el0) mrs  x5, sp_el0
            DONE
SNIP(wfi)
AT(wfi)     wfi
            DONE
SNIP(wfe)
            mov     x1, #200
1:          wfe
            subs    x1, x1, #1
            b.ne    1b
AT(wfe)     DONE
