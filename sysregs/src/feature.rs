//! Architectural features, and which ID-field values announce each.
//! Says what an ID value *means*; whether a guest is told so is the VM's ID file, not this table.
//!
//! Row: `NAME: REG.FIELD[min] & ... | ...;` implemented when any alternative holds, an alternative
//! when all its terms do, a term when the field's value (under the field's sign) is at least
//! `min`, and at most `max` in `[min, max]`. Source: Arm ARM, section A2 and the field texts in D24.2.

use crate::fields::{IdField, aarch64};
use crate::{IdValues, SysReg};

/// One comparison of a feature rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    pub field: &'static IdField,
    pub min: i64,
    pub max: i64,
}

impl Term {
    /// Whether the register value satisfies the term.
    pub const fn holds(&self, register: u64) -> bool {
        let value = self.field.extract(register);
        value >= self.min && value <= self.max
    }

    /// The optional upper bound of a row.
    pub(crate) const fn at_most(bound: &[i64]) -> i64 {
        match bound {
            [max] => *max,
            _ => i64::MAX,
        }
    }
}

macro_rules! features {
    ($($name:ident: $($($register:ident.$field:ident[$min:literal $(, $max:literal)?])&+)|*;)*) => {
        /// An architectural feature, `FEAT_` left out; `Base` is the architecture without any.
        #[allow(non_camel_case_types, reason = "the architecture's own spelling")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Feature { $($name),* }

        impl Feature {
            /// Every feature of the table.
            pub const ALL: &'static [Feature] = &[$(Feature::$name),*];
        }

        static NAMES: [&str; Feature::COUNT] = [$(stringify!($name)),*];

        static RULES: [&[&[Term]]; Feature::COUNT] = [$(
            &[$(&[$(Term {
                field: &aarch64::$register::$field,
                min: $min,
                max: Term::at_most(&[$($max)?]),
            }),+]),*]
        ),*];
    };
}

