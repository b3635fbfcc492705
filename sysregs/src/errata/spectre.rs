//! The MIDR lists by which Linux decides on speculation mitigations and a few broken features.
//! Lists only: ID fields, firmware answers and command line decide as well, and are not read here.
//!
//! Generated once from arch/arm64/kernel/{proton-pack,cpufeature}.c of 4.20.0, 5.10.262, 6.1.192,
//! 6.12.117 and 7.3.4. Row: `topic verdict PART midr first to last "kernels";`

use super::{Match, Revision, parse_revision, revision};

/// What a list is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Break-before-make level 3 may be used.
    Bbml3,
    /// The GICv3 CPU interface works for a vGIC although the ID register does not announce it.
    HiddenGicv3,
    /// Hardware dirty-bit update must not be used.
    BrokenDirtyBit,
    /// Kernel page-table isolation.
    Meltdown,
    /// HCR_EL2.NV1 behaves as not implemented.
    NoNv1,
    SpectreBhb,
    SpectreV2,
    /// EL2 vectors are indirected.
    SpectreV3a,
    SpectreV4,
}

/// What the list says of a part on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Safe although the ID registers do not say so.
    Unaffected,
    /// The topic holds for this part.
    Applies,
    /// Branch history must be overwritten by a loop of this many branches.
    Loop(u8),
}

/// One part on one list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mitigation {
    pub topic: Topic,
    pub verdict: Verdict,
    pub part: &'static str,
    pub model: u64,
    pub first: Revision,
    pub last: Revision,
    /// Kernels of [`KERNELS`](super::KERNELS) that have the row, space-separated.
    pub kernels: &'static str,
}

/// What a kernel's lists say of a part; `None` if it is on none of the topic's lists.
pub fn mitigation(topic: Topic, midr: u64, kernel: &str) -> Option<Verdict> {
    let matches = |row: &&Mitigation| {
        row.topic == topic
            && (midr ^ row.model) & Match::Part.mask() == 0
            && (row.first..=row.last).contains(&revision(midr))
            && row.kernels.split(' ').any(|k| k == kernel)
    };
    MITIGATIONS.iter().find(matches).map(|row| row.verdict)
}

macro_rules! mitigations {
    ($($topic:ident $verdict:ident $(($count:literal))? $part:ident $model:literal $first:ident to $last:ident $kernels:literal;)*) => {
        /// Every row, by topic.
        pub static MITIGATIONS: &[Mitigation] = &[$(Mitigation {
            topic: Topic::$topic,
            verdict: Verdict::$verdict $(($count))?,
            part: stringify!($part),
            model: $model,
            first: parse_revision(stringify!($first)),
            last: parse_revision(stringify!($last)),
            kernels: $kernels,
        }),*];
    };
}

