//! op0=3 op1=6 and op1=7: system registers of EL3 and the Secure physical timer.
//! Rows only: what an access does is the business of whoever executes it.

macro_rules! el3_rows {
    ($next:ident $($rest:ident)*; $($acc:tt)*) => {
        $next! { $($rest)*; $($acc)*
            // name            op0 op1 CRn CRm op2 guest         feature      kind
            SCTLR_EL3          3   6   1   0   0   RW(EL3)       Base         Hook;
            ACTLR_EL3          3   6   1   0   1   RW(EL3)       Base         Value;
            SCTLR2_EL3         3   6   1   0   3   RW(EL3)       SCTLR2       Hook;
            SCR_EL3            3   6   1   1   0   RW(EL3)       Base         Hook;
            SDER32_EL3         3   6   1   1   1   RW(EL3)       AA32EL1      Value;
            CPTR_EL3           3   6   1   1   2   RW(EL3)       Base         Hook;
            FGWTE3_EL3         3   6   1   1   5   RW(EL3)       FGWTE3       Hook;
            ZCR_EL3            3   6   1   2   0   RW(EL3)       SVE          Hook;
            SCR2_EL3           3   6   1   2   2   RW(EL3)       SCR2         Hook;
            SMCR_EL3           3   6   1   2   6   RW(EL3)       SME          Hook;
            MDCR_EL3           3   6   1   3   1   RW(EL3)       Base         Hook;
            TTBR0_EL3          3   6   2   0   0   RW(EL3)       Base         Hook;
            TCR_EL3            3   6   2   0   2   RW(EL3)       Base         Hook;
            GPTBR_EL3          3   6   2   1   4   RW(EL3)       RME          Hook;
            GPCCR_EL3          3   6   2   1   6   RW(EL3)       RME          Hook;
            GCSCR_EL3          3   6   2   5   0   RW(EL3)       GCS          Hook;
            GCSPR_EL3          3   6   2   5   1   RW(EL3)       GCS          Value;
            SPSR_EL3           3   6   4   0   0   RW(EL3)       Base         Value;
            ELR_EL3            3   6   4   0   1   RW(EL3)       Base         Value;
            SP_EL2             3   6   4   1   0   RW(EL3)       Base         Hook;
            AFSR0_EL3          3   6   5   1   0   RW(EL3)       Base         Value;
            AFSR1_EL3          3   6   5   1   1   RW(EL3)       Base         Value;
            ESR_EL3            3   6   5   2   0   RW(EL3)       Base         Value;
            VSESR_EL3          3   6   5   2   3   RW(EL3)       E3DSE        Value;
            TFSR_EL3           3   6   5   6   0   RW(EL3)       MTE2         Value;
            FAR_EL3            3   6   6   0   0   RW(EL3)       Base         Value;
            MFAR_EL3           3   6   6   0   5   RW(EL3)       RME          Value;
            MAIR2_EL3          3   6   10  1   1   RW(EL3)       AIE          Value;
            MAIR_EL3           3   6   10  2   0   RW(EL3)       Base         Value;
            PIR_EL3            3   6   10  2   3   RW(EL3)       S1PIE        Value;
            POR_EL3            3   6   10  2   4   RW(EL3)       S1POE        Hook;
            AMAIR_EL3          3   6   10  3   0   RW(EL3)       Base         Value;
            AMAIR2_EL3         3   6   10  3   1   RW(EL3)       AIE          Value;
            MPAM3_EL3          3   6   10  5   0   RW(EL3)       MPAM         Value;
            MECID_RL_A_EL3     3   6   10  10  1   RW(EL3)       MEC          Hook;
            VBAR_EL3           3   6   12  0   0   RW(EL3)       Base         Value;
            RVBAR_EL3          3   6   12  0   1   RO(EL3)       Base         Hook;
            RMR_EL3            3   6   12  0   2   RW(EL3)       Base         Hook;
            VDISR_EL3          3   6   12  1   1   RW(EL3)       E3DSE        Value;
            ICC_CTLR_EL3       3   6   12  12  4   RW(EL3)       GICv3        Hook;
            ICC_SRE_EL3        3   6   12  12  5   RW(EL3)       GICv3        Hook;
            ICC_IGRPEN1_EL3    3   6   12  12  7   RW(EL3)       GICv3        Hook;
            TPIDR_EL3          3   6   13  0   2   RW(EL3)       Base         Value;
            SCXTNUM_EL3        3   6   13  0   7   RW(EL3)       CSV2_2       Value;
            CNTPS_TVAL_EL1     3   7   14  2   0   RW(EL3)       Base         Hook;
            CNTPS_CTL_EL1      3   7   14  2   1   RW(EL3)       Base         Hook;
            CNTPS_CVAL_EL1     3   7   14  2   2   RW(EL3)       Base         Hook;
        }
    };
}
pub(crate) use el3_rows;
