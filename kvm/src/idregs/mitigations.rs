//! Whether a host is affected by the speculation attacks that KVM tells guests about.
//! Follows arch/arm64/kernel/proton-pack.c with mitigations on; models no attack and no overhead.

use sysregs::errata::{ERRATA, Implementation, Situation};
use sysregs::fields::aarch64::{ID_AA64ISAR2_EL1, ID_AA64MMFR1_EL1, ID_AA64PFR0_EL1, ID_AA64PFR1_EL1};
use sysregs::{IdField, IdValues};

/// How a host stands to one attack; ordered from best to worst, so that the worst CPU decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Unaffected,
    Mitigated,
    Vulnerable,
}

/// What the host's firmware says of one SMCCC ARCH_WORKAROUND call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum FirmwareAnswer {
    #[default]
    NotSupported,
    Required,
    NotRequired,
}

/// ARCH_WORKAROUND_1, _2 and _3 (SMCCC 1.1 and later; Arm DEN 0028).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Firmware {
    pub workaround_1: FirmwareAnswer,
    pub workaround_2: FirmwareAnswer,
    pub workaround_3: FirmwareAnswer,
}

/// The states of a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mitigations {
    pub meltdown: State,
    pub spectre_v2: State,
    pub spectre_v4: State,
    pub spectre_bhb: State,
    /// Every CPU has PSTATE.SSBS.
    pub ssbs: bool,
    /// Some CPU's part is on Linux 4.20's list for spectre_v2 (`arm64_bp_harden_smccc_cpus`), which does not ask firmware.
    pub listed: bool,
}

/// Knowledge by part, where ID registers do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Safe,
    /// The branch history can be overwritten with a loop.
    Loop,
    Unknown,
}

struct Row {
    model: u64,
    meltdown: Part,
    spectre_v2: Part,
    spectre_v4: Part,
    spectre_bhb: Part,
}

macro_rules! parts {
    ($($name:ident $model:literal $meltdown:ident $v2:ident $v4:ident $bhb:ident;)*) => {
        static PARTS: &[Row] = &[$(Row {
            model: $model,
            meltdown: parts!(@ $meltdown),
            spectre_v2: parts!(@ $v2),
            spectre_v4: parts!(@ $v4),
            spectre_bhb: parts!(@ $bhb),
        }),*];
    };
    (@ No) => { Part::Unknown };
    (@ $known:ident) => { Part::$known };
}

// kpti_safe_list, spectre_v2_safe_list, spectre_v4_safe_list, spectre_bhb_safe_list and the k lists of Linux 7.3;
// older kernels since 5.10 agree on every part that they have.
parts! {
    // part              MIDR       meltdown v2   v4   bhb
    CORTEX_A53           0x410fd030 Safe     Safe Safe Safe;
    CORTEX_A35           0x410fd040 Safe     Safe Safe Safe;
    CORTEX_A55           0x410fd050 Safe     Safe Safe Safe;
    CORTEX_A57           0x410fd070 Safe     No   No   Loop;
    CORTEX_A72           0x410fd080 Safe     No   No   Loop;
    CORTEX_A73           0x410fd090 Safe     No   No   No;
    CORTEX_A76           0x410fd0b0 No       No   No   Loop;
    NEOVERSE_N1          0x410fd0c0 No       No   No   Loop;
    CORTEX_A77           0x410fd0d0 No       No   No   Loop;
    CORTEX_A76AE         0x410fd0e0 No       No   No   Loop;
    NEOVERSE_V1          0x410fd400 No       No   No   Loop;
    CORTEX_A78           0x410fd410 No       No   No   Loop;
    CORTEX_A78AE         0x410fd420 No       No   No   Loop;
    CORTEX_X1            0x410fd440 No       No   No   Loop;
    CORTEX_A510          0x410fd460 No       No   No   Safe;
    CORTEX_A710          0x410fd470 No       No   No   Loop;
    CORTEX_X2            0x410fd480 No       No   No   Loop;
    NEOVERSE_N2          0x410fd490 No       No   No   Loop;
    CORTEX_A78C          0x410fd4b0 No       No   No   Loop;
    CORTEX_X1C           0x410fd4c0 No       No   No   Loop;
    CORTEX_A715          0x410fd4d0 No       No   No   Loop;
    CORTEX_X3            0x410fd4e0 No       No   No   Loop;
    NEOVERSE_V2          0x410fd4f0 No       No   No   Loop;
    CORTEX_A520          0x410fd800 No       No   No   Safe;
    CORTEX_A720          0x410fd810 No       No   No   Loop;
    CORTEX_A720AE        0x410fd890 No       No   No   Loop;
    BRAHMA_B53           0x420f1000 Safe     Safe Safe Safe;
    BRCM_VULCAN          0x420f5160 Safe     No   No   No;
    CAVIUM_THUNDERX2     0x430f0af0 Safe     No   No   No;
    HISI_TSV110          0x480fd010 Safe     Safe No   Loop;
    HISI_HIP09           0x480fd020 No       No   No   Loop;
    NVIDIA_CARMEL        0x4e0f0040 Safe     No   No   No;
    QCOM_KRYO_2XX_GOLD   0x510f8000 Safe     No   No   No;
    QCOM_KRYO_2XX_SILVER 0x510f8010 Safe     Safe No   Safe;
    QCOM_KRYO_3XX_SILVER 0x510f8030 Safe     Safe Safe Safe;
    QCOM_KRYO_4XX_GOLD   0x510f8040 No       No   No   Loop;
    QCOM_KRYO_4XX_SILVER 0x510f8050 Safe     Safe Safe Safe;
    AMPERE1              0xc00fac30 No       No   No   Loop;
}

