//! op0=3 op1=3 CRn=0..12: system registers that EL0 reaches.
//! Rows only: what an access does is the business of whoever executes it.

macro_rules! el0_rows {
    ($next:ident $($rest:ident)*; $($acc:tt)*) => {
        $next! { $($rest)*; $($acc)*
            // name            op0 op1 CRn CRm op2 guest         feature      kind
            CTR_EL0            3   3   0   0   1   RO(EL0)       Base         Id;
            DCZID_EL0          3   3   0   0   7   RO(EL0)       Base         Id;
            RNDR               3   3   2   4   0   RO(EL0)       RNG          Hook;
            RNDRRS             3   3   2   4   1   RO(EL0)       RNG          Hook;
            GCSPR_EL0          3   3   2   5   1   RW(EL0)       GCS          Value;
            NZCV               3   3   4   2   0   RW(EL0)       Base         PState;
            DAIF               3   3   4   2   1   RW(EL0)       Base         PState;
            SVCR               3   3   4   2   2   RW(EL0)       SME          PState;
            DIT                3   3   4   2   5   RW(EL0)       DIT          PState;
            SSBS               3   3   4   2   6   RW(EL0)       SSBS2        PState;
            TCO                3   3   4   2   7   RW(EL0)       MTE          PState;
            FPCR               3   3   4   4   0   RW(EL0)       FP           Hook;
            FPSR               3   3   4   4   1   RW(EL0)       FP           Hook;
            FPMR               3   3   4   4   2   RW(EL0)       FPMR         Value;
            DSPSR_EL0          3   3   4   5   0   NONE          Base         Value;
            DLR_EL0            3   3   4   5   1   NONE          Base         Value;
            PMICNTR_EL0        3   3   9   4   0   RW(EL0)       PMUv3_ICNTR  Hook;
            PMICFILTR_EL0      3   3   9   6   0   RW(EL0)       PMUv3_ICNTR  Hook;
            PMCR_EL0           3   3   9   12  0   RW(EL0)       PMUv3        Hook;
            PMCNTENSET_EL0     3   3   9   12  1   RW(EL0)       PMUv3        Hook;
            PMCNTENCLR_EL0     3   3   9   12  2   RW(EL0)       PMUv3        Hook;
            PMOVSCLR_EL0       3   3   9   12  3   RW(EL0)       PMUv3        Hook;
            PMSWINC_EL0        3   3   9   12  4   WO(EL0)       PMUv3        Hook;
            PMSELR_EL0         3   3   9   12  5   RW(EL0)       PMUv3        Hook;
            PMCEID0_EL0        3   3   9   12  6   RO(EL0)       PMUv3        Hook;
            PMCEID1_EL0        3   3   9   12  7   RO(EL0)       PMUv3        Hook;
            PMCCNTR_EL0        3   3   9   13  0   RW(EL0)       PMUv3        Hook;
            PMXEVTYPER_EL0     3   3   9   13  1   RW(EL0)       PMUv3        Hook;
            PMXEVCNTR_EL0      3   3   9   13  2   RW(EL0)       PMUv3        Hook;
            PMZR_EL0           3   3   9   13  4   WO(EL0)       PMUv3p9      Hook;
            PMUSERENR_EL0      3   3   9   14  0   RW_EL1_RO_EL0 PMUv3        Hook;
            PMOVSSET_EL0       3   3   9   14  3   RW(EL0)       PMUv3        Hook;
            POR_EL0            3   3   10  2   4   RW(EL0)       S1POE        Hook;
        }
    };
}
pub(crate) use el0_rows;
