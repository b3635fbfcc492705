//! Host CPU models as data: the ID registers and cache geometry each CPU reports.
//! Does not know what a model can execute beyond what its ID values announce.

use alloc::vec::Vec;

use crate::fields::aarch64::{ID_AA64ISAR0_EL1, ID_AA64MMFR1_EL1, ID_AA64PFR1_EL1};
use crate::fields::cache::MIDR_EL1;
use crate::host_id::HostIdText;
use crate::{IdValues, SafeRule, SysReg, Term, fields, fields_of};

/// What a model's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ModelKind {
    /// Read from or coded in an emulator's model of the CPU. Silicon of the same name may differ in
    /// REVIDR_EL1, AIDR_EL1 and what is optional or IMPLEMENTATION DEFINED.
    Emulator,
    /// Read by a guest of real KVM on real silicon: what the hypervisor hides is hidden here too.
    GuestView,
    /// Put together from public facts; most is unknown.
    Derived,
}

/// One host CPU.
#[derive(Debug)]
pub struct HostModel {
    pub name: &'static str,
    pub kind: ModelKind,
    /// The host-id text; its first comment lines name its source and what to know about it.
    pub text: &'static str,
    /// SVE vector lengths in bits, shortest first; empty without SVE, or if unknown.
    pub sve_lengths: &'static [u16],
    /// What is known of fields in registers that are not known as a whole.
    pub facts: &'static [Term],
    /// What the CPU says besides where the board has memory for tags; without, it lowers ID_AA64PFR1_EL1.MTE to 1.
    tag_memory: Option<TagMemory>,
    values: HostIdText,
}

/// ID_AA64PFR1_EL1.MTE and GMID_EL1.BS of a CPU on a board with tag memory.
#[derive(Clone, Copy, Debug)]
struct TagMemory {
    level: i64,
    block: u64,
}

impl HostModel {
    /// What the CPU reports. What nobody recorded is absent.
    pub fn ids(&self) -> IdValues {
        self.values.ids()
    }

    /// The same on a board that has memory for Allocation Tags (FEAT_MTE2), which the values were recorded without; None for a CPU
    /// that has none.
    pub fn ids_with_tag_memory(&self) -> Option<IdValues> {
        let (mut ids, TagMemory { level, block }) = (self.ids(), self.tag_memory?);
        ids.set(SysReg::ID_AA64PFR1_EL1, ID_AA64PFR1_EL1::MTE.insert(ids.get(SysReg::ID_AA64PFR1_EL1)?, level));
        ids.set(SysReg::GMID_EL1, block);
        Some(ids)
    }

    /// Where the values come from, and in further lines what to know about them.
    pub fn notes(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.text.lines().map_while(|line| line.strip_prefix("# "))
    }

    /// The first of the notes.
    pub fn source(&self) -> &'static str {
        self.notes().next().unwrap_or_default()
    }

    /// The ID registers that a host needs to run VMs and that nobody recorded for this one.
    pub fn missing(&self) -> Vec<SysReg> {
        let ids = self.ids();
        let needed = fields::registers().map(|(register, _)| register);
        let listed = |register: &SysReg| fields_of(*register).iter().any(|field| field.rule != SafeRule::Unlisted);
        let own = [SysReg::MIDR_EL1, SysReg::REVIDR_EL1, SysReg::AIDR_EL1, SysReg::CLIDR_EL1, SysReg::DCZID_EL0];
        needed.filter(listed).chain(own).filter(|register| ids.get(*register).is_none()).collect()
    }
}

macro_rules! host_models {
    ($($name:literal $kind:ident in $folder:literal $(sve $lengths:tt)? $(tags $level:literal $block:literal)? $(facts { $($register:ident.$field:ident[$min:literal $(, $max:literal)?];)* })?;)*) => {
        static MODELS: &[HostModel] = &[$(HostModel {
            name: $name,
            kind: ModelKind::$kind,
            text: include_str!(concat!("../data/", $folder, "/", $name, ".tsv")),
            sve_lengths: sve(&[$(&$lengths)?]),
            facts: &[$($(Term {
                field: &$register::$field,
                min: $min,
                max: Term::at_most(&[$($max)?]),
            }),*)?],
            tag_memory: tag_memory(&[$(TagMemory { level: $level, block: $block })?]),
            values: match HostIdText::parse(include_str!(concat!("../data/", $folder, "/", $name, ".tsv"))) {
                Ok(values) => values,
                Err(_) => panic!("malformed host-id text"),
            },
        }),*];
    };
}

