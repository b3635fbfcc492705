//! The errata table: every MIDR range that Linux's `arm64_errata[]` works around.
//! Rows only; errata that Linux finds without a MIDR range are not here.
//!
//! Generated once from arch/arm64/kernel/cpu_errata.c of 4.20.0, 5.10.262, 6.1.192, 6.12.117 and
//! 7.3.4; 1542419, which Linux matches by a function of its own, is added by hand. A guest that a
//! row's configuration option is compiled out of does not detect it; distributions compile all in.
//!
//! Row: `PART midr match first to last condition "kernels" [fixed revision revidr-bit];`

use super::{Condition, Erratum, Match, Scope, parse_revision};

macro_rules! errata {
    ($($capability:ident $description:literal $scope:ident {
        $($part:ident $model:literal $matching:ident $first:ident to $last:ident $condition:ident $kernels:literal
            $(fixed $fixed:ident $bit:literal)?;)*
    })*) => {
        /// Every row, by capability.
        pub static ERRATA: &[Erratum] = &[$($(Erratum {
            capability: stringify!($capability),
            description: $description,
            scope: Scope::$scope,
            part: stringify!($part),
            model: $model,
            matching: Match::$matching,
            first: parse_revision(stringify!($first)),
            last: parse_revision(stringify!($last)),
            condition: Condition::$condition,
            kernels: $kernels,
            fixed: fixed(&[$((parse_revision(stringify!($fixed)), $bit))?]),
        },)*)*];
    };
}

const fn fixed(revision_and_bit: &[(u8, u8)]) -> Option<(u8, u8)> {
    match revision_and_bit {
        [found] => Some(*found),
        _ => None,
    }
}

