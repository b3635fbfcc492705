//! Safe values across clusters, as properties and as known cases.
//! Does not test what KVM shows of the result.

use proptest::prelude::*;
use sysregs::fields::{aarch64, cache};
use sysregs::{Feature, IdValues, SafeRule, SanitiseError, SysReg, effective_ctr, fields, models, sanitise, sanitise_register, table_rule};

fn model(name: &str) -> IdValues {
    models::by_name(name).expect("embedded").ids()
}

/// Any bits in any described register: wilder than CPUs are.
fn any_ids() -> impl Strategy<Value = IdValues> {
    let registers: Vec<SysReg> = fields::registers().map(|(register, _)| register).collect();
    prop::collection::vec(any::<u64>(), registers.len()).prop_map(move |values| {
        let mut ids = IdValues::new();
        for (&register, value) in registers.iter().zip(values) {
            ids.set(register, value);
        }
        // Mostly CPUs with AArch32, as its registers count only then.
        let pfr0 = ids.get(SysReg::ID_AA64PFR0_EL1).expect("set");
        ids.set(SysReg::ID_AA64PFR0_EL1, aarch64::ID_AA64PFR0_EL1::EL0.insert(pfr0, 2 - i64::from(pfr0.is_multiple_of(8))));
        ids
    })
}

fn any_rule() -> impl Strategy<Value = SafeRule> {
    let kinds: [fn(i8) -> SafeRule; 4] = [SafeRule::Exact, SafeRule::Lower, SafeRule::Higher, SafeRule::HigherOrZero];
    (prop::sample::select(kinds.to_vec()), -8i8..16).prop_map(|(kind, value)| kind(value))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn sanitising_twice_is_sanitising_once(cpus in prop::collection::vec(any_ids(), 1..4)) {
        let cpus: Vec<&IdValues> = cpus.iter().collect();
        let once = sanitise(&cpus, table_rule).expect("all known");
        prop_assert_eq!(&sanitise(&[&once], table_rule).expect("all known"), &once);
        // The result joined to its sources changes nothing either.
        let joined: Vec<&IdValues> = cpus.iter().copied().chain([&once]).collect();
        prop_assert_eq!(sanitise(&joined, table_rule).expect("all known"), once);
    }

    #[test]
    fn the_order_of_cpus_does_not_matter(cpus in prop::collection::vec(any_ids(), 1..5), seed: u64) {
        let straight: Vec<&IdValues> = cpus.iter().collect();
        let mut shuffled = straight.clone();
        let turn = usize::try_from(seed % 4).expect("small") % shuffled.len();
        shuffled.rotate_left(turn);
        let last = shuffled.len() - 1;
        shuffled.swap(0, last);
        prop_assert_eq!(sanitise(&straight, table_rule), sanitise(&shuffled, table_rule));
    }

    #[test]
    fn safe_values_are_permitted_where_either_is_the_limit(rule in any_rule(), a in -8i64..16, b in -8i64..16) {
        let safe = rule.safe(a, b);
        prop_assert_eq!(rule.safe(b, a), safe);
        prop_assert!(rule.permits(safe, a) || matches!(rule, SafeRule::Exact(_)));
        prop_assert!(rule.permits(a, a));
        if let SafeRule::Exact(fallback) = rule {
            prop_assert_eq!(rule.permits(b, a), b == a || b == i64::from(fallback));
        }
    }
}

#[test]
fn one_cpu_keeps_exactly_its_fields_with_rules() {
    let n1 = model("neoverse-n1");
    let system = sanitise(&[&n1], table_rule).expect("all known");
    for (register, fields) in fields::registers() {
        let Some(value) = system.get(register) else { continue };
        for field in fields {
            let raw = n1.get(register).expect("known");
            let expected = match field.rule {
                SafeRule::Unlisted => 0,
                // Neoverse N1 needs no clean to unification, which only its CLIDR_EL1 says.
                _ if *field == cache::CTR_EL0::IDC => 1,
                _ => field.extract(raw),
            };
            assert_eq!(field.extract(value), expected, "{field}");
        }
    }
    assert_eq!(system.get(SysReg::MIDR_EL1), None, "a CPU's own");
}