const fn sve(lengths: &[&'static [u16]]) -> &'static [u16] {
    match lengths {
        [lengths] => lengths,
        _ => &[],
    }
}

const fn tag_memory(known: &[TagMemory]) -> Option<TagMemory> {
    match known {
        [known] => Some(*known),
        _ => None,
    }
}

// Tags as QEMU's models of the CPUs have them (`gm_blocksize`).
host_models! {
    "a64fx" Emulator in "host-id" sve [128, 256, 512];
    "ampere-altra" Derived in "models";
    "ampere-one" Derived in "models" facts { MIDR_EL1.Implementer[0xc0, 0xc0]; MIDR_EL1.PartNum[0xac3, 0xac3]; };
    "apple-m1-firestorm" Derived in "models";
    "apple-m1-icestorm" Derived in "models";
    "cortex-a35" Emulator in "host-id";
    "cortex-a53" Emulator in "host-id";
    "cortex-a55" Emulator in "host-id";
    "cortex-a57" Emulator in "host-id";
    "cortex-a710" Emulator in "host-id" sve [128] tags 2 4;
    "cortex-a72" Emulator in "host-id";
    "cortex-a76" Emulator in "host-id";
    "cortex-a78ae" Emulator in "models";
    "graviton2" GuestView in "models";
    "graviton3" GuestView in "models";
    "graviton4" GuestView in "models";
    "kunpeng-920" Emulator in "models";
    "max" Emulator in "host-id" sve [
        128, 256, 384, 512, 640, 768, 896, 1024, 1152, 1280, 1408, 1536, 1664, 1792, 1920, 2048
    ] tags 3 6;
    "neoverse-n1" Emulator in "host-id";
    "neoverse-n2" Emulator in "host-id" sve [128] tags 2 4;
    "neoverse-v1" Emulator in "host-id" sve [128, 256];
    "neoverse-v2" Derived in "models";
    "thunderx-cn88xx" Derived in "models" facts { MIDR_EL1.Implementer[0x43, 0x43]; MIDR_EL1.PartNum[0xa1, 0xa1]; };
    "thunderx-cn88xx-r1p1" Derived in "models";
    "thunderx-cn88xx-r1p2" Derived in "models";
    "thunderx2-cn99xx" Derived in "models" facts {
        ID_AA64ISAR0_EL1.ATOMIC[2]; ID_AA64ISAR0_EL1.CRC32[1]; ID_AA64MMFR1_EL1.PAN[1];
    };
}

/// Every embedded model, by name.
pub fn all() -> &'static [HostModel] {
    MODELS
}

/// The model of that exact name.
pub fn by_name(name: &str) -> Option<&'static HostModel> {
    MODELS.iter().find(|model| model.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Feature, FeatureSet};

    #[test]
    fn every_recorded_model_has_the_registers_a_host_needs() {
        for model in all().iter().filter(|model| model.text.contains("at EL2")) {
            assert_eq!(model.missing(), [], "{}", model.name);
            let ids = model.ids();
            assert!(model.source().contains(model.name), "{}", model.source());
            for known in [ids.midr(), ids.mpidr(), ids.ctr(), ids.clidr(), ids.dczid(), ids.cntfrq(), ids.ccsidr(0)] {
                assert!(known.is_some(), "{}", model.name);
            }
            for register in Feature::registers() {
                assert!(ids.get(register).is_some(), "{}: {register}", model.name);
            }
        }
    }

    /// Known facts about each core: features it has | features it lacks (technical reference manuals).
    #[test]
    fn features_of_known_cores() {
        use Feature::*;
        let cases: &[(&str, &[Feature], &[Feature])] = &[
            ("cortex-a35", &[FP, AdvSIMD, AES, CRC32, AA32EL0, AA32EL1], &[LSE, PAN, VHE, FP16]),
            ("cortex-a53", &[FP, AES, PMULL, SHA1, SHA256, CRC32], &[LSE, PAN, VHE, RDM]),
            ("cortex-a55", &[LSE, DotProd, FP16, LRCPC, PAN2, VHE, RAS, DPB], &[PAuth, SVE, LSE2]),
            ("cortex-a57", &[FP, AdvSIMD, AES, PMULL, CRC32, AA32EL1], &[LSE, PAN, VHE, DotProd, PAuth]),
            ("cortex-a72", &[AES, CRC32, AA32EL1], &[LSE, VHE]),
            ("cortex-a76", &[LSE, DotProd, FP16, LRCPC, SSBS, CSV2, CSV3], &[PAuth, SVE]),
            (
                // QEMU lowers MTE2 to MTE where the board has no tag memory.
                "cortex-a710",
                &[SVE, SVE2, PAuth, BTI, MTE, I8MM, BF16],
                &[SME, RNG, MTE2],
            ),
            ("a64fx", &[SVE, LSE, FCMA, FP16], &[SVE2, PAuth, DotProd]),
            ("neoverse-n1", &[LSE, DotProd, FP16, LRCPC, PAN2, UAO, RAS, DPB, SSBS2], &[PAuth, SVE, BTI, RNG, LSE2, MTE]),
            ("neoverse-n2", &[SVE2, PAuth, BTI, BF16, I8MM, RNG], &[SME]),
            (
                // QEMU reports no BF16 here; the silicon has it (see the Firecracker dumps of Graviton 3).
                "neoverse-v1",
                &[SVE, PAuth, I8MM, RNG, LSE2, DIT, FlagM, LRCPC2],
                &[SVE2, BTI, MTE, SME, BF16],
            ),
            ("max", &[SVE2, SME, MOPS, LPA2, LVA, PAuth2], &[]),
        ];
        for (name, has, lacks) in cases {
            let set = FeatureSet::from_ids(&by_name(name).expect("listed").ids());
            for feature in *has {
                assert!(set.contains(*feature), "{name} has {feature}");
            }
            for feature in *lacks {
                assert!(!set.contains(*feature), "{name} lacks {feature}");
            }
        }
        assert_eq!(cases.len(), all().iter().filter(|model| model.text.contains("at EL2")).count());
    }

    #[test]
    fn tag_memory_shows() {
        let with = |name: &str| by_name(name).and_then(HostModel::ids_with_tag_memory);
        for (name, asymmetric, block) in [("max", true, 6), ("neoverse-n2", false, 4), ("cortex-a710", false, 4)] {
            let ids = with(name).expect("has MTE");
            let set = FeatureSet::from_ids(&ids);
            assert!(set.contains(Feature::MTE2) && set.contains(Feature::MTE_ASYNC), "{name}");
            assert_eq!((set.contains(Feature::MTE_ASYM_FAULT), ids.get(SysReg::GMID_EL1)), (asymmetric, Some(block)), "{name}");
        }
        assert!(with("neoverse-v1").is_none());
    }

    #[test]
    fn partial_models_say_what_they_lack() {
        for model in all() {
            let ids = model.ids();
            assert!(!model.source().is_empty(), "{}", model.name);
            for fact in model.facts {
                let known = ids.get(fact.field.register);
                assert!(known.is_none_or(|value| fact.holds(value)), "{}: {}", model.name, fact.field);
            }
            let whole = model.kind == ModelKind::Emulator && model.missing().is_empty();
            assert_eq!(whole, model.text.contains("at EL2"), "{}", model.name);
            let sve = Feature::SVE.known(&ids) == Some(true);
            assert!(sve || model.sve_lengths.is_empty(), "{} has lengths without SVE", model.name);
            assert!(!sve || !model.sve_lengths.is_empty() || model.kind == ModelKind::GuestView, "{}", model.name);
        }
        let altra = by_name("ampere-altra").expect("listed");
        assert_eq!(altra.ids().midr(), Some(0x413f_d0c1));
        assert!(altra.missing().contains(&SysReg::ID_AA64PFR0_EL1));
    }
}
