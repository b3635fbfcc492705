//! Fields of the main ID, affinity, cache and streaming-SVE identification registers.
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
    CTR_EL0 {
        TminLine         37 32 Unsigned Unlisted : "0 when tags are not cached apart";
        RES1             31 31 Unsigned Exact(1);
        DIC              29 29 Unsigned Lower(1) [
            0 "instruction cache must be invalidated after writing code",
            1 "no instruction cache invalidation needed",
        ];
        IDC              28 28 Unsigned Lower(1) [
            0 "data cache must be cleaned after writing code",
            1 "no data cache clean needed",
        ];
        CWG              27 24 Unsigned HigherOrZero(0) : "0 unknown";
        ERG              23 20 Unsigned HigherOrZero(0) : "0 unknown";
        DminLine         19 16 Unsigned Lower(1) : "log2 of words in the smallest data cache line";
        L1Ip             15 14 Unsigned Exact(2) [0 "VPIPT", 1 "AIVIVT", 2 "VIPT", 3 "PIPT"];
        IminLine         3  0  Unsigned Lower(0) : "log2 of words in the smallest instruction cache line";
    }
    MIDR_EL1 {
        Implementer      31 24 Unsigned Unlisted [
            65 "Arm",
            66 "Broadcom",
            67 "Cavium",
            68 "DEC",
            70 "Fujitsu",
            72 "HiSilicon",
            73 "Infineon",
            77 "Motorola",
            78 "NVIDIA",
            80 "Applied Micro",
            81 "Qualcomm",
            86 "Marvell",
            97 "Apple",
            105 "Intel",
            109 "Microsoft",
            192 "Ampere",
        ];
        Variant          23 20 Unsigned Unlisted : "major revision, the n of rnpm";
        Architecture     19 16 Unsigned Unlisted [15 "described by the ID registers"];
        PartNum          15 4  Unsigned Unlisted : "implementer's part number";
        Revision         3  0  Unsigned Unlisted : "minor revision, the m of rnpm";
    }
    MPIDR_EL1 {
        Aff3             39 32 Unsigned Unlisted : "affinity level 3";
        RES1             31 31 Unsigned Unlisted [1 "multiprocessing extensions present"];
        U                30 30 Unsigned Unlisted [0 "one of several processors", 1 "uniprocessor"];
        MT               24 24 Unsigned Unlisted [
            0 "lowest affinity level is a core",
            1 "lowest affinity level is a thread",
        ];
        Aff2             23 16 Unsigned Unlisted : "affinity level 2";
        Aff1             15 8  Unsigned Unlisted : "affinity level 1";
        Aff0             7  0  Unsigned Unlisted : "affinity level 0";
    }
    CLIDR_EL1 {
        Ttype7           46 45 Unsigned Unlisted [
            0 "no tag cache",
            1 "separate tag cache",
            2 "unified, tags and data in one line",
            3 "unified, tags and data in separate lines",
        ];
        Ttype6           44 43 Unsigned Unlisted [
            0 "no tag cache",
            1 "separate tag cache",
            2 "unified, tags and data in one line",
            3 "unified, tags and data in separate lines",
        ];
        Ttype5           42 41 Unsigned Unlisted [
            0 "no tag cache",
            1 "separate tag cache",
            2 "unified, tags and data in one line",
            3 "unified, tags and data in separate lines",
        ];
        Ttype4           40 39 Unsigned Unlisted [
            0 "no tag cache",
            1 "separate tag cache",
            2 "unified, tags and data in one line",
            3 "unified, tags and data in separate lines",
        ];
        Ttype3           38 37 Unsigned Unlisted [
            0 "no tag cache",
            1 "separate tag cache",
            2 "unified, tags and data in one line",
            3 "unified, tags and data in separate lines",
        ];
        Ttype2           36 35 Unsigned Unlisted [
            0 "no tag cache",
            1 "separate tag cache",
            2 "unified, tags and data in one line",
            3 "unified, tags and data in separate lines",
        ];
        Ttype1           34 33 Unsigned Unlisted [
            0 "no tag cache",
            1 "separate tag cache",
            2 "unified, tags and data in one line",
            3 "unified, tags and data in separate lines",
        ];
        ICB              32 30 Unsigned Unlisted : "0 not disclosed";
        LoUU             29 27 Unsigned Unlisted : "level of unification, uniprocessor";
        LoC              26 24 Unsigned Unlisted : "level of coherence";
        LoUIS            23 21 Unsigned Unlisted : "level of unification, inner shareable";
        Ctype7           20 18 Unsigned Unlisted [
            0 "no cache",
            1 "instruction only",
            2 "data only",
            3 "separate instruction and data",
            4 "unified",
        ];
        Ctype6           17 15 Unsigned Unlisted [
            0 "no cache",
            1 "instruction only",
            2 "data only",
            3 "separate instruction and data",
            4 "unified",
        ];
        Ctype5           14 12 Unsigned Unlisted [
            0 "no cache",
            1 "instruction only",
            2 "data only",
            3 "separate instruction and data",
            4 "unified",
        ];
        Ctype4           11 9  Unsigned Unlisted [
            0 "no cache",
            1 "instruction only",
            2 "data only",
            3 "separate instruction and data",
            4 "unified",
        ];
        Ctype3           8  6  Unsigned Unlisted [
            0 "no cache",
            1 "instruction only",
            2 "data only",
            3 "separate instruction and data",
            4 "unified",
        ];
        Ctype2           5  3  Unsigned Unlisted [
            0 "no cache",
            1 "instruction only",
            2 "data only",
            3 "separate instruction and data",
            4 "unified",
        ];
        Ctype1           2  0  Unsigned Unlisted [
            0 "no cache",
            1 "instruction only",
            2 "data only",
            3 "separate instruction and data",
            4 "unified",
        ];
    }
    CSSELR_EL1 {
        TnD              4  4  Unsigned Unlisted [0 "data, instruction or unified cache", 1 "allocation tag cache"];
        Level            3  1  Unsigned Unlisted : "cache level, less one";
        InD              0  0  Unsigned Unlisted [0 "data or unified cache", 1 "instruction cache"];
    }
    DCZID_EL0 {
        TBS              9  5  Unsigned Unlisted : "log2 of words that DC GVA tags, when it differs from BS";
        DZP              4  4  Unsigned Unlisted [0 "DC ZVA permitted", 1 "DC ZVA prohibited"];
        BS               3  0  Unsigned Unlisted : "log2 of words that DC ZVA zeroes";
    }
    GMID_EL1 {
        BS               3  0  Unsigned Unlisted : "log2 of words whose tags LDGM and STGM move";
    }
    SMIDR_EL1 {
        Implementer      31 24 Unsigned Unlisted : "as in MIDR_EL1";
        Revision         23 16 Unsigned Unlisted : "streaming mode unit's revision";
        SMPS             15 15 Unsigned Unlisted [0 "no streaming priority control", 1 "streaming priority control"];
        Affinity         11 0  Unsigned Unlisted : "streaming mode unit that this PE shares";
    }
}