/// Implementer, architecture and part number; variant and revision left out (`MIDR_CPU_MODEL_MASK`).
const MODEL: u64 = 0xff0f_fff0;

/// One CPU, seen as the boot code sees it.
struct Cpu<'a> {
    ids: &'a IdValues,
    part: Option<&'static Row>,
    firmware: Firmware,
}

impl Cpu<'_> {
    /// A field's value, 0 where the model does not know it: an unknown feature helps nobody.
    fn field(&self, field: &IdField) -> i64 {
        self.ids.get(field.register).map_or(0, |value| field.extract(value))
    }

    fn part_is(&self, topic: fn(&Row) -> Part, what: Part) -> bool {
        self.part.is_some_and(|row| topic(row) == what)
    }

    fn ssbs(&self) -> bool {
        self.field(&ID_AA64PFR1_EL1::SSBS) > 0
    }

    fn is_listed(&self) -> bool {
        let cpu = self.ids.midr().map(|midr| Implementation { midr, revidr: None });
        let mut list = ERRATA.iter().filter(|row| row.capability == "HARDEN_BRANCH_PREDICTOR");
        cpu.is_some_and(|cpu| list.any(|row| row.affects(cpu, &Situation::default()) == Some(true)))
    }

    fn meltdown(&self) -> State {
        let safe = self.field(&ID_AA64PFR0_EL1::CSV3) > 0 || self.part_is(|row| row.meltdown, Part::Safe);
        if safe { State::Unaffected } else { State::Mitigated }
    }

    fn spectre_v2(&self) -> State {
        if self.field(&ID_AA64PFR0_EL1::CSV2) > 0 || self.part_is(|row| row.spectre_v2, Part::Safe) {
            return State::Unaffected;
        }
        by_firmware(self.firmware.workaround_1)
    }

    fn spectre_v4(&self) -> State {
        if self.part_is(|row| row.spectre_v4, Part::Safe) {
            State::Unaffected
        } else if self.ssbs() {
            State::Mitigated
        } else {
            by_firmware(self.firmware.workaround_2)
        }
    }

    fn spectre_bhb(&self) -> State {
        if self.field(&ID_AA64PFR0_EL1::CSV2) >= 3 || self.part_is(|row| row.spectre_bhb, Part::Safe) {
            return State::Unaffected;
        }
        // Mitigating the branch history alone would be pointless (`spectre_bhb_enable_mitigation`).
        if self.spectre_v2() == State::Vulnerable {
            return State::Vulnerable;
        }
        let own_means = self.field(&ID_AA64MMFR1_EL1::ECBHB) > 0
            || self.field(&ID_AA64ISAR2_EL1::CLRBHB) > 0
            || self.part_is(|row| row.spectre_bhb, Part::Loop);
        if own_means { State::Mitigated } else { by_firmware(self.firmware.workaround_3) }
    }
}

fn by_firmware(answer: FirmwareAnswer) -> State {
    match answer {
        FirmwareAnswer::NotSupported => State::Vulnerable,
        FirmwareAnswer::Required => State::Mitigated,
        FirmwareAnswer::NotRequired => State::Unaffected,
    }
}

/// The states of a host with these CPUs: the worst of them decides.
pub fn assess(cpus: &[IdValues], firmware: Firmware) -> Mitigations {
    let mut host = Mitigations {
        meltdown: State::Unaffected,
        spectre_v2: State::Unaffected,
        spectre_v4: State::Unaffected,
        spectre_bhb: State::Unaffected,
        ssbs: true,
        listed: false,
    };
    for ids in cpus {
        let part = ids.midr().and_then(|midr| PARTS.iter().find(|row| midr & MODEL == row.model));
        let cpu = Cpu { ids, part, firmware };
        host.meltdown = host.meltdown.max(cpu.meltdown());
        host.spectre_v2 = host.spectre_v2.max(cpu.spectre_v2());
        host.spectre_v4 = host.spectre_v4.max(cpu.spectre_v4());
        host.spectre_bhb = host.spectre_bhb.max(cpu.spectre_bhb());
        host.ssbs &= cpu.ssbs();
        host.listed |= cpu.is_listed();
    }
    host
}
