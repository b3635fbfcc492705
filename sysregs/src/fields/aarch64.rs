//! Fields of the AArch64 ID registers (3,0,0,c4..c7).
//! Rows only; policies per kernel version refer to them and are not here.
//!
//! Row: `NAME msb lsb sign rule(safe value) : "what the number is" [value "what it means", ...];`
//! Values that announce a feature and mean nothing more need no text: `Feature` has that rule.
//!
//! Sign, safe rule and safe value are those of arm64's cpufeature tables
//! (arch/arm64/kernel/cpufeature.c, Linux 7.3); layouts are the Arm ARM's, section D24.2.

use super::id_registers;

id_registers! {
    // field         msb lsb sign     rule(safe value)
    ID_AA64PFR0_EL1 {
        CSV3             63 60 Unsigned Lower(0) [
            0 "not disclosed whether faulting loads forward data",
            1 "data loaded under a permission or domain fault is not used speculatively",
        ];
        CSV2             59 56 Unsigned Lower(0) [
            0 "not disclosed whether branch targets trained in another context are used",
            1 "branch targets trained in another context are not used",
            2 "and SCXTNUM exists",
            3 "and so for branch history",
        ];
        RME              55 52 Unsigned Unlisted;
        DIT              51 48 Unsigned Lower(0);
        AMU              47 44 Unsigned Lower(0) [0 "not implemented", 1 "AMUv1", 2 "AMUv1p1"];
        MPAM             43 40 Unsigned Lower(0) : "major version of MPAM";
        SEL2             39 36 Unsigned Lower(0);
        SVE              35 32 Unsigned Lower(0);
        RAS              31 28 Unsigned Lower(0) [0 "no RAS extension", 1 "RAS", 2 "RASv1p1", 3 "RASv2"];
        GIC              27 24 Unsigned Lower(0) [
            0 "no system register interface",
            1 "system register interface of GICv3 and GICv4.0",
            3 "system register interface of GICv4.1",
        ];
        AdvSIMD          23 20 Signed   Lower(-1) [
            -1 "not implemented",
            0 "single and double precision",
            1 "half precision too",
        ];
        FP               19 16 Signed   Lower(-1) [
            -1 "not implemented",
            0 "single and double precision",
            1 "half precision too",
        ];
        EL3              15 12 Unsigned Lower(0) [0 "not implemented", 1 "AArch64 only", 2 "AArch64 and AArch32"];
        EL2              11 8  Unsigned Lower(0) [0 "not implemented", 1 "AArch64 only", 2 "AArch64 and AArch32"];
        EL1              7  4  Unsigned Lower(1) [1 "AArch64 only", 2 "AArch64 and AArch32"];
        EL0              3  0  Unsigned Lower(1) [1 "AArch64 only", 2 "AArch64 and AArch32"];
    }
    ID_AA64PFR1_EL1 {
        PFAR             63 60 Unsigned Unlisted;
        DF2              59 56 Unsigned Lower(0);
        MTEX             55 52 Unsigned Unlisted;
        THE              51 48 Unsigned Unlisted;
        GCS              47 44 Unsigned Lower(0);
        MTE_frac         43 40 Signed   Lower(0) [
            -1 "no asynchronous faults",
            0 "asynchronous faults when MTE is 2 or 3",
        ];
        NMI              39 36 Unsigned Unlisted;
        CSV2_frac        35 32 Unsigned Unlisted : "minor level when PFR0.CSV2 is 1";
        RNDR_trap        31 28 Unsigned Unlisted;
        SME              27 24 Unsigned Lower(0) [0 "not implemented", 1 "SME", 2 "SME2"];
        MPAM_frac        19 16 Unsigned Lower(0) : "minor version of MPAM";
        RAS_frac         15 12 Unsigned Lower(0) : "minor version of RAS when PFR0.RAS is 1";
        MTE              11 8  Unsigned Lower(0) [
            0 "not implemented",
            1 "EL0 instructions without tag memory",
            2 "full tagging",
            3 "and asymmetric fault handling",
        ];
        SSBS             7  4  Unsigned Lower(0) [0 "not implemented", 1 "PSTATE.SSBS only", 2 "and MSR, MRS of SSBS"];
        BT               3  0  Unsigned Lower(0) [0 "not implemented", 1 "branch target identification"];
    }
    ID_AA64PFR2_EL1 {
        FPMR             35 32 Unsigned Lower(0);
        UINJ             19 16 Unsigned Unlisted;
        GCIE             15 12 Unsigned Lower(0);
        MTEFAR           11 8  Unsigned Lower(0);
        MTESTOREONLY     7  4  Unsigned Lower(0);
        MTEPERM          3  0  Unsigned Unlisted;
    }
    ID_AA64ZFR0_EL1 {
        F64MM            59 56 Unsigned Lower(0);
        F32MM            55 52 Unsigned Lower(0);
        F16MM            51 48 Unsigned Lower(0);
        I8MM             47 44 Unsigned Lower(0);
        SM4              43 40 Unsigned Lower(0);
        SHA3             35 32 Unsigned Lower(0);
        B16B16           27 24 Unsigned Lower(0);
        BF16             23 20 Unsigned Lower(0) [
            0 "not implemented",
            1 "BFloat16",
            2 "and extended BFloat16 behaviours",
        ];
        BitPerm          19 16 Unsigned Lower(0);
        EltPerm          15 12 Unsigned Lower(0);
        AES              7  4  Unsigned Lower(0) [0 "not implemented", 1 "AES", 2 "and PMULL of 64-bit elements"];
        SVEver           3  0  Unsigned Lower(0) [0 "SVE", 1 "SVE2", 2 "SVE2.1", 3 "SVE2.2"];
    }
    ID_AA64SMFR0_EL1 {
        FA64             63 63 Unsigned Exact(0);
        LUT6             61 61 Unsigned Exact(0);
        LUTv2            60 60 Unsigned Exact(0);
        SMEver           59 56 Unsigned Exact(0) [0 "SME", 1 "SME2", 2 "SME2.1", 3 "SME2.2"];
        I16I64           55 52 Unsigned Exact(0);
        F64F64           48 48 Unsigned Exact(0);
        I16I32           47 44 Unsigned Exact(0);
        B16B16           43 43 Unsigned Exact(0);
        F16F16           42 42 Unsigned Exact(0);
        F8F16            41 41 Unsigned Exact(0);
        F8F32            40 40 Unsigned Exact(0);
        I8I32            39 36 Unsigned Exact(0);
        F16F32           35 35 Unsigned Exact(0);
        B16F32           34 34 Unsigned Exact(0);
        BI32I32          33 33 Unsigned Exact(0);
        F32F32           32 32 Unsigned Exact(0);
        SF8FMA           30 30 Unsigned Exact(0);
        SF8DP4           29 29 Unsigned Exact(0);
        SF8DP2           28 28 Unsigned Exact(0);
        SBitPerm         25 25 Unsigned Exact(0);
        AES              24 24 Unsigned Exact(0);
        SFEXPA           23 23 Unsigned Exact(0);
        STMOP            16 16 Unsigned Exact(0);
        SMOP4            0  0  Unsigned Exact(0);
    }
    ID_AA64FPFR0_EL1 {
        F8CVT            31 31 Unsigned Exact(0);
        F8FMA            30 30 Unsigned Exact(0);
        F8DP4            29 29 Unsigned Exact(0);
        F8DP2            28 28 Unsigned Exact(0);
        F8MM8            27 27 Unsigned Exact(0);
        F8MM4            26 26 Unsigned Exact(0);
        F16MM2           15 15 Unsigned Exact(0);
        F8E4M3           1  1  Unsigned Exact(0);
        F8E5M2           0  0  Unsigned Exact(0);
    }
    ID_AA64DFR0_EL1 {
        HPMN0            63 60 Unsigned Exact(0) [0 "HPMN of zero is UNPREDICTABLE", 1 "HPMN of zero is defined"];
        ExtTrcBuff       59 56 Unsigned Exact(0);
        BRBE             55 52 Unsigned Exact(0);
        MTPMU            51 48 Unsigned Exact(0) [
            0 "not implemented, or IMPLEMENTATION DEFINED",
            1 "implemented",
            15 "not implemented",
        ];
        TraceBuffer      47 44 Unsigned Exact(0);
        TraceFilt        43 40 Unsigned Exact(0);
        DoubleLock       39 36 Signed   Lower(0) [-1 "not implemented", 0 "OS double lock implemented"];
        PMSVer           35 32 Unsigned Lower(0) [
            0 "not implemented",
            1 "SPE",
            2 "SPEv1p1",
            3 "SPEv1p2",
            4 "SPEv1p3",
            5 "SPEv1p4",
        ];
        CTX_CMPs         31 28 Unsigned Lower(0) : "number of context-aware breakpoints, less one";
        SEBEP            27 24 Unsigned Unlisted;
        WRPs             23 20 Unsigned Lower(0) : "number of watchpoints, less one";
        PMSS             19 16 Unsigned Unlisted;
        BRPs             15 12 Unsigned Lower(0) : "number of breakpoints, less one";
        PMUVer           11 8  Unsigned Exact(0) [
            0 "no PMU",
            1 "PMUv3",
            4 "PMUv3 for Armv8.1",
            5 "PMUv3 for Armv8.4",
            6 "PMUv3 for Armv8.5",
            7 "PMUv3 for Armv8.7",
            8 "PMUv3 for Armv8.8",
            9 "PMUv3 for Armv8.9",
            15 "IMPLEMENTATION DEFINED PMU",
        ];
        TraceVer         7  4  Unsigned Exact(0);
        DebugVer         3  0  Unsigned Exact(6) [
            6 "Armv8.0 debug",
            7 "with VHE",
            8 "Armv8.2 debug",
            9 "Armv8.4 debug",
            10 "Armv8.8 debug",
            11 "Armv8.9 debug",
        ];
    }
    ID_AA64DFR1_EL1 {
        ABL_CMPs         63 56 Unsigned Unlisted : "number of breakpoints that can be linked, less one";
        DPFZS            55 52 Unsigned Unlisted;
        EBEP             51 48 Unsigned Unlisted;
        ITE              47 44 Unsigned Unlisted;
        ABLE             43 40 Unsigned Unlisted;
        PMICNTR          39 36 Unsigned Unlisted;
        SPMU             35 32 Unsigned Unlisted;
        CTX_CMPs         31 24 Unsigned Unlisted : "number of context-aware breakpoints, less one, if more than 16";
        WRPs             23 16 Unsigned Unlisted : "number of watchpoints, less one, if more than 16";
        BRPs             15 8  Unsigned Unlisted : "number of breakpoints, less one, if more than 16";
        SYSPMUID         7  0  Unsigned Unlisted : "system PMU identifier";
    }
    ID_AA64DFR2_EL1 {
        TRBE_EXC         27 24 Unsigned Unlisted;
        SPE_nVM          23 20 Unsigned Unlisted;
        SPE_EXC          19 16 Unsigned Unlisted;
        BWE              7  4  Unsigned Unlisted;
        STEP             3  0  Unsigned Unlisted;
    }
    ID_AA64AFR0_EL1 {
        IMPDEF7          31 28 Unsigned Unlisted;
        IMPDEF6          27 24 Unsigned Unlisted;
        IMPDEF5          23 20 Unsigned Unlisted;
        IMPDEF4          19 16 Unsigned Unlisted;
        IMPDEF3          15 12 Unsigned Unlisted;
        IMPDEF2          11 8  Unsigned Unlisted;
        IMPDEF1          7  4  Unsigned Unlisted;
        IMPDEF0          3  0  Unsigned Unlisted;
    }
    ID_AA64ISAR0_EL1 {
        RNDR             63 60 Unsigned Lower(0);
        TLB              59 56 Unsigned Lower(0) [
            0 "not implemented",
            1 "Outer Shareable TLBI",
            2 "and TLBI by range",
        ];
        TS               55 52 Unsigned Lower(0) [0 "not implemented", 1 "CFINV, RMIF, SETF", 2 "and AXFLAG, XAFLAG"];
        FHM              51 48 Unsigned Lower(0);
        DP               47 44 Unsigned Lower(0);
        SM4              43 40 Unsigned Lower(0);
        SM3              39 36 Unsigned Lower(0);
        SHA3             35 32 Unsigned Lower(0);
        RDM              31 28 Unsigned Lower(0);
        TME              27 24 Unsigned Unlisted [0 "not implemented", 1 "transactional memory (withdrawn)"];
        ATOMIC           23 20 Unsigned Lower(0) [0 "not implemented", 2 "LSE atomics", 3 "and 128-bit atomics"];
        CRC32            19 16 Unsigned Lower(0);
        SHA2             15 12 Unsigned Lower(0) [0 "not implemented", 1 "SHA256", 2 "SHA256 and SHA512"];
        SHA1             11 8  Unsigned Lower(0);
        AES              7  4  Unsigned Lower(0) [
            0 "not implemented",
            1 "AESE, AESD, AESMC, AESIMC",
            2 "and PMULL of 64-bit elements",
        ];
    }
    ID_AA64ISAR1_EL1 {
        LS64             63 60 Unsigned Lower(0) [
            0 "not implemented",
            1 "LD64B, ST64B",
            2 "and ST64BV",
            3 "and ST64BV0, ACCDATA_EL1",
            4 "and write-back memory",
        ];
        XS               59 56 Unsigned Lower(0);
        I8MM             55 52 Unsigned Lower(0);
        DGH              51 48 Unsigned Lower(0);
        BF16             47 44 Unsigned Lower(0) [
            0 "not implemented",
            1 "BFloat16",
            2 "and extended BFloat16 behaviours",
        ];
        SPECRES          43 40 Unsigned Lower(0) [0 "not implemented", 1 "CFP, DVP, CPP", 2 "and COSP"];
        SB               39 36 Unsigned Lower(0);
        FRINTTS          35 32 Unsigned Lower(0);
        GPI              31 28 Unsigned Lower(0);
        GPA              27 24 Unsigned Lower(0);
        LRCPC            23 20 Unsigned Lower(0) [
            0 "not implemented",
            1 "LDAPR",
            2 "and LDAPUR, STLUR",
            3 "and LDIAPP, STILP and writeback forms",
        ];
        FCMA             19 16 Unsigned Lower(0);
        JSCVT            15 12 Unsigned Lower(0);
        API              11 8  Unsigned Exact(0) [
            0 "not implemented",
            1 "IMPLEMENTATION DEFINED algorithm",
            2 "enhanced PAC",
            3 "PAuth2",
            4 "and faults on failed authentication",
            5 "and faults in combined instructions",
            6 "and PAuth_LR",
        ];
        APA              7  4  Unsigned Exact(0) [
            0 "not implemented",
            1 "QARMA5",
            2 "enhanced PAC",
            3 "PAuth2",
            4 "and faults on failed authentication",
            5 "and faults in combined instructions",
            6 "and PAuth_LR",
        ];
        DPB              3  0  Unsigned Lower(0) [0 "not implemented", 1 "DC CVAP", 2 "and DC CVADP"];
    }
    ID_AA64ISAR2_EL1 {
        ATS1A            63 60 Unsigned Lower(0);
        LUT              59 56 Unsigned Lower(0);
        CSSC             55 52 Unsigned Lower(0);
        RPRFM            51 48 Unsigned Lower(0);
        PCDPHINT         47 44 Unsigned Unlisted;
        PRFMSLC          43 40 Unsigned Unlisted;
        SYSINSTR_128     39 36 Unsigned Unlisted;
        SYSREG_128       35 32 Unsigned Unlisted;
        CLRBHB           31 28 Unsigned Lower(0);
        PAC_frac         27 24 Unsigned Unlisted;
        BC               23 20 Unsigned Lower(0);
        MOPS             19 16 Unsigned Lower(0);
        APA3             15 12 Unsigned Exact(0) [
            0 "not implemented",
            1 "QARMA3",
            2 "enhanced PAC",
            3 "PAuth2",
            4 "and faults on failed authentication",
            5 "and faults in combined instructions",
            6 "and PAuth_LR",
        ];
        GPA3             11 8  Unsigned Lower(0);
        RPRES            7  4  Unsigned Lower(0);
        WFxT             3  0  Unsigned Lower(0) [0 "not implemented", 2 "WFET, WFIT"];
    }
    ID_AA64ISAR3_EL1 {
        FPRCVT           31 28 Unsigned Lower(0);
        LSUI             27 24 Unsigned Lower(0);
        OCCMO            23 20 Unsigned Unlisted;
        LSFE             19 16 Unsigned Lower(0);
        PACM             15 12 Unsigned Unlisted;
        TLBIW            11 8  Unsigned Unlisted;
        FAMINMAX         7  4  Unsigned Lower(0);
        CPA              3  0  Unsigned Unlisted;
    }
    ID_AA64MMFR0_EL1 {
        ECV              63 60 Unsigned Lower(0) [
            0 "not implemented",
            1 "self-synchronising counter views and event scaling",
            2 "and CNTPOFF_EL2",
        ];
        FGT              59 56 Unsigned Lower(0) [
            0 "not implemented",
            1 "fine-grained traps",
            2 "and the second set of trap registers",
        ];
        EXS              47 44 Unsigned Lower(0);
        TGRAN4_2         43 40 Unsigned Exact(1) [
            0 "as stage 1",
            1 "not supported at stage 2",
            2 "supported at stage 2",
            3 "supported at stage 2, 52-bit",
        ];
        TGRAN64_2        39 36 Unsigned Exact(1) [
            0 "as stage 1",
            1 "not supported at stage 2",
            2 "supported at stage 2",
        ];
        TGRAN16_2        35 32 Unsigned Exact(1) [
            0 "as stage 1",
            1 "not supported at stage 2",
            2 "supported at stage 2",
            3 "supported at stage 2, 52-bit",
        ];
        TGRAN4           31 28 Signed   Lower(-1) [-1 "not supported", 0 "supported", 1 "supported, 52-bit"];
        TGRAN64          27 24 Signed   Lower(-1) [-1 "not supported", 0 "supported"];
        TGRAN16          23 20 Unsigned Lower(0) [0 "not supported", 1 "supported", 2 "supported, 52-bit"];
        BIGENDEL0        19 16 Unsigned Lower(0) [0 "as the other levels", 1 "both endiannesses at EL0"];
        SNSMEM           15 12 Unsigned Lower(0) [0 "no Secure memory", 1 "Secure and Non-secure memory"];
        BIGEND           11 8  Unsigned Lower(0) [0 "one endianness", 1 "both endiannesses"];
        ASIDBITS         7  4  Unsigned Lower(0) [0 "8 bits", 2 "16 bits"];
        PARANGE          3  0  Unsigned Lower(0) [
            0 "32 bits, 4 GB",
            1 "36 bits, 64 GB",
            2 "40 bits, 1 TB",
            3 "42 bits, 4 TB",
            4 "44 bits, 16 TB",
            5 "48 bits, 256 TB",
            6 "52 bits, 4 PB",
            7 "56 bits, 64 PB",
        ];
    }
    ID_AA64MMFR1_EL1 {
        ECBHB            63 60 Unsigned Lower(0);
        CMOW             59 56 Unsigned Unlisted;
        TIDCP1           55 52 Unsigned Lower(0);
        nTLBPA           51 48 Unsigned Unlisted;
        AFP              47 44 Unsigned Lower(0);
        HCX              43 40 Unsigned Lower(0);
        ETS              39 36 Unsigned Lower(0) [
            0 "not implemented",
            1 "not implemented",
            2 "enhanced translation synchronisation",
            3 "ETS3",
        ];
        TWED             35 32 Unsigned Lower(0);
        XNX              31 28 Unsigned Lower(0);
        SpecSEI          27 24 Unsigned Higher(0) [
            0 "speculative reads raise no SError",
            1 "speculative reads may raise SError",
        ];
        PAN              23 20 Unsigned Lower(0) [
            0 "not implemented",
            1 "PAN",
            2 "and AT S1E1RP, S1E1WP",
            3 "and SCTLR_ELx.EPAN",
        ];
        LO               19 16 Unsigned Lower(0);
        HPDS             15 12 Unsigned Lower(0) [
            0 "not implemented",
            1 "hierarchical permissions can be disabled",
            2 "and page-based hardware attributes",
        ];
        VH               11 8  Unsigned Lower(0);
        VMIDBits         7  4  Unsigned Lower(0) [0 "8 bits", 2 "16 bits"];
        HAFDBS           3  0  Unsigned Lower(0) [
            0 "not implemented",
            1 "hardware access flag",
            2 "and hardware dirty state",
            3 "and access flag in table descriptors",
            4 "and dirty state tracking structure",
        ];
    }
    ID_AA64MMFR2_EL1 {
        E0PD             63 60 Unsigned Lower(0) [
            0 "not implemented",
            1 "EL0 accesses to half the address space can be prevented",
        ];
        EVT              59 56 Unsigned Lower(0) [0 "not implemented", 1 "TICAB, TOCU, TID4", 2 "and TTLBIS, TTLBOS"];
        BBM              55 52 Unsigned Lower(0) [
            0 "break before make required",
            1 "level 1 support",
            2 "level 2 support",
        ];
        TTL              51 48 Unsigned Lower(0);
        FWB              43 40 Unsigned Lower(0);
        IDS              39 36 Unsigned Lower(0);
        AT               35 32 Unsigned Lower(0);
        ST               31 28 Unsigned Lower(0);
        NV               27 24 Unsigned Lower(0) [
            0 "not implemented",
            1 "nested virtualisation",
            2 "and memory-backed registers",
        ];
        CCIDX            23 20 Unsigned Lower(0) [0 "32-bit CCSIDR_EL1", 1 "64-bit CCSIDR_EL1"];
        VARange          19 16 Unsigned Lower(0) [0 "48 bits", 1 "52 bits with the 64K granule", 2 "56 bits"];
        IESB             15 12 Unsigned Lower(0);
        LSM              11 8  Unsigned Lower(0);
        UAO              7  4  Unsigned Lower(0);
        CnP              3  0  Unsigned Lower(0);
    }
    ID_AA64MMFR3_EL1 {
        Spec_FPACC       63 60 Unsigned Unlisted;
        ADERR            59 56 Unsigned Unlisted;
        SDERR            55 52 Unsigned Unlisted;
        ANERR            47 44 Unsigned Unlisted;
        SNERR            43 40 Unsigned Unlisted;
        D128_2           39 36 Unsigned Unlisted;
        D128             35 32 Unsigned Unlisted;
        MEC              31 28 Unsigned Unlisted;
        AIE              27 24 Unsigned Unlisted;
        S2POE            23 20 Unsigned Unlisted;
        S1POE            19 16 Unsigned Lower(0);
        S2PIE            15 12 Unsigned Unlisted;
        S1PIE            11 8  Unsigned Lower(0);
        SCTLRX           7  4  Unsigned Lower(0);
        TCRX             3  0  Unsigned Lower(0);
    }
    ID_AA64MMFR4_EL1 {
        MTEFGT           63 60 Unsigned Unlisted;
        SCRX             59 56 Unsigned Unlisted;
        TEV              55 52 Unsigned Unlisted;
        TPS              51 48 Unsigned Unlisted;
        SRMASK           47 44 Unsigned Unlisted;
        TLBID            43 40 Unsigned Unlisted;
        E3DSE            39 36 Unsigned Unlisted;
        EAESR            35 32 Unsigned Unlisted;
        RMEGDI           31 28 Unsigned Unlisted;
        E2H0             27 24 Signed   Lower(0) [
            -2 "HCR_EL2.E2H is RES1, NV1 not programmable",
            -1 "HCR_EL2.E2H is RES1",
            0 "HCR_EL2.E2H programmable",
        ];
        NV_frac          23 20 Unsigned Lower(0) [0 "as MMFR2.NV", 1 "NV2 without NV"];
        FGWTE3           19 16 Unsigned Unlisted;
        HACDBS           15 12 Unsigned Unlisted;
        ASID2            11 8  Unsigned Unlisted;
        EIESB            7  4  Unsigned Unlisted;
        PoPS             3  0  Unsigned Unlisted;
    }
}