errata! {
    HARDEN_BRANCH_PREDICTOR "Spectre v2 hardening of the branch predictor" Guest {
        BRCM_VULCAN            0x420f5160 Part r0p0 to r15p15 Always "4.20";
        CAVIUM_THUNDERX2       0x430f0af0 Part r0p0 to r15p15 Always "4.20";
        CORTEX_A57             0x410fd070 Part r0p0 to r15p15 Always "4.20";
        CORTEX_A72             0x410fd080 Part r0p0 to r15p15 Always "4.20";
        CORTEX_A73             0x410fd090 Part r0p0 to r15p15 Always "4.20";
        CORTEX_A75             0x410fd0a0 Part r0p0 to r15p15 Always "4.20";
        NVIDIA_DENVER          0x4e0f0030 Part r0p0 to r15p15 Always "4.20";
        QCOM_FALKOR            0x510fc000 Part r0p0 to r15p15 Always "4.20";
        QCOM_FALKOR_V1         0x510f8000 Part r0p0 to r15p15 Always "4.20";
    }
    HARDEN_EL2_VECTORS "EL2 vector hardening" Guest {
        CORTEX_A57             0x410fd070 Part r0p0 to r15p15 Always "4.20 5.10";
        CORTEX_A72             0x410fd080 Part r0p0 to r15p15 Always "4.20 5.10";
    }
    WORKAROUND_1188873 "ARM erratum 1188873" Guest {
        CORTEX_A76             0x410fd0b0 Part r0p0 to r2p0 Always "4.20";
    }
    WORKAROUND_1418040 "ARM erratum 1418040" Guest {
        CORTEX_A76             0x410fd0b0 Part r0p0 to r3p1 Always "5.10 6.1 6.12 7.3";
        NEOVERSE_N1            0x410fd0c0 Part r0p0 to r3p1 Always "5.10 6.1 6.12 7.3";
        QCOM_KRYO_4XX_GOLD     0x510f8040 Part r12p14 to r15p15 Always "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_1463225 "ARM erratum 1463225" Host {
        CORTEX_A76             0x410fd0b0 Part r0p0 to r3p1 AtEl2 "5.10 6.1 6.12 7.3";
        QCOM_KRYO_4XX_GOLD     0x510f8040 Part r12p14 to r15p15 AtEl2 "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_1508412 "ARM erratum 1508412 (kernel portion)" Guest {
        CORTEX_A77             0x410fd0d0 Part r0p0 to r1p0 Always "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_1542419 "ARM erratum 1542419 (kernel portion)" Guest {
        NEOVERSE_N1            0x410fd0c0 Part r0p0 to r15p15 HasDic "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_1742098 "ARM erratum 1742098" Guest {
        CORTEX_A57             0x410fd070 Part r0p1 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A72             0x410fd080 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_1902691 "ARM erratum 1902691" Guest {
        CORTEX_A510            0x410fd460 Part r0p0 to r0p1 Always "6.1 6.12 7.3";
    }
    WORKAROUND_2038923 "ARM erratum 2038923" Guest {
        CORTEX_A510            0x410fd460 Part r0p0 to r0p2 Always "6.1 6.12 7.3";
    }
    WORKAROUND_2064142 "ARM erratum 2064142" Guest {
        CORTEX_A510            0x410fd460 Part r0p0 to r0p2 Always "6.1 6.12 7.3";
    }
    WORKAROUND_2077057 "ARM erratum 2077057" Host {
        CORTEX_A510            0x410fd460 Part r0p0 to r0p2 Always "6.1 6.12 7.3";
    }
    WORKAROUND_2457168 "ARM erratum 2457168" Guest {
        CORTEX_A510            0x410fd460 Part r0p0 to r1p1 Always "5.10";
    }
    WORKAROUND_2645198 "ARM erratum 2645198" Guest {
        CORTEX_A715            0x410fd4d0 Part r0p0 to r15p15 Always "6.12 7.3";
    }
    WORKAROUND_2658417 "ARM erratum 2658417" Guest {
        CORTEX_A510            0x410fd460 Part r0p0 to r1p1 Always "6.1 6.12 7.3" fixed r1p1 25;
    }
    WORKAROUND_4193714 "C1-Pro SME DVMSync early acknowledgement" Guest {
        C1_PRO                 0x410fd8b0 Part r0p0 to r1p2 HasSme "7.3" fixed r1p2 0;
    }
    WORKAROUND_834220 "ARM erratum 834220" Host {
        CORTEX_A57             0x410fd070 Part r0p0 to r1p2 Always "4.20 5.10 6.1 6.12 7.3";
    }
    WORKAROUND_843419 "ARM erratum 843419" Guest {
        BRAHMA_B53             0x420f1000 Part r0p0 to r0p0 Always "5.10 6.1 6.12 7.3";
        CORTEX_A53             0x410fd030 Part r0p0 to r0p4 Always "4.20 5.10 6.1 6.12 7.3" fixed r0p4 8;
    }
    WORKAROUND_845719 "ARM erratum 845719" Guest {
        BRAHMA_B53             0x420f1000 Part r0p0 to r0p0 Always "5.10 6.1 6.12 7.3";
        CORTEX_A53             0x410fd030 Part r0p0 to r0p4 Always "4.20 5.10 6.1 6.12 7.3";
        QCOM_KRYO_2XX_SILVER   0x510f8010 Part r10p4 to r10p4 Always "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_858921 "ARM erratum 858921" Guest {
        CORTEX_A73             0x410fd090 Part r0p0 to r15p15 Always "4.20 5.10 6.1 6.12 7.3";
    }
    WORKAROUND_AMPERE_AC03_CPU_38 "AmpereOne erratum AC03_CPU_38" Guest {
        AMPERE1                0xc00fac30 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        AMPERE1A               0xc00fac40 Part r0p0 to r15p15 Always "6.12 7.3";
    }
    WORKAROUND_AMPERE_AC04_CPU_23 "AmpereOne erratum AC04_CPU_23" Host {
        AMPERE1A               0xc00fac40 Part r0p0 to r15p15 Always "7.3";
    }
    WORKAROUND_BROKEN_AMU_CONSTCNT "Broken AMU AMEVCNTR01 (const counter)" Guest {
        CORTEX_A510            0x410fd460 Part r0p0 to r1p1 Always "6.1 6.12 7.3";
        CORTEX_A725            0x410fd870 Part r0p0 to r0p2 Always "6.1 6.12 7.3";
    }
    WORKAROUND_CAVIUM_23154 "Cavium errata 23154 and 38545" Guest {
        OCTX2_95XX             0x430f0b30 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        OCTX2_95XXMM           0x430f0b50 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        OCTX2_95XXN            0x430f0b40 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        OCTX2_95XXO            0x430f0b60 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        OCTX2_96XX             0x430f0b20 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        OCTX2_98XX             0x430f0b10 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        THUNDERX               0x430f0a10 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        THUNDERX               0x430f0a10 Part r0p0 to r0p1 Always "4.20";
        THUNDERX               0x430f0a10 Part r0p0 to r0p1 Always "5.10";
        THUNDERX_81XX          0x430f0a20 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        THUNDERX_83XX          0x430f0a30 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
    }
    WORKAROUND_CAVIUM_27456 "Cavium erratum 27456" Guest {
        THUNDERX               0x430f0a10 Part r0p0 to r1p1 Always "4.20 7.3";
        THUNDERX_81XX          0x430f0a20 Part r0p0 to r0p0 Always "4.20 7.3";
    }
    WORKAROUND_CAVIUM_30115 "Cavium erratum 30115" Host {
        THUNDERX               0x430f0a10 Part r0p0 to r1p2 Always "4.20 5.10 6.1 6.12 7.3";
        THUNDERX_81XX          0x430f0a20 Part r0p0 to r0p2 Always "4.20 5.10 6.1 6.12 7.3";
        THUNDERX_83XX          0x430f0a30 Part r0p0 to r0p0 Always "4.20 5.10 6.1 6.12 7.3";
    }
    WORKAROUND_CAVIUM_TX2_219_PRFM "Cavium ThunderX2 erratum 219 (PRFM removal)" Guest {
        BRCM_VULCAN            0x420f5160 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CAVIUM_THUNDERX2       0x430f0af0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_CAVIUM_TX2_219_TVM "Cavium ThunderX2 erratum 219 (KVM guest sysreg trapping)" Host {
        BRCM_VULCAN            0x420f5160 Part r0p0 to r15p15 El2AndThreads "5.10 6.1 6.12 7.3";
        CAVIUM_THUNDERX2       0x430f0af0 Part r0p0 to r15p15 El2AndThreads "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_CLEAN_CACHE "ARM errata 826319, 827319, 824069, or 819472" Guest {
        CORTEX_A53             0x410fd030 Part r0p0 to r0p1 Always "5.10 6.1 6.12 7.3";
        CORTEX_A53             0x410fd030 Part r0p0 to r0p2 Always "5.10 6.1 6.12 7.3";
        CORTEX_A53             0x410fd030 Part r0p0 to r0p1 Always "4.20";
    }
    WORKAROUND_DEVICE_LOAD_ACQUIRE "ARM erratum 832075" Guest {
        CORTEX_A57             0x410fd070 Part r0p0 to r1p2 Always "4.20 5.10 6.1 6.12 7.3";
    }
    WORKAROUND_DISABLE_CNP "NVIDIA Carmel CNP erratum, or Hisilicon erratum 162100125" Guest {
        HISI_HIP09             0x480fd020 Part r0p0 to r15p15 Always "7.3";
        NVIDIA_CARMEL          0x4e0f0040 Part r0p0 to r15p15 Always "7.3";
    }
    WORKAROUND_NVIDIA_CARMEL_CNP "NVIDIA Carmel CNP erratum" Guest {
        NVIDIA_CARMEL          0x4e0f0040 Part r0p0 to r15p15 Always "6.1 6.12";
    }
    WORKAROUND_NVIDIA_OLYMPUS_1027 "NVIDIA Olympus device store/load ordering erratum" Guest {
        NVIDIA_OLYMPUS         0x4e0f0100 Part r0p0 to r15p15 Always "7.3";
    }
    WORKAROUND_QCOM_FALKOR_E1003 "Qualcomm Technologies Falkor/Kryo erratum 1003" Guest {
        QCOM_FALKOR_V1         0x510f8000 Part r0p0 to r0p0 Always "4.20 5.10 6.1 6.12 7.3";
        QCOM_KRYO              0x510f2000 Kryo r0p0 to r15p15 Always "4.20 5.10 6.1 6.12 7.3";
    }
    WORKAROUND_QCOM_ORYON_CNTVOFF "Broken CNTVOFF_EL2" Host {
        QCOM_ORYON_X1          0x510f0010 Part r0p0 to r15p15 Always "7.3";
    }
    WORKAROUND_REPEAT_TLBI "Broken broadcast TLBI completion" Guest {
        C1_PREMIUM             0x410fd900 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        C1_ULTRA               0x410fd8c0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_A510            0x410fd460 Part r0p0 to r1p1 Always "6.1 6.12";
        CORTEX_A55             0x410fd050 Part r0p0 to r15p15 Always "6.1 6.12";
        CORTEX_A710            0x410fd470 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_A76             0x410fd0b0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_A76             0x410fd0b0 Part r0p0 to r3p0 Always "5.10 6.1 6.12";
        CORTEX_A76             0x410fd0b0 Part r0p0 to r3p0 Always "4.20";
        CORTEX_A76AE           0x410fd0e0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_A77             0x410fd0d0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_A78             0x410fd410 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_A78AE           0x410fd420 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_A78C            0x410fd4b0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_X1              0x410fd440 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_X1C             0x410fd4c0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_X2              0x410fd480 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_X3              0x410fd4e0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_X4              0x410fd820 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        CORTEX_X925            0x410fd850 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        MICROSOFT_AZURE_COBALT_100 0x6d0fd490 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        NEOVERSE_N1            0x410fd0c0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        NEOVERSE_N2            0x410fd490 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        NEOVERSE_V1            0x410fd400 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        NEOVERSE_V2            0x410fd4f0 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        NEOVERSE_V3            0x410fd840 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        NEOVERSE_V3AE          0x410fd830 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        NVIDIA_OLYMPUS         0x4e0f0100 Part r0p0 to r15p15 Always "5.10 6.1 6.12";
        QCOM_FALKOR_V1         0x510f8000 Part r0p0 to r0p0 Always "4.20 5.10 6.1 6.12";
        QCOM_KRYO              0x510f2000 Kryo r0p0 to r15p15 Always "5.10 6.1 6.12";
        QCOM_KRYO_4XX_GOLD     0x510f8040 Part r12p14 to r15p14 Always "5.10 6.1 6.12";
    }
    WORKAROUND_REPEAT_TLBI_SYNC "Broken broadcast TLBI completion" Guest {
        C1_PREMIUM             0x410fd900 Part r0p0 to r15p15 Always "7.3";
        C1_ULTRA               0x410fd8c0 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A510            0x410fd460 Part r0p0 to r1p1 Always "7.3";
        CORTEX_A55             0x410fd050 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A710            0x410fd470 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A76             0x410fd0b0 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A76             0x410fd0b0 Part r0p0 to r3p0 Always "7.3";
        CORTEX_A76AE           0x410fd0e0 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A77             0x410fd0d0 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A78             0x410fd410 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A78AE           0x410fd420 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A78C            0x410fd4b0 Part r0p0 to r15p15 Always "7.3";
        CORTEX_X1              0x410fd440 Part r0p0 to r15p15 Always "7.3";
        CORTEX_X1C             0x410fd4c0 Part r0p0 to r15p15 Always "7.3";
        CORTEX_X2              0x410fd480 Part r0p0 to r15p15 Always "7.3";
        CORTEX_X3              0x410fd4e0 Part r0p0 to r15p15 Always "7.3";
        CORTEX_X4              0x410fd820 Part r0p0 to r15p15 Always "7.3";
        CORTEX_X925            0x410fd850 Part r0p0 to r15p15 Always "7.3";
        MICROSOFT_AZURE_COBALT_100 0x6d0fd490 Part r0p0 to r15p15 Always "7.3";
        NEOVERSE_N1            0x410fd0c0 Part r0p0 to r15p15 Always "7.3";
        NEOVERSE_N2            0x410fd490 Part r0p0 to r15p15 Always "7.3";
        NEOVERSE_V1            0x410fd400 Part r0p0 to r15p15 Always "7.3";
        NEOVERSE_V2            0x410fd4f0 Part r0p0 to r15p15 Always "7.3";
        NEOVERSE_V3            0x410fd840 Part r0p0 to r15p15 Always "7.3";
        NEOVERSE_V3AE          0x410fd830 Part r0p0 to r15p15 Always "7.3";
        NVIDIA_OLYMPUS         0x4e0f0100 Part r0p0 to r15p15 Always "7.3";
        QCOM_FALKOR_V1         0x510f8000 Part r0p0 to r0p0 Always "7.3";
        QCOM_KRYO              0x510f2000 Kryo r0p0 to r15p15 Always "7.3";
        QCOM_KRYO_4XX_GOLD     0x510f8040 Part r12p14 to r15p14 Always "7.3";
    }
    WORKAROUND_SPECULATIVE_AT "ARM errata 1165522, 1319367, or 1530923" Host {
        CORTEX_A55             0x410fd050 Part r0p0 to r2p0 Always "5.10 6.1 6.12 7.3";
        CORTEX_A57             0x410fd070 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A72             0x410fd080 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A76             0x410fd0b0 Part r0p0 to r2p0 Always "5.10 6.1 6.12 7.3";
        QCOM_KRYO_4XX_SILVER   0x510f8050 Part r13p14 to r13p14 Always "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_SPECULATIVE_SSBS "SSBS not fully self-synchronizing" Guest {
        CORTEX_A710            0x410fd470 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A715            0x410fd4d0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A720            0x410fd810 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A720AE          0x410fd890 Part r0p0 to r15p15 Always "7.3";
        CORTEX_A725            0x410fd870 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A76             0x410fd0b0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A77             0x410fd0d0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A78             0x410fd410 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_A78C            0x410fd4b0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_X1              0x410fd440 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_X1C             0x410fd4c0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_X2              0x410fd480 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_X3              0x410fd4e0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_X4              0x410fd820 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        CORTEX_X925            0x410fd850 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        MICROSOFT_AZURE_COBALT_100 0x6d0fd490 Part r0p0 to r15p15 Always "6.12 7.3";
        NEOVERSE_N1            0x410fd0c0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        NEOVERSE_N2            0x410fd490 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        NEOVERSE_N3            0x410fd8e0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        NEOVERSE_V1            0x410fd400 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        NEOVERSE_V2            0x410fd4f0 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        NEOVERSE_V3            0x410fd840 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
        NEOVERSE_V3AE          0x410fd830 Part r0p0 to r15p15 Always "5.10 6.1 6.12 7.3";
    }
    WORKAROUND_SPECULATIVE_UNPRIV_LOAD "ARM errata 2966298, 3117295" Guest {
        CORTEX_A510            0x410fd460 Part r0p0 to r15p15 Always "6.12 7.3";
        CORTEX_A520            0x410fd800 Part r0p0 to r0p1 Always "6.1 6.12 7.3";
    }
    WORKAROUND_TRBE_OVERWRITE_FILL_MODE "ARM erratum 2119858 or 2139208" Guest {
        CORTEX_A710            0x410fd470 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        CORTEX_X2              0x410fd480 Part r0p0 to r2p0 Always "6.1 6.12 7.3";
        MICROSOFT_AZURE_COBALT_100 0x6d0fd490 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        NEOVERSE_N2            0x410fd490 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
    }
    WORKAROUND_TRBE_WRITE_OUT_OF_RANGE "ARM erratum 2253138 or 2224489" Guest {
        CORTEX_A710            0x410fd470 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        CORTEX_X2              0x410fd480 Part r0p0 to r2p0 Always "6.1 6.12 7.3";
        MICROSOFT_AZURE_COBALT_100 0x6d0fd490 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        NEOVERSE_N2            0x410fd490 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
    }
    WORKAROUND_TSB_FLUSH_FAILURE "ARM erratum 2067961 or 2054223" Guest {
        CORTEX_A710            0x410fd470 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        MICROSOFT_AZURE_COBALT_100 0x6d0fd490 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
        NEOVERSE_N2            0x410fd490 Part r0p0 to r15p15 Always "6.1 6.12 7.3";
    }
}
