//! Self-contradiction of ID files: real CPUs have next to none, broken ones are named.
//! Does not test what a kernel does with a contradictory file.

use std::collections::BTreeSet;

use sysregs::{IdValues, SysReg, check, fields, models};

/// What QEMU's models get wrong: they drop EL3 or RME and keep what depends on it, and a64fx
/// announces error synchronisation without the RAS extension.
const KNOWN: &[&str] = &[
    "a64fx: FEAT_IESB is announced without FEAT_RAS, which it requires",
    "cortex-a710: FEAT_SEL2 is announced without FEAT_EL3, which it requires",
    "max: FEAT_MEC is announced without FEAT_RME, which it requires",
    "max: FEAT_SEL2 is announced without FEAT_EL3, which it requires",
    "neoverse-n2: FEAT_SEL2 is announced without FEAT_EL3, which it requires",
];

#[test]
fn host_models_contradict_themselves_only_where_known() {
    let mut found = BTreeSet::new();
    for model in models::all() {
        found.extend(check(&model.ids()).iter().map(|c| format!("{}: {c}", model.name)));
    }
    assert_eq!(found, KNOWN.iter().map(|s| (*s).to_owned()).collect());
}

/// Neoverse N1 with one field changed | what check says of it.
const BROKEN: &[(&str, i64, &str)] = &[
    ("ID_AA64PFR0_EL1.FP", -1, "ID_AA64PFR0_EL1.FP is -1 but ID_AA64PFR0_EL1.AdvSIMD is 1; they must agree"),
    ("ID_AA64ISAR0_EL1.SHA2", 2, "FEAT_SHA512 is announced without FEAT_SHA3, which it requires"),
    ("ID_AA64ISAR0_EL1.ATOMIC", 1, "ID_AA64ISAR0_EL1.ATOMIC is 1, a reserved value"),
    ("ID_AA64ISAR0_EL1.SM3", 1, "ID_AA64ISAR0_EL1.SM3 is 1 but ID_AA64ISAR0_EL1.SM4 is 0; they must agree"),
    ("ID_AA64MMFR1_EL1.VMIDBits", 1, "ID_AA64MMFR1_EL1.VMIDBits is 1, a reserved value"),
    ("ID_AA64ZFR0_EL1.SVEver", 1, "FEAT_SVE2 is announced without FEAT_SVE or FEAT_SME, which it requires"),
    ("ID_AA64DFR0_EL1.DebugVer", 6, "FEAT_VHE is announced without FEAT_Debugv8p1, which it requires"),
    ("ID_ISAR5_EL1.AES", 1, "ID_ISAR5_EL1.AES is 1 but ID_AA64ISAR0_EL1.AES is 2; they must agree"),
];

fn set(ids: &mut IdValues, name: &str, value: i64) {
    let (register, field) = name.split_once('.').expect("REGISTER.FIELD");
    let register = SysReg::from_name(register).expect("a register");
    let field = fields::field(register, field).expect("a field");
    assert!(field.holds(value));
    ids.set(register, field.insert(ids.get(register).expect("known"), value));
}

#[test]
fn broken_files_are_named() {
    for (name, value, expected) in BROKEN {
        let mut ids = models::by_name("neoverse-n1").expect("embedded").ids();
        set(&mut ids, name, *value);
        let found = check(&ids);
        assert!(found.iter().any(|c| c.to_string() == *expected), "{name}={value}: {found:?}");
        let at_fault = found.iter().flat_map(sysregs::Contradiction::fields).any(|field| field.to_string() == *name);
        assert!(at_fault, "{name} is not among the fields reported");
    }
}

#[test]
fn two_authentication_algorithms_exclude_each_other() {
    let mut ids = models::by_name("neoverse-v1").expect("embedded").ids();
    set(&mut ids, "ID_AA64ISAR1_EL1.APA", 1);
    let text = check(&ids)[0].to_string();
    assert!(text.ends_with("at most one may be non-zero"), "{text}");
}

#[test]
fn unknown_registers_contradict_nothing() {
    assert_eq!(check(&IdValues::new()), []);
    let full = models::by_name("neoverse-v1").expect("embedded").ids();
    for register in sysregs::Feature::registers() {
        let mut ids = full.clone();
        ids.forget(register);
        assert_eq!(check(&ids), [], "without {register}");
    }
}
