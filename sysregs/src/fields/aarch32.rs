//! Fields of the ID registers that describe AArch32 state (3,0,0,c1..c3).
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
    ID_PFR0_EL1 {
        RAS              31 28 Unsigned Unlisted [0 "not implemented", 1 "RAS", 2 "RASv1p1"];
        DIT              27 24 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        AMU              23 20 Unsigned Unlisted [0 "not implemented", 1 "AMUv1", 2 "AMUv1p1"];
        CSV2             19 16 Unsigned Lower(0) [
            0 "not disclosed",
            1 "branch targets trained in another context are not used",
            2 "and SCXTNUM exists",
        ];
        State3           15 12 Unsigned Lower(0) [0 "not implemented", 1 "T32EE"];
        State2           11 8  Unsigned Lower(0) [
            0 "not implemented",
            1 "Jazelle",
            2 "Jazelle, JOSCR.CV cleared on entry",
        ];
        State1           7  4  Unsigned Lower(0) [0 "not implemented", 1 "T32 before Thumb-2", 3 "T32 with Thumb-2"];
        State0           3  0  Unsigned Lower(0) [0 "not implemented", 1 "A32"];
    }
    ID_PFR1_EL1 {
        GIC              31 28 Unsigned Lower(0) [
            0 "no system register interface",
            1 "GICv3 and GICv4.0",
            3 "GICv4.1",
        ];
        Virt_frac        27 24 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        Sec_frac         23 20 Unsigned Lower(0) [
            0 "not implemented",
            1 "translation walk disable",
            2 "and secure memory control",
        ];
        GenTimer         19 16 Unsigned Lower(0) [0 "not implemented", 1 "Generic Timer", 2 "with ECV"];
        Virtualization   15 12 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        MProgMod         11 8  Unsigned Lower(0) [0 "not implemented", 2 "M-profile programmers' model"];
        Security         7  4  Unsigned Lower(0) [0 "not implemented", 1 "EL3 and SMC", 2 "and NSACR.RFR"];
        ProgMod          3  0  Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
    }
    ID_DFR0_EL1 {
        TraceFilt        31 28 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        PerfMon          27 24 Unsigned Exact(0) [
            0 "not implemented",
            1 "PMUv1",
            2 "PMUv2",
            3 "PMUv3",
            4 "PMUv3 for Armv8.1",
            5 "PMUv3 for Armv8.4",
            6 "PMUv3 for Armv8.5",
            7 "PMUv3 for Armv8.7",
            8 "PMUv3 for Armv8.8",
            9 "PMUv3 for Armv8.9",
            15 "IMPLEMENTATION DEFINED PMU",
        ];
        MProfDbg         23 20 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        MMapTrc          19 16 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        CopTrc           15 12 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        MMapDbg          11 8  Unsigned Lower(0) [0 "not supported", 4 "Armv7", 5 "Armv7.1"];
        CopSDbg          7  4  Unsigned Lower(0) : "Secure debug as CopDbg, or 0";
        CopDbg           3  0  Unsigned Lower(0) [
            0 "not supported",
            6 "Armv8.0 debug",
            7 "with VHE",
            8 "Armv8.2 debug",
            9 "Armv8.4 debug",
            10 "Armv8.8 debug",
            11 "Armv8.9 debug",
        ];
    }
    ID_AFR0_EL1 {
        IMPDEF3          15 12 Unsigned Unlisted;
        IMPDEF2          11 8  Unsigned Unlisted;
        IMPDEF1          7  4  Unsigned Unlisted;
        IMPDEF0          3  0  Unsigned Unlisted;
    }
    ID_MMFR0_EL1 {
        InnerShr         31 28 Signed   Lower(-1) [-1 "ignored", 0 "Non-cacheable", 1 "hardware coherent"];
        FCSE             27 24 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        AuxReg           23 20 Unsigned Lower(0) [
            0 "none",
            1 "auxiliary control register",
            2 "and auxiliary fault status registers",
        ];
        TCM              19 16 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        ShareLvl         15 12 Unsigned Lower(0) [0 "one level of shareability", 1 "two levels of shareability"];
        OuterShr         11 8  Signed   Lower(-1) [-1 "ignored", 0 "Non-cacheable", 1 "hardware coherent"];
        PMSA             7  4  Unsigned Lower(0) [0 "not supported"];
        VMSA             3  0  Unsigned Lower(0) [
            0 "not supported",
            3 "VMSAv7",
            4 "VMSAv7 with PXN",
            5 "and long descriptors",
        ];
    }
    ID_MMFR1_EL1 {
        BPred            31 28 Unsigned Lower(0) [
            0 "none, or no maintenance needed",
            1 "flush on new code, ASID change and more",
            2 "flush on new code or mappings without ASID change",
            3 "flush on new code only",
            4 "never needs flushing",
        ];
        L1TstCln         27 24 Unsigned Lower(0);
        L1Uni            23 20 Unsigned Lower(0);
        L1Hvd            19 16 Unsigned Lower(0);
        L1UniSW          15 12 Unsigned Lower(0);
        L1HvdSW          11 8  Unsigned Lower(0);
        L1UniVA          7  4  Unsigned Lower(0);
        L1HvdVA          3  0  Unsigned Lower(0);
    }
    ID_MMFR2_EL1 {
        HWAccFlg         31 28 Unsigned Lower(0) [0 "not supported", 1 "hardware access flag"];
        WFIStall         27 24 Unsigned Lower(0) [0 "not supported", 1 "WFI stalls"];
        MemBarr          23 20 Unsigned Lower(0) [0 "not supported", 1 "DSB", 2 "DSB, ISB, DMB"];
        UniTLB           19 16 Unsigned Lower(0) [
            0 "not supported",
            4 "by MVA, ASID, all ASIDs",
            5 "and by VMID, guest and hypervisor",
            6 "and by IPA",
        ];
        HvdTLB           15 12 Unsigned Lower(0);
        L1HvdRng         11 8  Unsigned Lower(0);
        L1HvdBG          7  4  Unsigned Lower(0);
        L1HvdFG          3  0  Unsigned Lower(0);
    }
    ID_MMFR3_EL1 {
        Supersec         31 28 Unsigned Lower(0) [0 "supported", 15 "not supported"];
        CMemSz           27 24 Unsigned Lower(0) [0 "4 GB", 1 "64 GB", 2 "1 TB"];
        CohWalk          23 20 Unsigned Lower(0) [0 "walks need a clean to unification", 1 "walks are coherent"];
        PAN              19 16 Unsigned Lower(0) [0 "not implemented", 1 "PAN", 2 "and ATS1CPRP, ATS1CPWP"];
        MaintBcst        15 12 Unsigned Lower(0) [0 "local only", 1 "caches and branch predictors", 2 "and TLBs"];
        BPMaint          11 8  Unsigned Lower(0) [0 "not supported", 1 "invalidate all", 2 "and by MVA"];
        CMaintSW         7  4  Unsigned Lower(0) [0 "not supported", 1 "maintenance by set and way"];
        CMaintVA         3  0  Unsigned Lower(0) [0 "not supported", 1 "maintenance by MVA"];
    }
    ID_ISAR0_EL1 {
        Divide           27 24 Unsigned Lower(0) [0 "not implemented", 1 "SDIV, UDIV in T32", 2 "and in A32"];
        Debug            23 20 Unsigned Lower(0) [0 "not implemented", 1 "BKPT"];
        Coproc           19 16 Unsigned Lower(0) [
            0 "none but those other fields name",
            1 "CDP, LDC, MCR, MRC, STC",
            2 "and CDP2, LDC2, MCR2, MRC2, STC2",
            3 "and MCRR, MRRC",
            4 "and MCRR2, MRRC2",
        ];
        CmpBranch        15 12 Unsigned Lower(0) [0 "not implemented", 1 "CBZ, CBNZ"];
        BitField         11 8  Unsigned Lower(0) [0 "not implemented", 1 "BFC, BFI, SBFX, UBFX"];
        BitCount         7  4  Unsigned Lower(0) [0 "not implemented", 1 "CLZ"];
        Swap             3  0  Unsigned Lower(0) [0 "not implemented", 1 "SWP, SWPB"];
    }
    ID_ISAR1_EL1 {
        Jazelle          31 28 Unsigned Lower(0) [0 "not implemented", 1 "trivial Jazelle"];
        Interwork        27 24 Unsigned Lower(0) [
            0 "not implemented",
            1 "BX",
            2 "and BLX",
            3 "and interworking data processing",
        ];
        Immediate        23 20 Unsigned Lower(0) [0 "not implemented", 1 "MOVT, MOVW and wide immediates"];
        IfThen           19 16 Unsigned Lower(0) [0 "not implemented", 1 "IT"];
        Extend           15 12 Unsigned Lower(0) [
            0 "not implemented",
            1 "SXTB, SXTH, UXTB, UXTH",
            2 "and SXTB16, UXTB16 and accumulating forms",
        ];
        Except_AR        11 8  Unsigned Lower(0) [0 "not implemented", 1 "SRS, RFE, CPS"];
        Except           7  4  Unsigned Lower(0) [0 "not implemented", 1 "LDM and STM exception forms"];
        Endian           3  0  Unsigned Lower(0) [0 "not implemented", 1 "SETEND"];
    }
    ID_ISAR2_EL1 {
        Reversal         31 28 Unsigned Lower(0) [0 "not implemented", 1 "REV, REV16, REVSH", 2 "and RBIT"];
        PSR_AR           27 24 Unsigned Lower(0) [0 "not implemented", 1 "MRS, MSR"];
        MultU            23 20 Unsigned Lower(0) [0 "not implemented", 1 "UMULL, UMLAL", 2 "and UMAAL"];
        MultS            19 16 Unsigned Lower(0) [
            0 "not implemented",
            1 "SMULL, SMLAL",
            2 "and signed halfword forms",
            3 "and dual forms",
        ];
        Mult             15 12 Unsigned Lower(0) [0 "MUL", 1 "and MLA", 2 "and MLS"];
        MultiAccessInt   11 8  Unsigned Lower(0) [0 "LDM and STM not interruptible", 1 "restartable", 2 "continuable"];
        MemHint          7  4  Unsigned Lower(0) [0 "not implemented", 1 "PLD", 2 "PLD", 3 "and PLI", 4 "and PLDW"];
        LoadStore        3  0  Unsigned Lower(0) [
            0 "not implemented",
            1 "LDRD, STRD",
            2 "and load-acquire, store-release",
        ];
    }
    ID_ISAR3_EL1 {
        T32EE            31 28 Unsigned Lower(0) [0 "not implemented", 1 "T32EE"];
        TrueNOP          27 24 Unsigned Lower(0) [0 "not implemented", 1 "NOP"];
        T32Copy          23 20 Unsigned Lower(0) [0 "not implemented", 1 "T32 MOV of low registers"];
        TabBranch        19 16 Unsigned Lower(0) [0 "not implemented", 1 "TBB, TBH"];
        SynchPrim        15 12 Unsigned Lower(0) [
            0 "see SynchPrim_frac",
            1 "LDREX, STREX, with SynchPrim_frac 3 also byte and halfword",
            2 "and doubleword",
        ];
        SVC              11 8  Unsigned Lower(0) [0 "not implemented", 1 "SVC"];
        SIMD             7  4  Unsigned Lower(0) [
            0 "not implemented",
            1 "SSAT, USAT",
            3 "and packed arithmetic with GE",
        ];
        Saturate         3  0  Unsigned Lower(0) [0 "not implemented", 1 "QADD, QDADD, QDSUB, QSUB"];
    }
    ID_ISAR4_EL1 {
        SWP_frac         31 28 Unsigned Lower(0) [0 "see Swap", 1 "SWP on uniprocessors only"];
        PSR_M            27 24 Unsigned Lower(0) [0 "not implemented", 1 "M-profile CPS, MRS, MSR"];
        SynchPrim_frac   23 20 Unsigned Lower(0) [0 "see SynchPrim", 3 "CLREX and byte, halfword exclusives"];
        Barrier          19 16 Unsigned Lower(0) [0 "not implemented", 1 "DMB, DSB, ISB"];
        SMC              15 12 Unsigned Lower(0) [0 "not implemented", 1 "SMC"];
        Writeback        11 8  Unsigned Lower(0) [0 "basic", 1 "all addressing modes"];
        WithShifts       7  4  Unsigned Lower(0) [
            0 "nonzero shifts only in MOV and shifts",
            1 "and in loads and stores, LSL to 3",
            3 "and other constant shifts",
            4 "and register-controlled shifts",
        ];
        Unpriv           3  0  Unsigned Lower(0) [
            0 "not implemented",
            1 "LDRBT, LDRT, STRBT, STRT",
            2 "and halfword and signed forms",
        ];
    }
    ID_ISAR5_EL1 {
        VCMA             31 28 Unsigned Unlisted [0 "not implemented", 1 "VCADD, VCMLA"];
        RDM              27 24 Unsigned Lower(0) [0 "not implemented", 1 "VQRDMLAH, VQRDMLSH"];
        CRC32            19 16 Unsigned Lower(0) [0 "not implemented", 1 "CRC32"];
        SHA2             15 12 Unsigned Lower(0) [0 "not implemented", 1 "SHA256"];
        SHA1             11 8  Unsigned Lower(0) [0 "not implemented", 1 "SHA1"];
        AES              7  4  Unsigned Lower(0) [0 "not implemented", 1 "AES", 2 "and VMULL of 64-bit polynomials"];
        SEVL             3  0  Unsigned Lower(0) [0 "SEVL is NOP", 1 "SEVL"];
    }
    ID_MMFR4_EL1 {
        EVT              31 28 Unsigned Lower(0) [0 "not implemented", 1 "TICAB, TOCU, TID4", 2 "and TTLBIS"];
        CCIDX            27 24 Unsigned Lower(0) [0 "32-bit CCSIDR", 1 "64-bit CCSIDR and CCSIDR2"];
        LSM              23 20 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        HPDS             19 16 Unsigned Lower(0) [
            0 "not implemented",
            1 "hierarchical permissions can be disabled",
            2 "and page-based hardware attributes",
        ];
        CnP              15 12 Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        XNX              11 8  Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        AC2              7  4  Unsigned Lower(0) [0 "none", 1 "ACTLR2 and HACTLR2"];
        SpecSEI          3  0  Unsigned Higher(0) [
            0 "speculative reads raise no SError",
            1 "speculative reads may raise SError",
        ];
    }
    ID_ISAR6_EL1 {
        I8MM             27 24 Unsigned Lower(0) [0 "not implemented", 1 "8-bit integer matrix multiply"];
        BF16             23 20 Unsigned Lower(0) [0 "not implemented", 1 "BFloat16"];
        SPECRES          19 16 Unsigned Lower(0) [
            0 "not implemented",
            1 "CFPRCTX, DVPRCTX, CPPRCTX",
            2 "and COSPRCTX",
        ];
        SB               15 12 Unsigned Lower(0) [0 "not implemented", 1 "SB"];
        FHM              11 8  Unsigned Lower(0) [0 "not implemented", 1 "VFMAL, VFMSL"];
        DP               7  4  Unsigned Lower(0) [0 "not implemented", 1 "VSDOT, VUDOT"];
        JSCVT            3  0  Unsigned Lower(0) [0 "not implemented", 1 "VJCVT"];
    }
    MVFR0_EL1 {
        FPRound          31 28 Unsigned Lower(0) [0 "round to nearest only", 1 "all rounding modes"];
        FPShVec          27 24 Unsigned Lower(0) [0 "not supported", 1 "short vectors"];
        FPSqrt           23 20 Unsigned Lower(0) [0 "not supported", 1 "square root"];
        FPDivide         19 16 Unsigned Lower(0) [0 "not supported", 1 "divide"];
        FPTrap           15 12 Unsigned Lower(0) [0 "not supported", 1 "trapped exceptions"];
        FPDP             11 8  Unsigned Lower(0) [0 "not supported", 1 "VFPv2", 2 "VFPv3 and later"];
        FPSP             7  4  Unsigned Lower(0) [0 "not supported", 1 "VFPv2", 2 "VFPv3 and later"];
        SIMDReg          3  0  Unsigned Lower(0) [
            0 "no register bank",
            1 "16 64-bit registers",
            2 "32 64-bit registers",
        ];
    }
    MVFR1_EL1 {
        SIMDFMAC         31 28 Unsigned Lower(0) [0 "not implemented", 1 "fused multiply-add"];
        FPHP             27 24 Unsigned Lower(0) [
            0 "not supported",
            1 "conversions to and from single",
            2 "and double",
            3 "and arithmetic",
        ];
        SIMDHP           23 20 Unsigned Lower(0) [
            0 "not supported",
            1 "conversions to and from single",
            2 "and arithmetic",
        ];
        SIMDSP           19 16 Unsigned Lower(0) [0 "not implemented", 1 "single precision"];
        SIMDInt          15 12 Unsigned Lower(0) [0 "not implemented", 1 "integer"];
        SIMDLS           11 8  Unsigned Lower(0) [0 "not implemented", 1 "load and store"];
        FPDNaN           7  4  Unsigned Lower(0) [0 "default NaN only", 1 "NaN propagation supported"];
        FPFtZ            3  0  Unsigned Lower(0) [0 "flush to zero only", 1 "denormals supported"];
    }
    MVFR2_EL1 {
        FPMisc           7  4  Unsigned Lower(0) [
            0 "none",
            1 "selection",
            2 "and directed rounding conversions",
            3 "and round to integral",
            4 "and VMAXNM, VMINNM",
        ];
        SIMDMisc         3  0  Unsigned Lower(0) [
            0 "none",
            1 "directed rounding conversions",
            2 "and round to integral",
            3 "and VMAXNM, VMINNM",
        ];
    }
    ID_PFR2_EL1 {
        RAS_frac         11 8  Unsigned Unlisted : "minor version of RAS";
        SSBS             7  4  Unsigned Lower(0) [0 "not implemented", 1 "implemented"];
        CSV3             3  0  Unsigned Lower(0) [
            0 "not disclosed",
            1 "data loaded under a fault is not used speculatively",
        ];
    }
    ID_DFR1_EL1 {
        HPMN0            7  4  Unsigned Unlisted [0 "HPMN of zero is UNPREDICTABLE", 1 "HPMN of zero is defined"];
        MTPMU            3  0  Signed   Lower(0) [
            -1 "not implemented",
            0 "not implemented, or IMPLEMENTATION DEFINED",
            1 "implemented",
        ];
    }
    ID_MMFR5_EL1 {
        nTLBPA           7  4  Unsigned Unlisted [0 "not implemented", 1 "implemented"];
        ETS              3  0  Unsigned Lower(0) [
            0 "not implemented",
            1 "not implemented",
            2 "enhanced translation synchronisation",
            3 "ETS3",
        ];
    }
}
