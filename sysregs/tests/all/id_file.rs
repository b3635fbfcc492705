//! The ID file of a VM: what a write changes, what a refusal says, what a freeze holds.
//! Does not test any kernel version's masks.

use proptest::prelude::*;
use sysregs::fields::aarch64::ID_AA64PFR0_EL1 as PFR0;
use sysregs::{Difference, IdEntry, IdField, IdFile, Refusal, RegisterView, SafeRule, SetError, SysReg, fields, models, table_rule};

const REGISTER: SysReg = SysReg::ID_AA64PFR0_EL1;

fn n1_file(writable: u64) -> IdFile {
    let ids = models::by_name("neoverse-n1").expect("embedded").ids();
    let mut file = IdFile::default();
    for (register, _) in fields::registers().filter(|(r, _)| *r != SysReg::CSSELR_EL1) {
        if let Some(value) = ids.get(register) {
            file.define(register, value, writable).expect("not frozen");
        }
    }
    file
}

/// A described register, a value near the file's, and a mask of whole fields.
fn any_write() -> impl Strategy<Value = (SysReg, u64, u64)> {
    let registers: Vec<SysReg> = n1_file(0).iter().map(|(register, _)| register).collect();
    (prop::sample::select(registers), any::<[u8; 4]>(), any::<u64>()).prop_map(|(register, changes, choice)| {
        let mut value = n1_file(0).get(register).expect("defined");
        let table = sysregs::fields_of(register);
        for change in changes {
            let field = &table[usize::from(change >> 4) % table.len()];
            value = field.insert(value, i64::from(change & 15));
        }
        let fields = table.iter().enumerate().filter(|(i, _)| choice >> (i % 64) & 1 != 0);
        (register, value, fields.fold(0, |mask, (_, field)| mask | field.mask()))
    })
}

proptest! {
    #[test]
    fn accepted_reads_back_and_refused_changes_nothing((register, value, mask) in any_write()) {
        let mut file = n1_file(mask);
        let before = file.values();
        match file.write(register, value) {
            Ok(()) => {
                prop_assert_eq!(file.get(register), Some(value));
                let mut expected = before;
                expected.set(register, value);
                prop_assert_eq!(file.values(), expected);
            }
            Err(refusal) => {
                prop_assert_eq!(file.values(), before);
                prop_assert_eq!(refusal.register(), register);
                prop_assert!(!refusal.to_string().is_empty());
            }
        }
    }

    #[test]
    fn acceptance_depends_on_limit_not_on_history((register, first, mask) in any_write(), (_, second, _) in any_write()) {
        let mut file = n1_file(mask);
        let fresh = file.check(register, second);
        if file.write(register, first).is_ok() {
            prop_assert_eq!(file.check(register, second), fresh);
        }
        prop_assert_eq!(file.write(register, file.entry(register).expect("defined").limit), Ok(()));
    }

    #[test]
    fn frozen_means_frozen((register, value, mask) in any_write()) {
        let mut file = n1_file(mask);
        file.freeze();
        let before = file.values();
        let current = file.get(register).expect("defined");
        prop_assert_eq!(file.write(register, value).is_ok(), value == current);
        prop_assert_eq!(file.overrule(register, value).is_ok(), value == current);
        prop_assert_eq!(file.set_limit(register, value).is_ok(), value == current);
        prop_assert!(file.hide(register).is_err());
        prop_assert_eq!(file.values(), before);
    }
}

#[test]
fn refusals_name_field_and_reason() {
    let mut file = n1_file(PFR0::FP.mask() | PFR0::AdvSIMD.mask() | PFR0::CSV3.mask());
    let value = file.get(REGISTER).expect("defined");
    let cases = [
        (PFR0::CSV3.insert(value, 2), "ID_AA64PFR0_EL1.CSV3=2 is not safe where the limit is 1 (lower is safe)"),
        (PFR0::EL0.insert(value, 1), "ID_AA64PFR0_EL1=0x1100000011110111 differs from 0x1100000011110112 in read-only bits 0x3 (EL0)"),
    ];
    for (wanted, expected) in cases {
        assert_eq!(file.write(REGISTER, wanted).expect_err("refused").to_string(), expected);
    }
    // Signed: -1 is below 1.
    assert_eq!(file.write(REGISTER, PFR0::FP.insert(value, -1)), Ok(()));
    assert_eq!(file.get(REGISTER), Some(PFR0::FP.insert(value, -1)));
    let hidden = Refusal::NoSuchRegister { register: SysReg::SCTLR_EL1 };
    assert_eq!(file.write(SysReg::SCTLR_EL1, 0), Err(hidden));
    assert_eq!(file.define(SysReg::SCTLR_EL1, 0, 0), Err(hidden), "not an ID register");
    file.freeze();
    let late = file.write(REGISTER, value).expect_err("too late");
    assert!(late.to_string().ends_with("comes too late"), "{late}");
    assert_eq!(late.fields().iter().map(|f| f.name).collect::<Vec<_>>(), ["FP"]);
}

#[test]
fn a_field_is_writable_only_with_all_its_bits() {
    let mut file = n1_file(PFR0::CSV3.mask() & (PFR0::CSV3.mask() >> 1));
    let value = file.get(REGISTER).expect("defined");
    let refused = file.write(REGISTER, PFR0::CSV3.insert(value, 0)).expect_err("not wholly writable");
    assert!(matches!(refused, Refusal::ReadOnly { .. }));
}

#[test]
fn rules_come_from_the_caller() {
    fn exact_el0(field: &IdField) -> SafeRule {
        if *field == PFR0::EL0 { SafeRule::Exact(3) } else { table_rule(field) }
    }
    let mut file = IdFile::new(exact_el0);
    file.define(REGISTER, 0x22, 0xff).expect("not frozen");
    assert!(file.write(REGISTER, 0x21).is_err());
    assert_eq!(file.write(REGISTER, 0x23), Ok(()));
    assert_eq!(file.entry(REGISTER), Some(&IdEntry { value: 0x23, limit: 0x22, writable: 0xff }));
    file.set_limit(REGISTER, 0x11).expect("not frozen");
    assert_eq!(file.get(REGISTER), Some(0x23), "a new limit leaves the value");
    assert!(file.write(REGISTER, 0x22).is_err());
    file.hide(REGISTER).expect("not frozen");
    assert_eq!((file.get(REGISTER), file.iter().count()), (None, 0));
}

#[test]
fn views_read_and_compare_fields() {
    let mut view = RegisterView::new(REGISTER, 0x0112);
    assert_eq!((view.get("el0"), view.get("EL2"), view.get("none")), (Some(2), Some(1), None));
    assert_eq!(view.set("FP", -1), Ok(()));
    assert_eq!(view.value, 0xf_0112);
    assert_eq!(view.set("FP", 8), Err(SetError::DoesNotFit { field: fields::field(REGISTER, "FP").expect("a field"), value: 8 }));
    assert_eq!(view.set("FQ", 0), Err(SetError::NoSuchField));
    assert_eq!(view.field_bits(&PFR0::FP).count_ones(), 4);
    let ctr = RegisterView::new(SysReg::CTR_EL0, 0x8444_c004);
    let found = ctr.differences(0xb444_c004 | 1 << 30);
    assert_eq!(found.len(), 3, "DIC, IDC and a stray bit: {found:?}");
    assert_eq!(found[2], Difference::Bit { bit: 30, left: false, right: true });
    assert_eq!(RegisterView::new(SysReg::CTR_EL0, 1 << 30).stray_bits(), [30]);
}
