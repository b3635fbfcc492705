//! op0=3 op1=0 CRn=0: the identification space; encodings that the architecture reserves as RAZ are rows too.
//! Rows only: what an access does is the business of whoever executes it.

macro_rules! id_space_rows {
    ($next:ident $($rest:ident)*; $($acc:tt)*) => {
        $next! { $($rest)*; $($acc)*
            // name            op0 op1 CRn CRm op2 guest         feature      kind
            MIDR_EL1           3   0   0   0   0   RO(EL1)       Base         Id;
            MPIDR_EL1          3   0   0   0   5   RO(EL1)       Base         Id;
            REVIDR_EL1         3   0   0   0   6   RO(EL1)       Base         Id;
            ID_PFR0_EL1        3   0   0   1   0   RO(EL1)       Base         Id;
            ID_PFR1_EL1        3   0   0   1   1   RO(EL1)       Base         Id;
            ID_DFR0_EL1        3   0   0   1   2   RO(EL1)       Base         Id;
            ID_AFR0_EL1        3   0   0   1   3   RO(EL1)       Base         Id;
            ID_MMFR0_EL1       3   0   0   1   4   RO(EL1)       Base         Id;
            ID_MMFR1_EL1       3   0   0   1   5   RO(EL1)       Base         Id;
            ID_MMFR2_EL1       3   0   0   1   6   RO(EL1)       Base         Id;
            ID_MMFR3_EL1       3   0   0   1   7   RO(EL1)       Base         Id;
            ID_ISAR0_EL1       3   0   0   2   0   RO(EL1)       Base         Id;
            ID_ISAR1_EL1       3   0   0   2   1   RO(EL1)       Base         Id;
            ID_ISAR2_EL1       3   0   0   2   2   RO(EL1)       Base         Id;
            ID_ISAR3_EL1       3   0   0   2   3   RO(EL1)       Base         Id;
            ID_ISAR4_EL1       3   0   0   2   4   RO(EL1)       Base         Id;
            ID_ISAR5_EL1       3   0   0   2   5   RO(EL1)       Base         Id;
            ID_MMFR4_EL1       3   0   0   2   6   RO(EL1)       Base         Id;
            ID_ISAR6_EL1       3   0   0   2   7   RO(EL1)       Base         Id;
            MVFR0_EL1          3   0   0   3   0   RO(EL1)       Base         Id;
            MVFR1_EL1          3   0   0   3   1   RO(EL1)       Base         Id;
            MVFR2_EL1          3   0   0   3   2   RO(EL1)       Base         Id;
            S3_0_C0_C3_3       3   0   0   3   3   RO(EL1)       Base         Id;
            ID_PFR2_EL1        3   0   0   3   4   RO(EL1)       Base         Id;
            ID_DFR1_EL1        3   0   0   3   5   RO(EL1)       Base         Id;
            ID_MMFR5_EL1       3   0   0   3   6   RO(EL1)       Base         Id;
            S3_0_C0_C3_7       3   0   0   3   7   RO(EL1)       Base         Id;
            ID_AA64PFR0_EL1    3   0   0   4   0   RO(EL1)       Base         Id;
            ID_AA64PFR1_EL1    3   0   0   4   1   RO(EL1)       Base         Id;
            ID_AA64PFR2_EL1    3   0   0   4   2   RO(EL1)       Base         Id;
            S3_0_C0_C4_3       3   0   0   4   3   RO(EL1)       Base         Id;
            ID_AA64ZFR0_EL1    3   0   0   4   4   RO(EL1)       Base         Id;
            ID_AA64SMFR0_EL1   3   0   0   4   5   RO(EL1)       Base         Id;
            S3_0_C0_C4_6       3   0   0   4   6   RO(EL1)       Base         Id;
            ID_AA64FPFR0_EL1   3   0   0   4   7   RO(EL1)       Base         Id;
            ID_AA64DFR0_EL1    3   0   0   5   0   RO(EL1)       Base         Id;
            ID_AA64DFR1_EL1    3   0   0   5   1   RO(EL1)       Base         Id;
            ID_AA64DFR2_EL1    3   0   0   5   2   RO(EL1)       Base         Id;
            S3_0_C0_C5_3       3   0   0   5   3   RO(EL1)       Base         Id;
            ID_AA64AFR0_EL1    3   0   0   5   4   RO(EL1)       Base         Id;
            ID_AA64AFR1_EL1    3   0   0   5   5   RO(EL1)       Base         Id;
            S3_0_C0_C5_6       3   0   0   5   6   RO(EL1)       Base         Id;
            S3_0_C0_C5_7       3   0   0   5   7   RO(EL1)       Base         Id;
            ID_AA64ISAR0_EL1   3   0   0   6   0   RO(EL1)       Base         Id;
            ID_AA64ISAR1_EL1   3   0   0   6   1   RO(EL1)       Base         Id;
            ID_AA64ISAR2_EL1   3   0   0   6   2   RO(EL1)       Base         Id;
            ID_AA64ISAR3_EL1   3   0   0   6   3   RO(EL1)       Base         Id;
            S3_0_C0_C6_4       3   0   0   6   4   RO(EL1)       Base         Id;
            S3_0_C0_C6_5       3   0   0   6   5   RO(EL1)       Base         Id;
            S3_0_C0_C6_6       3   0   0   6   6   RO(EL1)       Base         Id;
            S3_0_C0_C6_7       3   0   0   6   7   RO(EL1)       Base         Id;
            ID_AA64MMFR0_EL1   3   0   0   7   0   RO(EL1)       Base         Id;
            ID_AA64MMFR1_EL1   3   0   0   7   1   RO(EL1)       Base         Id;
            ID_AA64MMFR2_EL1   3   0   0   7   2   RO(EL1)       Base         Id;
            ID_AA64MMFR3_EL1   3   0   0   7   3   RO(EL1)       Base         Id;
            ID_AA64MMFR4_EL1   3   0   0   7   4   RO(EL1)       Base         Id;
            S3_0_C0_C7_5       3   0   0   7   5   RO(EL1)       Base         Id;
            S3_0_C0_C7_6       3   0   0   7   6   RO(EL1)       Base         Id;
            S3_0_C0_C7_7       3   0   0   7   7   RO(EL1)       Base         Id;
        }
    };
}
pub(crate) use id_space_rows;