features! {
    // Exception levels and execution states
    Base: ;
    AA32EL0: ID_AA64PFR0_EL1.EL0[2];
    AA32EL1: ID_AA64PFR0_EL1.EL1[2];
    AA32EL2: ID_AA64PFR0_EL1.EL2[2];
    AA32EL3: ID_AA64PFR0_EL1.EL3[2];
    EL2: ID_AA64PFR0_EL1.EL2[1];
    EL3: ID_AA64PFR0_EL1.EL3[1];
    SEL2: ID_AA64PFR0_EL1.SEL2[1];
    RME: ID_AA64PFR0_EL1.RME[1];
    // Floating point and Advanced SIMD
    FP: ID_AA64PFR0_EL1.FP[0];
    AdvSIMD: ID_AA64PFR0_EL1.AdvSIMD[0];
    FP16: ID_AA64PFR0_EL1.FP[1];
    AES: ID_AA64ISAR0_EL1.AES[1];
    PMULL: ID_AA64ISAR0_EL1.AES[2];
    SHA1: ID_AA64ISAR0_EL1.SHA1[1];
    SHA256: ID_AA64ISAR0_EL1.SHA2[1];
    SHA512: ID_AA64ISAR0_EL1.SHA2[2];
    SHA3: ID_AA64ISAR0_EL1.SHA3[1];
    SM3: ID_AA64ISAR0_EL1.SM3[1];
    SM4: ID_AA64ISAR0_EL1.SM4[1];
    RDM: ID_AA64ISAR0_EL1.RDM[1];
    DotProd: ID_AA64ISAR0_EL1.DP[1];
    FHM: ID_AA64ISAR0_EL1.FHM[1];
    FCMA: ID_AA64ISAR1_EL1.FCMA[1];
    JSCVT: ID_AA64ISAR1_EL1.JSCVT[1];
    FRINTTS: ID_AA64ISAR1_EL1.FRINTTS[1];
    BF16: ID_AA64ISAR1_EL1.BF16[1];
    EBF16: ID_AA64ISAR1_EL1.BF16[2];
    I8MM: ID_AA64ISAR1_EL1.I8MM[1];
    AFP: ID_AA64MMFR1_EL1.AFP[1];
    RPRES: ID_AA64ISAR2_EL1.RPRES[1];
    LUT: ID_AA64ISAR2_EL1.LUT[1];
    FAMINMAX: ID_AA64ISAR3_EL1.FAMINMAX[1];
    FPRCVT: ID_AA64ISAR3_EL1.FPRCVT[1];
    FPMR: ID_AA64PFR2_EL1.FPMR[1];
    FP8: ID_AA64FPFR0_EL1.F8CVT[1];
    FP8FMA: ID_AA64FPFR0_EL1.F8FMA[1];
    FP8DOT4: ID_AA64FPFR0_EL1.F8DP4[1];
    FP8DOT2: ID_AA64FPFR0_EL1.F8DP2[1];
    F8F32MM: ID_AA64FPFR0_EL1.F8MM8[1];
    F8F16MM: ID_AA64FPFR0_EL1.F8MM4[1];
    // Other A64 instructions
    CRC32: ID_AA64ISAR0_EL1.CRC32[1];
    LSE: ID_AA64ISAR0_EL1.ATOMIC[2];
    LSE128: ID_AA64ISAR0_EL1.ATOMIC[3];
    LSE2: ID_AA64MMFR2_EL1.AT[1];
    LSFE: ID_AA64ISAR3_EL1.LSFE[1];
    LSUI: ID_AA64ISAR3_EL1.LSUI[1];
    LRCPC: ID_AA64ISAR1_EL1.LRCPC[1];
    LRCPC2: ID_AA64ISAR1_EL1.LRCPC[2];
    LRCPC3: ID_AA64ISAR1_EL1.LRCPC[3];
    FlagM: ID_AA64ISAR0_EL1.TS[1];
    FlagM2: ID_AA64ISAR0_EL1.TS[2];
    RNG: ID_AA64ISAR0_EL1.RNDR[1];
    RNG_TRAP: ID_AA64PFR1_EL1.RNDR_trap[1];
    TME: ID_AA64ISAR0_EL1.TME[1];
    SB: ID_AA64ISAR1_EL1.SB[1];
    DGH: ID_AA64ISAR1_EL1.DGH[1];
    SPECRES: ID_AA64ISAR1_EL1.SPECRES[1];
    SPECRES2: ID_AA64ISAR1_EL1.SPECRES[2];
    XS: ID_AA64ISAR1_EL1.XS[1];
    LS64: ID_AA64ISAR1_EL1.LS64[1];
    LS64_V: ID_AA64ISAR1_EL1.LS64[2];
    LS64_ACCDATA: ID_AA64ISAR1_EL1.LS64[3];
    LS64WB: ID_AA64ISAR1_EL1.LS64[4];
    WFxT: ID_AA64ISAR2_EL1.WFxT[2];
    MOPS: ID_AA64ISAR2_EL1.MOPS[1];
    HBC: ID_AA64ISAR2_EL1.BC[1];
    CLRBHB: ID_AA64ISAR2_EL1.CLRBHB[1];
    RPRFM: ID_AA64ISAR2_EL1.RPRFM[1];
    CSSC: ID_AA64ISAR2_EL1.CSSC[1];
    CMPBR: ID_AA64ISAR2_EL1.CSSC[2];
    ATS1A: ID_AA64ISAR2_EL1.ATS1A[1];
    PRFMSLC: ID_AA64ISAR2_EL1.PRFMSLC[1];
    PCDPHINT: ID_AA64ISAR2_EL1.PCDPHINT[1];
    SYSINSTR128: ID_AA64ISAR2_EL1.SYSINSTR_128[1];
    SYSREG128: ID_AA64ISAR2_EL1.SYSREG_128[1];
    CPA: ID_AA64ISAR3_EL1.CPA[1];
    CPA2: ID_AA64ISAR3_EL1.CPA[2];
    OCCMO: ID_AA64ISAR3_EL1.OCCMO[1];
    TLBIW: ID_AA64ISAR3_EL1.TLBIW[1];
    DPB: ID_AA64ISAR1_EL1.DPB[1];
    DPB2: ID_AA64ISAR1_EL1.DPB[2];
    // Pointer authentication and branch targets
    PAuth: ID_AA64ISAR1_EL1.APA[1] | ID_AA64ISAR1_EL1.API[1] | ID_AA64ISAR2_EL1.APA3[1];
    EPAC: ID_AA64ISAR1_EL1.APA[2, 2] | ID_AA64ISAR1_EL1.API[2, 2] | ID_AA64ISAR2_EL1.APA3[2, 2];
    PAuth2: ID_AA64ISAR1_EL1.APA[3] | ID_AA64ISAR1_EL1.API[3] | ID_AA64ISAR2_EL1.APA3[3];
    FPAC: ID_AA64ISAR1_EL1.APA[4] | ID_AA64ISAR1_EL1.API[4] | ID_AA64ISAR2_EL1.APA3[4];
    FPACCOMBINE: ID_AA64ISAR1_EL1.APA[5] | ID_AA64ISAR1_EL1.API[5] | ID_AA64ISAR2_EL1.APA3[5];
    PAuth_LR: ID_AA64ISAR1_EL1.APA[6] | ID_AA64ISAR1_EL1.API[6] | ID_AA64ISAR2_EL1.APA3[6];
    PACQARMA5: ID_AA64ISAR1_EL1.APA[1];
    PACIMP: ID_AA64ISAR1_EL1.API[1];
    PACQARMA3: ID_AA64ISAR2_EL1.APA3[1];
    PACGA: ID_AA64ISAR1_EL1.GPA[1] | ID_AA64ISAR1_EL1.GPI[1] | ID_AA64ISAR2_EL1.GPA3[1];
    CONSTPACFIELD: ID_AA64ISAR2_EL1.PAC_frac[1];
    BTI: ID_AA64PFR1_EL1.BT[1];
    GCS: ID_AA64PFR1_EL1.GCS[1];
    // Memory tagging
    MTE: ID_AA64PFR1_EL1.MTE[1];
    MTE2: ID_AA64PFR1_EL1.MTE[2];
    MTE3: ID_AA64PFR1_EL1.MTE[3];
    MTE_ASYNC: ID_AA64PFR1_EL1.MTE[2] & ID_AA64PFR1_EL1.MTE_frac[0];
    MTE_ASYM_FAULT: ID_AA64PFR1_EL1.MTE[3];
    MTE4: ID_AA64PFR1_EL1.MTEX[1];
    MTE_PERM: ID_AA64PFR2_EL1.MTEPERM[1];
    MTE_STORE_ONLY: ID_AA64PFR2_EL1.MTESTOREONLY[1];
    MTE_TAGGED_FAR: ID_AA64PFR2_EL1.MTEFAR[1];
    // Scalable vectors and matrices
    SVE: ID_AA64PFR0_EL1.SVE[1];
    SVE2: ID_AA64ZFR0_EL1.SVEver[1];
    SVE2p1: ID_AA64ZFR0_EL1.SVEver[2];
    SVE2p2: ID_AA64ZFR0_EL1.SVEver[3];
    SVE_AES: ID_AA64ZFR0_EL1.AES[1];
    SVE_PMULL128: ID_AA64ZFR0_EL1.AES[2];
    SVE_BitPerm: ID_AA64ZFR0_EL1.BitPerm[1];
    SVE_BF16: ID_AA64ZFR0_EL1.BF16[1];
    SVE_EBF16: ID_AA64ZFR0_EL1.BF16[2];
    SVE_B16B16: ID_AA64ZFR0_EL1.B16B16[1];
    SVE_SHA3: ID_AA64ZFR0_EL1.SHA3[1];
    SVE_SM4: ID_AA64ZFR0_EL1.SM4[1];
    SVE_I8MM: ID_AA64ZFR0_EL1.I8MM[1];
    F32MM: ID_AA64ZFR0_EL1.F32MM[1];
    F64MM: ID_AA64ZFR0_EL1.F64MM[1];
    SVE_F16F32MM: ID_AA64ZFR0_EL1.F16MM[1];
    SME: ID_AA64PFR1_EL1.SME[1];
    SME2: ID_AA64PFR1_EL1.SME[2];
    SME2p1: ID_AA64SMFR0_EL1.SMEver[2];
    SME_FA64: ID_AA64SMFR0_EL1.FA64[1];
    SME_F64F64: ID_AA64SMFR0_EL1.F64F64[1];
    SME_I16I64: ID_AA64SMFR0_EL1.I16I64[15];
    SME_F16F16: ID_AA64SMFR0_EL1.F16F16[1];
    SME_B16B16: ID_AA64SMFR0_EL1.B16B16[1];
    SME_LUTv2: ID_AA64SMFR0_EL1.LUTv2[1];
    // PSTATE
    PAN: ID_AA64MMFR1_EL1.PAN[1];
    PAN2: ID_AA64MMFR1_EL1.PAN[2];
    PAN3: ID_AA64MMFR1_EL1.PAN[3];
    UAO: ID_AA64MMFR2_EL1.UAO[1];
    DIT: ID_AA64PFR0_EL1.DIT[1];
    SSBS: ID_AA64PFR1_EL1.SSBS[1];
    SSBS2: ID_AA64PFR1_EL1.SSBS[2];
    NMI: ID_AA64PFR1_EL1.NMI[1];
    EBEP: ID_AA64DFR1_EL1.EBEP[1];
    // Speculation
    CSV2: ID_AA64PFR0_EL1.CSV2[1];
    CSV2_1p1: ID_AA64PFR0_EL1.CSV2[1] & ID_AA64PFR1_EL1.CSV2_frac[1];
    CSV2_1p2: ID_AA64PFR0_EL1.CSV2[1] & ID_AA64PFR1_EL1.CSV2_frac[2];
    CSV2_2: ID_AA64PFR0_EL1.CSV2[2];
    CSV2_3: ID_AA64PFR0_EL1.CSV2[3];
    CSV3: ID_AA64PFR0_EL1.CSV3[1];
    ECBHB: ID_AA64MMFR1_EL1.ECBHB[1];
    // Memory system and translation
    LPA: ID_AA64MMFR0_EL1.PARANGE[6];
    LPA2: ID_AA64MMFR0_EL1.TGRAN4[1] | ID_AA64MMFR0_EL1.TGRAN16[2];
    D128: ID_AA64MMFR3_EL1.D128[1];
    LVA: ID_AA64MMFR2_EL1.VARange[1];
    LVA3: ID_AA64MMFR2_EL1.VARange[2];
    TGRAN4: ID_AA64MMFR0_EL1.TGRAN4[0];
    TGRAN16: ID_AA64MMFR0_EL1.TGRAN16[1];
    TGRAN64: ID_AA64MMFR0_EL1.TGRAN64[0];
    ASID16: ID_AA64MMFR0_EL1.ASIDBITS[2];
    MixedEnd: ID_AA64MMFR0_EL1.BIGEND[1];
    MixedEndEL0: ID_AA64MMFR0_EL1.BIGEND[1] | ID_AA64MMFR0_EL1.BIGENDEL0[1];
    ExS: ID_AA64MMFR0_EL1.EXS[1];
    TLBIOS: ID_AA64ISAR0_EL1.TLB[1];
    TLBIRANGE: ID_AA64ISAR0_EL1.TLB[2];
    TTST: ID_AA64MMFR2_EL1.ST[1];
    TTL: ID_AA64MMFR2_EL1.TTL[1];
    TTCNP: ID_AA64MMFR2_EL1.CnP[1];
    BBML1: ID_AA64MMFR2_EL1.BBM[1];
    BBML2: ID_AA64MMFR2_EL1.BBM[2];
    HAFDBS: ID_AA64MMFR1_EL1.HAFDBS[1];
    HPDS: ID_AA64MMFR1_EL1.HPDS[1];
    HPDS2: ID_AA64MMFR1_EL1.HPDS[2];
    HAFT: ID_AA64MMFR1_EL1.HAFDBS[3];
    HDBSS: ID_AA64MMFR1_EL1.HAFDBS[4];
    HACDBS: ID_AA64MMFR4_EL1.HACDBS[1];
    LOR: ID_AA64MMFR1_EL1.LO[1];
    XNX: ID_AA64MMFR1_EL1.XNX[1];
    VMID16: ID_AA64MMFR1_EL1.VMIDBits[2];
    S2FWB: ID_AA64MMFR2_EL1.FWB[1];
    LSMAOC: ID_AA64MMFR2_EL1.LSM[1];
    CCIDX: ID_AA64MMFR2_EL1.CCIDX[1];
    E0PD: ID_AA64MMFR2_EL1.E0PD[1];
    ETS2: ID_AA64MMFR1_EL1.ETS[2];
    ETS3: ID_AA64MMFR1_EL1.ETS[3];
    nTLBPA: ID_AA64MMFR1_EL1.nTLBPA[1];
    CMOW: ID_AA64MMFR1_EL1.CMOW[1];
    TIDCP1: ID_AA64MMFR1_EL1.TIDCP1[1];
    S1PIE: ID_AA64MMFR3_EL1.S1PIE[1];
    S2PIE: ID_AA64MMFR3_EL1.S2PIE[1];
    S1POE: ID_AA64MMFR3_EL1.S1POE[1];
    S2POE: ID_AA64MMFR3_EL1.S2POE[1];
    AIE: ID_AA64MMFR3_EL1.AIE[1];
    MEC: ID_AA64MMFR3_EL1.MEC[1];
    TCR2: ID_AA64MMFR3_EL1.TCRX[1];
    SCTLR2: ID_AA64MMFR3_EL1.SCTLRX[1];
    THE: ID_AA64PFR1_EL1.THE[1];
    ASID2: ID_AA64MMFR4_EL1.ASID2[1];
    PoPS: ID_AA64MMFR4_EL1.PoPS[1];
    // Virtualisation
    VHE: ID_AA64MMFR1_EL1.VH[1];
    E2H0: ID_AA64MMFR4_EL1.E2H0[0];
    NV: ID_AA64MMFR2_EL1.NV[1];
    NV2: ID_AA64MMFR2_EL1.NV[2] | ID_AA64MMFR4_EL1.NV_frac[1];
    EVT: ID_AA64MMFR2_EL1.EVT[1];
    IDST: ID_AA64MMFR2_EL1.IDS[1];
    FGT: ID_AA64MMFR0_EL1.FGT[1];
    FGT2: ID_AA64MMFR0_EL1.FGT[2];
    HCX: ID_AA64MMFR1_EL1.HCX[1];
    TWED: ID_AA64MMFR1_EL1.TWED[1];
    FGWTE3: ID_AA64MMFR4_EL1.FGWTE3[1];
    SCR2: ID_AA64MMFR4_EL1.SCRX[1];
    SRMASK: ID_AA64MMFR4_EL1.SRMASK[1];
    // Timers
    ECV: ID_AA64MMFR0_EL1.ECV[1];
    ECV_POFF: ID_AA64MMFR0_EL1.ECV[2];
    // Interrupt controller system registers
    GICv3: ID_AA64PFR0_EL1.GIC[1];
    GICv4p1: ID_AA64PFR0_EL1.GIC[3];
    GCIE: ID_AA64PFR2_EL1.GCIE[1];
    // Reliability
    RAS: ID_AA64PFR0_EL1.RAS[1];
    RASv1p1: ID_AA64PFR0_EL1.RAS[2] | ID_AA64PFR0_EL1.RAS[1] & ID_AA64PFR1_EL1.RAS_frac[1];
    RASv2: ID_AA64PFR0_EL1.RAS[3];
    IESB: ID_AA64MMFR2_EL1.IESB[1];
    DoubleFault: ID_AA64PFR0_EL1.RAS[2] & ID_AA64PFR0_EL1.EL3[1];
    DoubleFault2: ID_AA64PFR1_EL1.DF2[1];
    ADERR: ID_AA64MMFR3_EL1.ADERR[1];
    ANERR: ID_AA64MMFR3_EL1.ANERR[1];
    PFAR: ID_AA64PFR1_EL1.PFAR[1];
    E3DSE: ID_AA64MMFR4_EL1.E3DSE[1];
    // Debug
    Debugv8p1: ID_AA64DFR0_EL1.DebugVer[7];
    Debugv8p2: ID_AA64DFR0_EL1.DebugVer[8];
    Debugv8p4: ID_AA64DFR0_EL1.DebugVer[9];
    Debugv8p8: ID_AA64DFR0_EL1.DebugVer[10];
    Debugv8p9: ID_AA64DFR0_EL1.DebugVer[11];
    DoubleLock: ID_AA64DFR0_EL1.DoubleLock[0];
    BWE: ID_AA64DFR2_EL1.BWE[1];
    STEP2: ID_AA64DFR2_EL1.STEP[1];
    ABLE: ID_AA64DFR1_EL1.ABLE[1];
    // Performance monitors, profiling, trace
    PMUv3: ID_AA64DFR0_EL1.PMUVer[1, 14];
    PMUv3p1: ID_AA64DFR0_EL1.PMUVer[4, 14];
    PMUv3p4: ID_AA64DFR0_EL1.PMUVer[5, 14];
    PMUv3p5: ID_AA64DFR0_EL1.PMUVer[6, 14];
    PMUv3p7: ID_AA64DFR0_EL1.PMUVer[7, 14];
    PMUv3p8: ID_AA64DFR0_EL1.PMUVer[8, 14];
    PMUv3p9: ID_AA64DFR0_EL1.PMUVer[9, 14];
    PMUv3_ICNTR: ID_AA64DFR1_EL1.PMICNTR[1];
    PMUv3_SS: ID_AA64DFR0_EL1.PMSS[1];
    HPMN0: ID_AA64DFR0_EL1.HPMN0[1];
    MTPMU: ID_AA64DFR0_EL1.MTPMU[1, 14];
    SEBEP: ID_AA64DFR0_EL1.SEBEP[1];
    SPMU: ID_AA64DFR1_EL1.SPMU[1];
    SPE: ID_AA64DFR0_EL1.PMSVer[1];
    SPEv1p1: ID_AA64DFR0_EL1.PMSVer[2];
    SPEv1p2: ID_AA64DFR0_EL1.PMSVer[3];
    SPEv1p3: ID_AA64DFR0_EL1.PMSVer[4];
    SPEv1p4: ID_AA64DFR0_EL1.PMSVer[5];
    TRC_SR: ID_AA64DFR0_EL1.TraceVer[1];
    TRF: ID_AA64DFR0_EL1.TraceFilt[1];
    TRBE: ID_AA64DFR0_EL1.TraceBuffer[1];
    TRBE_EXT: ID_AA64DFR0_EL1.ExtTrcBuff[1];
    BRBE: ID_AA64DFR0_EL1.BRBE[1];
    BRBEv1p1: ID_AA64DFR0_EL1.BRBE[2];
    ITE: ID_AA64DFR1_EL1.ITE[1];
    AMUv1: ID_AA64PFR0_EL1.AMU[1];
    AMUv1p1: ID_AA64PFR0_EL1.AMU[2];
    MPAM: ID_AA64PFR0_EL1.MPAM[1] | ID_AA64PFR1_EL1.MPAM_frac[1];
    MPAMv1p1: ID_AA64PFR0_EL1.MPAM[1] & ID_AA64PFR1_EL1.MPAM_frac[1];
}

