//! op0=3 op1=5: the EL1 and EL0 registers under their EL12 and EL02 names (FEAT_VHE).
//! Rows only: what an access does is the business of whoever executes it.

macro_rules! el12_rows {
    ($next:ident $($rest:ident)*; $($acc:tt)*) => {
        $next! { $($rest)*; $($acc)*
            // name            op0 op1 CRn CRm op2 guest         feature      kind
            SCTLR_EL12         3   5   1   0   0   RW(EL2)       VHE          Hook;
            ACTLR_EL12         3   5   1   0   1   RW(EL2)       VHE          Hook;
            CPACR_EL12         3   5   1   0   2   RW(EL2)       VHE          Hook;
            SCTLR2_EL12        3   5   1   0   3   RW(EL2)       SCTLR2       Hook;
            ZCR_EL12           3   5   1   2   0   RW(EL2)       SVE          Hook;
            TRFCR_EL12         3   5   1   2   1   RW(EL2)       TRF          Hook;
            TRCITECR_EL12      3   5   1   2   3   RW(EL2)       ITE          Hook;
            SMCR_EL12          3   5   1   2   6   RW(EL2)       SME          Hook;
            TTBR0_EL12         3   5   2   0   0   RW(EL2)       VHE          Hook;
            TTBR1_EL12         3   5   2   0   1   RW(EL2)       VHE          Hook;
            TCR_EL12           3   5   2   0   2   RW(EL2)       VHE          Hook;
            TCR2_EL12          3   5   2   0   3   RW(EL2)       TCR2         Hook;
            GCSCR_EL12         3   5   2   5   0   RW(EL2)       GCS          Hook;
            GCSPR_EL12         3   5   2   5   1   RW(EL2)       GCS          Hook;
            SPSR_EL12          3   5   4   0   0   RW(EL2)       VHE          Hook;
            ELR_EL12           3   5   4   0   1   RW(EL2)       VHE          Hook;
            AFSR0_EL12         3   5   5   1   0   RW(EL2)       VHE          Hook;
            AFSR1_EL12         3   5   5   1   1   RW(EL2)       VHE          Hook;
            ESR_EL12           3   5   5   2   0   RW(EL2)       VHE          Hook;
            TFSR_EL12          3   5   5   6   0   RW(EL2)       MTE2         Hook;
            FAR_EL12           3   5   6   0   0   RW(EL2)       VHE          Hook;
            PFAR_EL12          3   5   6   0   5   RW(EL2)       PFAR         Hook;
            PMSCR_EL12         3   5   9   9   0   RW(EL2)       SPE          Hook;
            MAIR_EL12          3   5   10  2   0   RW(EL2)       VHE          Hook;
            MAIR2_EL12         3   5   10  2   1   RW(EL2)       AIE          Hook;
            PIRE0_EL12         3   5   10  2   2   RW(EL2)       S1PIE        Hook;
            PIR_EL12           3   5   10  2   3   RW(EL2)       S1PIE        Hook;
            POR_EL12           3   5   10  2   4   RW(EL2)       S1POE        Hook;
            AMAIR_EL12         3   5   10  3   0   RW(EL2)       VHE          Hook;
            AMAIR2_EL12        3   5   10  3   1   RW(EL2)       AIE          Hook;
            MPAM1_EL12         3   5   10  5   0   RW(EL2)       MPAM         Hook;
            VBAR_EL12          3   5   12  0   0   RW(EL2)       VHE          Hook;
            CONTEXTIDR_EL12    3   5   13  0   1   RW(EL2)       VHE          Hook;
            SCXTNUM_EL12       3   5   13  0   7   RW(EL2)       CSV2_2       Hook;
            CNTKCTL_EL12       3   5   14  1   0   RW(EL2)       VHE          Hook;
            CNTP_TVAL_EL02     3   5   14  2   0   RW(EL2)       VHE          Hook;
            CNTP_CTL_EL02      3   5   14  2   1   RW(EL2)       VHE          Hook;
            CNTP_CVAL_EL02     3   5   14  2   2   RW(EL2)       VHE          Hook;
            CNTV_TVAL_EL02     3   5   14  3   0   RW(EL2)       VHE          Hook;
            CNTV_CTL_EL02      3   5   14  3   1   RW(EL2)       VHE          Hook;
            CNTV_CVAL_EL02     3   5   14  3   2   RW(EL2)       VHE          Hook;
        }
    };
}
pub(crate) use el12_rows;
