//! The ID fields: places, signs and the bit operations on them, as properties.
//! Does not test whether a meaning is right, only that it can occur.

use proptest::prelude::*;
use sysregs::{Feature, IdField, IdValues, Kind, SafeRule, Sign, SysReg, fields, fields_of, models};

fn all_fields() -> Vec<&'static IdField> {
    fields::registers().flat_map(|(_, fields)| fields).collect()
}

fn any_field() -> impl Strategy<Value = &'static IdField> {
    prop::sample::select(all_fields())
}

#[test]
fn fields_lie_in_order_without_overlap() {
    for (register, fields) in fields::registers() {
        let mut below = 64;
        for field in fields {
            assert_eq!(field.register, register);
            assert!(field.msb < below, "{register}.{} overlaps its neighbour", field.name);
            assert!(field.lsb <= field.msb, "{register}.{}", field.name);
            below = field.lsb;
        }
        assert_eq!(fields_of(register), fields);
        assert_eq!(register.row().kind == Kind::Id, register != SysReg::CSSELR_EL1, "{register}");
    }
}

#[test]
fn every_stated_value_fits_its_field() {
    for field in all_fields() {
        for (value, meaning) in field.values {
            assert!(field.holds(*value), "{}.{} cannot be {value}", field.register, field.name);
            assert!(!meaning.is_empty());
        }
        if let SafeRule::Exact(v) | SafeRule::Lower(v) | SafeRule::Higher(v) | SafeRule::HigherOrZero(v) = field.rule {
            assert!(field.holds(v.into()), "{}.{} cannot be {v}", field.register, field.name);
        }
    }
    for &feature in Feature::ALL {
        for term in feature.rule().iter().flat_map(|alternative| alternative.iter()) {
            let at = format!("{feature}: {}.{}", term.field.register, term.field.name);
            assert!(term.field.holds(term.min), "{at}");
            assert!(term.max == i64::MAX || term.field.holds(term.max), "{at}");
        }
    }
}

#[test]
fn every_id_register_of_aarch64_and_aarch32_has_fields() {
    for &register in SysReg::ALL {
        let named = register.name().starts_with("ID_") || register.name().starts_with("MVFR");
        let implementation_defined = register == SysReg::ID_AA64AFR1_EL1;
        assert_eq!(named && !implementation_defined, named && !fields_of(register).is_empty(), "{register}");
    }
}

#[test]
fn names_find_fields_and_values_name_features() {
    let field = fields::field(SysReg::ID_AA64ISAR0_EL1, "aes").expect("in the table");
    let features: Vec<Feature> = field.features(2).collect();
    assert_eq!(features, [Feature::AES, Feature::PMULL]);
    assert_eq!(field.features(0).count(), 0);
    assert_eq!(fields::field(SysReg::ID_AA64ISAR0_EL1, "AESS"), None);
    let range = fields::field(SysReg::ID_AA64MMFR0_EL1, "PARANGE").expect("in the table");
    assert_eq!(range.meaning(5), Some("48 bits, 256 TB"));
    assert_eq!(range.meaning(9), None);
}

#[test]
fn a_feature_without_its_register_is_unknown_not_absent() {
    let mut ids = IdValues::new();
    assert_eq!(Feature::LSE.known(&ids), None);
    assert!(!Feature::LSE.implemented(&ids));
    assert_eq!(Feature::Base.known(&ids), Some(true));
    // One alternative decides although the others are unknown; a false conjunct decides as well.
    ids.set(SysReg::ID_AA64ISAR2_EL1, 0x1000);
    assert_eq!(Feature::PAuth.known(&ids), Some(true));
    ids.set(SysReg::ID_AA64PFR1_EL1, 0);
    assert_eq!(Feature::CSV2_1p1.known(&ids), Some(false));
}

#[test]
fn known_values_extract_with_their_sign() {
    let n1 = models::by_name("neoverse-n1").expect("embedded").ids();
    let cases = [("ID_AA64PFR0_EL1", "FP", 1), ("ID_AA64MMFR0_EL1", "TGRAN4", 0), ("ID_AA64MMFR0_EL1", "PARANGE", 5)];
    for (register, name, expected) in cases {
        let register = SysReg::from_name(register).expect("a register");
        let field = fields::field(register, name).expect("a field");
        assert_eq!(field.extract(n1.get(register).expect("known")), expected, "{name}");
    }
    let adv_simd = fields::aarch64::ID_AA64PFR0_EL1::AdvSIMD;
    assert_eq!((adv_simd.sign, adv_simd.extract(0xf << 20)), (Sign::Signed, -1));
}

proptest! {
    #[test]
    fn insert_then_extract_gives_the_value(field in any_field(), register: u64, value: i64) {
        // Reduce any number to one the field holds.
        let value = field.extract(field.insert(0, value));
        let changed = field.insert(register, value);
        prop_assert_eq!(field.extract(changed), value);
        prop_assert_eq!(changed & !field.mask(), register & !field.mask());
    }

    #[test]
    fn extract_then_insert_changes_nothing(field in any_field(), register: u64) {
        prop_assert_eq!(field.insert(register, field.extract(register)), register);
        prop_assert_eq!(field.bits(register) << field.lsb, register & field.mask());
        prop_assert_eq!(field.mask().count_ones(), field.width());
    }
}