impl Feature {
    /// Number of features in the table.
    pub const COUNT: usize = Self::ALL.len();

    /// The name without `FEAT_`.
    pub const fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// Looks a name up in any letter case, with or without `FEAT_`.
    pub fn from_name(name: &str) -> Option<Feature> {
        let bare = match name.get(..5) {
            Some(prefix) if prefix.eq_ignore_ascii_case("FEAT_") => &name[5..],
            _ => name,
        };
        Self::ALL.iter().copied().find(|f| f.name().eq_ignore_ascii_case(bare))
    }

    /// The alternatives that announce the feature; none for `Base`, which needs none.
    pub const fn rule(self) -> &'static [&'static [Term]] {
        RULES[self as usize]
    }

    /// What the ID values say: `None` when a register that decides it is unknown.
    pub fn known(self, ids: &IdValues) -> Option<bool> {
        if matches!(self, Feature::Base) {
            return Some(true);
        }
        let mut unknown = false;
        for alternative in self.rule() {
            match all_hold(alternative, ids) {
                Some(true) => return Some(true),
                Some(false) => {}
                None => unknown = true,
            }
        }
        if unknown { None } else { Some(false) }
    }

    /// Whether the ID values announce the feature; an unknown register announces nothing.
    pub fn implemented(self, ids: &IdValues) -> bool {
        self.known(ids) == Some(true)
    }

    /// Every ID register some rule looks at, without repetition, in encoding order.
    pub fn registers() -> alloc::vec::Vec<SysReg> {
        let terms = RULES.iter().flat_map(|rule| rule.iter()).flat_map(|alternative| alternative.iter());
        let mut registers: alloc::vec::Vec<SysReg> = terms.map(|term| term.field.register).collect();
        registers.sort_unstable();
        registers.dedup();
        registers
    }
}

