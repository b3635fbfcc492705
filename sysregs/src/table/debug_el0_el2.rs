//! op0=2 op1=3..7: debug registers of EL0, EL2 and EL3, and the System PMU counters.
//! Rows only: what an access does is the business of whoever executes it.

macro_rules! debug_el0_el2_rows {
    ($next:ident $($rest:ident)*; $($acc:tt)*) => {
        $next! { $($rest)*; $($acc)*
            // name            op0 op1 CRn CRm op2 guest         feature      kind
            MDCCSR_EL0         2   3   0   1   0   RO(EL0)       Base         Hook;
            DBGDTR_EL0         2   3   0   4   0   RW(EL0)       Base         Hook;
            DBGDTRRX_EL0       2   3   0   5   0   RW(EL0)       Base         Hook;
            SPMCR_EL0          2   3   9   12  0   RW(EL0)       SPMU         Hook;
            SPMCNTENSET_EL0    2   3   9   12  1   RW(EL0)       SPMU         Hook;
            SPMCNTENCLR_EL0    2   3   9   12  2   RW(EL0)       SPMU         Hook;
            SPMOVSCLR_EL0      2   3   9   12  3   RW(EL0)       SPMU         Hook;
            SPMZR_EL0          2   3   9   12  4   WO(EL0)       SPMU         Hook;
            SPMSELR_EL0        2   3   9   12  5   RW(EL0)       SPMU         Hook;
            SPMOVSSET_EL0      2   3   9   14  3   RW(EL0)       SPMU         Hook;
            SPMEVCNTR0_EL0     2   3   14  0   0   RW(EL0)       SPMU         Hook;
            SPMEVCNTR1_EL0     2   3   14  0   1   RW(EL0)       SPMU         Hook;
            SPMEVCNTR2_EL0     2   3   14  0   2   RW(EL0)       SPMU         Hook;
            SPMEVCNTR3_EL0     2   3   14  0   3   RW(EL0)       SPMU         Hook;
            SPMEVCNTR4_EL0     2   3   14  0   4   RW(EL0)       SPMU         Hook;
            SPMEVCNTR5_EL0     2   3   14  0   5   RW(EL0)       SPMU         Hook;
            SPMEVCNTR6_EL0     2   3   14  0   6   RW(EL0)       SPMU         Hook;
            SPMEVCNTR7_EL0     2   3   14  0   7   RW(EL0)       SPMU         Hook;
            SPMEVCNTR8_EL0     2   3   14  1   0   RW(EL0)       SPMU         Hook;
            SPMEVCNTR9_EL0     2   3   14  1   1   RW(EL0)       SPMU         Hook;
            SPMEVCNTR10_EL0    2   3   14  1   2   RW(EL0)       SPMU         Hook;
            SPMEVCNTR11_EL0    2   3   14  1   3   RW(EL0)       SPMU         Hook;
            SPMEVCNTR12_EL0    2   3   14  1   4   RW(EL0)       SPMU         Hook;
            SPMEVCNTR13_EL0    2   3   14  1   5   RW(EL0)       SPMU         Hook;
            SPMEVCNTR14_EL0    2   3   14  1   6   RW(EL0)       SPMU         Hook;
            SPMEVCNTR15_EL0    2   3   14  1   7   RW(EL0)       SPMU         Hook;
            SPMEVTYPER0_EL0    2   3   14  2   0   RW(EL0)       SPMU         Hook;
            SPMEVTYPER1_EL0    2   3   14  2   1   RW(EL0)       SPMU         Hook;
            SPMEVTYPER2_EL0    2   3   14  2   2   RW(EL0)       SPMU         Hook;
            SPMEVTYPER3_EL0    2   3   14  2   3   RW(EL0)       SPMU         Hook;
            SPMEVTYPER4_EL0    2   3   14  2   4   RW(EL0)       SPMU         Hook;
            SPMEVTYPER5_EL0    2   3   14  2   5   RW(EL0)       SPMU         Hook;
            SPMEVTYPER6_EL0    2   3   14  2   6   RW(EL0)       SPMU         Hook;
            SPMEVTYPER7_EL0    2   3   14  2   7   RW(EL0)       SPMU         Hook;
            SPMEVTYPER8_EL0    2   3   14  3   0   RW(EL0)       SPMU         Hook;
            SPMEVTYPER9_EL0    2   3   14  3   1   RW(EL0)       SPMU         Hook;
            SPMEVTYPER10_EL0   2   3   14  3   2   RW(EL0)       SPMU         Hook;
            SPMEVTYPER11_EL0   2   3   14  3   3   RW(EL0)       SPMU         Hook;
            SPMEVTYPER12_EL0   2   3   14  3   4   RW(EL0)       SPMU         Hook;
            SPMEVTYPER13_EL0   2   3   14  3   5   RW(EL0)       SPMU         Hook;
            SPMEVTYPER14_EL0   2   3   14  3   6   RW(EL0)       SPMU         Hook;
            SPMEVTYPER15_EL0   2   3   14  3   7   RW(EL0)       SPMU         Hook;
            SPMEVFILTR0_EL0    2   3   14  4   0   RW(EL0)       SPMU         Hook;
            SPMEVFILTR1_EL0    2   3   14  4   1   RW(EL0)       SPMU         Hook;
            SPMEVFILTR2_EL0    2   3   14  4   2   RW(EL0)       SPMU         Hook;
            SPMEVFILTR3_EL0    2   3   14  4   3   RW(EL0)       SPMU         Hook;
            SPMEVFILTR4_EL0    2   3   14  4   4   RW(EL0)       SPMU         Hook;
            SPMEVFILTR5_EL0    2   3   14  4   5   RW(EL0)       SPMU         Hook;
            SPMEVFILTR6_EL0    2   3   14  4   6   RW(EL0)       SPMU         Hook;
            SPMEVFILTR7_EL0    2   3   14  4   7   RW(EL0)       SPMU         Hook;
            SPMEVFILTR8_EL0    2   3   14  5   0   RW(EL0)       SPMU         Hook;
            SPMEVFILTR9_EL0    2   3   14  5   1   RW(EL0)       SPMU         Hook;
            SPMEVFILTR10_EL0   2   3   14  5   2   RW(EL0)       SPMU         Hook;
            SPMEVFILTR11_EL0   2   3   14  5   3   RW(EL0)       SPMU         Hook;
            SPMEVFILTR12_EL0   2   3   14  5   4   RW(EL0)       SPMU         Hook;
            SPMEVFILTR13_EL0   2   3   14  5   5   RW(EL0)       SPMU         Hook;
            SPMEVFILTR14_EL0   2   3   14  5   6   RW(EL0)       SPMU         Hook;
            SPMEVFILTR15_EL0   2   3   14  5   7   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R0_EL0   2   3   14  6   0   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R1_EL0   2   3   14  6   1   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R2_EL0   2   3   14  6   2   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R3_EL0   2   3   14  6   3   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R4_EL0   2   3   14  6   4   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R5_EL0   2   3   14  6   5   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R6_EL0   2   3   14  6   6   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R7_EL0   2   3   14  6   7   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R8_EL0   2   3   14  7   0   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R9_EL0   2   3   14  7   1   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R10_EL0  2   3   14  7   2   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R11_EL0  2   3   14  7   3   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R12_EL0  2   3   14  7   4   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R13_EL0  2   3   14  7   5   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R14_EL0  2   3   14  7   6   RW(EL0)       SPMU         Hook;
            SPMEVFILT2R15_EL0  2   3   14  7   7   RW(EL0)       SPMU         Hook;
            DBGVCR32_EL2       2   4   0   7   0   RW(EL2)       AA32EL1      Value;
            BRBCR_EL2          2   4   9   0   0   RW(EL2)       BRBE         Hook;
            SPMACCESSR_EL2     2   4   9   13  3   RW(EL2)       SPMU         Hook;
            BRBCR_EL12         2   5   9   0   0   RW(EL2)       BRBE         Hook;
            SPMACCESSR_EL12    2   5   9   13  3   RW(EL2)       SPMU         Hook;
            SPMACCESSR_EL3     2   6   9   13  3   RW(EL3)       SPMU         Hook;
            SPMROOTCR_EL3      2   6   9   14  7   RW(EL3)       SPMU         Hook;
            SPMSCR_EL1         2   7   9   14  7   RW(EL1)       SPMU         Hook;
        }
    };
}
pub(crate) use debug_el0_el2_rows;