mitigations! {
    Bbml3          Applies    AMPERE1                  0xc00fac30 r0p0 to r15p15 "7.3";
    Bbml3          Applies    AMPERE1A                 0xc00fac40 r0p0 to r15p15 "7.3";
    Bbml3          Applies    C1_NANO                  0x410fd8a0 r0p0 to r15p15 "7.3";
    Bbml3          Applies    C1_PREMIUM               0x410fd900 r1p1 to r15p15 "7.3";
    Bbml3          Applies    C1_PRO                   0x410fd8b0 r0p0 to r15p15 "7.3";
    Bbml3          Applies    C1_ULTRA                 0x410fd8c0 r1p1 to r15p15 "7.3";
    Bbml3          Applies    CORTEX_A520AE            0x410fd880 r0p0 to r15p15 "7.3";
    Bbml3          Applies    CORTEX_A715              0x410fd4d0 r0p0 to r15p15 "7.3";
    Bbml3          Applies    CORTEX_A720AE            0x410fd890 r0p0 to r15p15 "7.3";
    Bbml3          Applies    CORTEX_A725              0x410fd870 r0p0 to r15p15 "7.3";
    Bbml3          Applies    CORTEX_X4                0x410fd820 r0p3 to r0p15 "7.3";
    Bbml3          Applies    NEOVERSE_N3              0x410fd8e0 r0p0 to r15p15 "7.3";
    Bbml3          Applies    NEOVERSE_V3              0x410fd840 r0p2 to r0p15 "7.3";
    Bbml3          Applies    NEOVERSE_V3AE            0x410fd830 r0p2 to r0p15 "7.3";
    Bbml3          Applies    NVIDIA_OLYMPUS           0x4e0f0100 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M1_FIRESTORM       0x610f0230 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M1_FIRESTORM_MAX   0x610f0290 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M1_FIRESTORM_PRO   0x610f0250 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M1_ICESTORM        0x610f0220 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M1_ICESTORM_MAX    0x610f0280 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M1_ICESTORM_PRO    0x610f0240 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M2_AVALANCHE       0x610f0330 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M2_AVALANCHE_MAX   0x610f0390 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M2_AVALANCHE_PRO   0x610f0350 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M2_BLIZZARD        0x610f0320 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M2_BLIZZARD_MAX    0x610f0380 r0p0 to r15p15 "7.3";
    HiddenGicv3    Applies    APPLE_M2_BLIZZARD_PRO    0x610f0340 r0p0 to r15p15 "7.3";
    BrokenDirtyBit Applies    CORTEX_A510              0x410fd460 r0p0 to r0p2 "6.1 6.12 7.3";
    BrokenDirtyBit Applies    CORTEX_A55               0x410fd050 r0p0 to r1p0 "4.20";
    BrokenDirtyBit Applies    CORTEX_A55               0x410fd050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    BrokenDirtyBit Applies    QCOM_KRYO_4XX_SILVER     0x510f8050 r13p14 to r13p14 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected BRAHMA_B53               0x420f1000 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected BRCM_VULCAN              0x420f5160 r0p0 to r15p15 "4.20 5.10 6.1 6.12 7.3";
    Meltdown       Unaffected CAVIUM_THUNDERX2         0x430f0af0 r0p0 to r15p15 "4.20 5.10 6.1 6.12 7.3";
    Meltdown       Unaffected CORTEX_A35               0x410fd040 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected CORTEX_A53               0x410fd030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected CORTEX_A55               0x410fd050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected CORTEX_A57               0x410fd070 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected CORTEX_A72               0x410fd080 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected CORTEX_A73               0x410fd090 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected HISI_TSV110              0x480fd010 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected NVIDIA_CARMEL            0x4e0f0040 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected QCOM_KRYO_2XX_GOLD       0x510f8000 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected QCOM_KRYO_2XX_SILVER     0x510f8010 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected QCOM_KRYO_3XX_SILVER     0x510f8030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    Meltdown       Unaffected QCOM_KRYO_4XX_SILVER     0x510f8050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    NoNv1          Applies    APPLE_M2_AVALANCHE       0x610f0330 r0p0 to r15p15 "6.12 7.3";
    NoNv1          Applies    APPLE_M2_AVALANCHE_MAX   0x610f0390 r0p0 to r15p15 "6.12 7.3";
    NoNv1          Applies    APPLE_M2_AVALANCHE_PRO   0x610f0350 r0p0 to r15p15 "6.12 7.3";
    NoNv1          Applies    APPLE_M2_BLIZZARD        0x610f0320 r0p0 to r15p15 "6.12 7.3";
    NoNv1          Applies    APPLE_M2_BLIZZARD_MAX    0x610f0380 r0p0 to r15p15 "6.12 7.3";
    NoNv1          Applies    APPLE_M2_BLIZZARD_PRO    0x610f0340 r0p0 to r15p15 "6.12 7.3";
    SpectreBhb     Unaffected BRAHMA_B53               0x420f1000 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected CORTEX_A35               0x410fd040 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected CORTEX_A510              0x410fd460 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected CORTEX_A520              0x410fd800 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected CORTEX_A53               0x410fd030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected CORTEX_A55               0x410fd050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected QCOM_KRYO_2XX_SILVER     0x510f8010 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected QCOM_KRYO_3XX_SILVER     0x510f8030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Unaffected QCOM_KRYO_4XX_SILVER     0x510f8050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(11)   AMPERE1                  0xc00fac30 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(132)  CORTEX_X3                0x410fd4e0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(132)  NEOVERSE_V2              0x410fd4f0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(24)   CORTEX_A76               0x410fd0b0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(24)   CORTEX_A76AE             0x410fd0e0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(24)   CORTEX_A77               0x410fd0d0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(24)   HISI_HIP09               0x480fd020 r0p0 to r15p15 "6.1 6.12 7.3";
    SpectreBhb     Loop(24)   NEOVERSE_N1              0x410fd0c0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(24)   QCOM_KRYO_4XX_GOLD       0x510f8040 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   CORTEX_A710              0x410fd470 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   CORTEX_A78               0x410fd410 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   CORTEX_A78AE             0x410fd420 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   CORTEX_A78C              0x410fd4b0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   CORTEX_X1                0x410fd440 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   CORTEX_X1C               0x410fd4c0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   CORTEX_X2                0x410fd480 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   HISI_TSV110              0x480fd010 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   NEOVERSE_N2              0x410fd490 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(32)   NEOVERSE_V1              0x410fd400 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(38)   CORTEX_A715              0x410fd4d0 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(38)   CORTEX_A720              0x410fd810 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(38)   CORTEX_A720AE            0x410fd890 r0p0 to r15p15 "7.3";
    SpectreBhb     Loop(8)    CORTEX_A57               0x410fd070 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreBhb     Loop(8)    CORTEX_A72               0x410fd080 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected BRAHMA_B53               0x420f1000 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected CORTEX_A35               0x410fd040 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected CORTEX_A53               0x410fd030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected CORTEX_A55               0x410fd050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected HISI_TSV110              0x480fd010 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected QCOM_KRYO_2XX_SILVER     0x510f8010 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected QCOM_KRYO_3XX_SILVER     0x510f8030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV2      Unaffected QCOM_KRYO_4XX_SILVER     0x510f8050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV3a     Applies    CORTEX_A57               0x410fd070 r0p0 to r15p15 "6.1 6.12 7.3";
    SpectreV3a     Applies    CORTEX_A72               0x410fd080 r0p0 to r15p15 "6.1 6.12 7.3";
    SpectreV4      Unaffected BRAHMA_B53               0x420f1000 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV4      Unaffected CORTEX_A35               0x410fd040 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV4      Unaffected CORTEX_A53               0x410fd030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV4      Unaffected CORTEX_A55               0x410fd050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV4      Unaffected QCOM_KRYO_3XX_SILVER     0x510f8030 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
    SpectreV4      Unaffected QCOM_KRYO_4XX_SILVER     0x510f8050 r0p0 to r15p15 "5.10 6.1 6.12 7.3";
}