impl core::fmt::Display for Feature {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "FEAT_{}", self.name())
    }
}

fn all_hold(terms: &[Term], ids: &IdValues) -> Option<bool> {
    let mut unknown = false;
    for term in terms {
        match ids.get(term.field.register) {
            Some(value) if !term.holds(value) => return Some(false),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if unknown { None } else { Some(true) }
}

const WORDS: usize = Feature::COUNT.div_ceil(64);

/// A set of features.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FeatureSet([u64; WORDS]);

impl FeatureSet {
    /// Only `Base`.
    pub const fn base() -> Self {
        let mut words = [0; WORDS];
        words[Feature::Base as usize / 64] |= 1 << (Feature::Base as usize % 64);
        FeatureSet(words)
    }

    /// What the ID values announce.
    pub fn from_ids(ids: &IdValues) -> Self {
        let mut set = Self::base();
        for &feature in Feature::ALL {
            if feature.implemented(ids) {
                set.insert(feature);
            }
        }
        set
    }

    pub const fn contains(&self, feature: Feature) -> bool {
        self.0[feature as usize / 64] >> (feature as usize % 64) & 1 != 0
    }

    pub const fn insert(&mut self, feature: Feature) {
        self.0[feature as usize / 64] |= 1 << (feature as usize % 64);
    }

    pub const fn remove(&mut self, feature: Feature) {
        self.0[feature as usize / 64] &= !(1 << (feature as usize % 64));
    }

    pub fn iter(&self) -> impl Iterator<Item = Feature> + '_ {
        Feature::ALL.iter().copied().filter(|f| self.contains(*f))
    }

    /// The features in `self` that `other` lacks.
    pub fn difference<'a>(&'a self, other: &'a FeatureSet) -> impl Iterator<Item = Feature> + 'a {
        self.iter().filter(|f| !other.contains(*f))
    }
}

impl core::fmt::Debug for FeatureSet {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