#[test]
fn big_and_little_meet_at_the_safe_value() {
    let (big, little) = (model("cortex-a72"), model("cortex-a53"));
    let system = sanitise(&[&big, &little], table_rule).expect("all known");
    let cache_line = |ids: &IdValues| cache::CTR_EL0::IminLine.extract(ids.ctr().expect("known"));
    assert_eq!(cache_line(&system), cache_line(&big).min(cache_line(&little)));
    let range = |ids: &IdValues| aarch64::ID_AA64MMFR0_EL1::PARANGE.extract(ids.get(SysReg::ID_AA64MMFR0_EL1).expect("known"));
    assert_eq!((range(&big), range(&little), range(&system)), (4, 2, 2));
    // A72 has a PIPT instruction cache, A53 a VIPT one: they differ, so VIPT.
    assert_eq!(cache::CTR_EL0::L1Ip.extract(system.ctr().expect("known")), 2);
    let with_a76 = sanitise(&[&big, &model("cortex-a76")], table_rule).expect("all known");
    assert!(!Feature::LSE.implemented(&with_a76));
}

#[test]
fn cache_levels_complete_the_cache_type() {
    let idc = |ids: &IdValues| effective_ctr(ids).map(|ctr| cache::CTR_EL0::IDC.extract(ctr));
    let mut ids = model("neoverse-n1");
    assert_eq!((cache::CTR_EL0::IDC.extract(ids.ctr().expect("known")), idc(&ids)), (0, Some(1)));
    // LoUU and LoUIS of one level: something needs cleaning.
    ids.set(SysReg::CLIDR_EL1, 0x0a20_0023);
    assert_eq!(idc(&ids), Some(0));
    // A level of coherence of zero suffices.
    ids.set(SysReg::CLIDR_EL1, 0x0820_0023);
    assert_eq!(idc(&ids), Some(1));
    ids.forget(SysReg::CLIDR_EL1);
    assert_eq!(idc(&ids), Some(0));
    ids.forget(SysReg::CTR_EL0);
    assert_eq!(idc(&ids), None);
}

#[test]
fn an_unknown_value_is_refused_by_name() {
    let n1 = model("neoverse-n1");
    let mut vague = n1.clone();
    vague.forget(SysReg::ID_AA64ISAR1_EL1);
    let error = sanitise(&[&n1, &vague], table_rule).expect_err("unknown");
    assert_eq!(error, SanitiseError::Unknown { register: SysReg::ID_AA64ISAR1_EL1, cpu: 1 });
    assert!(error.to_string().starts_with("ID_AA64ISAR1_EL1 of CPU 1 is unknown"), "{error}");
    assert_eq!(sanitise_register(SysReg::CTR_EL0, &[], table_rule), Err(SanitiseError::NoCpu));
}

#[test]
fn aarch32_registers_count_only_with_aarch32() {
    // Without AArch32 the AArch32 registers need not even be known.
    let mut only64 = model("neoverse-n1");
    let pfr0 = only64.get(SysReg::ID_AA64PFR0_EL1).expect("known");
    only64.set(SysReg::ID_AA64PFR0_EL1, aarch64::ID_AA64PFR0_EL1::EL0.insert(pfr0, 1));
    only64.forget(SysReg::ID_ISAR0_EL1);
    let both = model("cortex-a76");
    for cpus in [&[&only64][..], &[&only64, &both], &[&both, &only64]] {
        assert_eq!(sanitise_register(SysReg::ID_ISAR0_EL1, cpus, table_rule), Ok(0));
    }
    assert_eq!(sanitise_register(SysReg::ID_ISAR0_EL1, &[&both], table_rule), Ok(0x0210_1110));
}
