//! Errata matching on the cases that the kernel's own comments and migration stories name.
//! Does not test whether a workaround is needed in truth, only what Linux decides.

use std::collections::BTreeSet;

use sysregs::errata::{self, ERRATA, Implementation, KERNELS, MITIGATIONS, Scope, Situation, Topic, Verdict, workarounds};
use sysregs::{Feature, models};

fn cpu(midr: u64, revidr: u64) -> Implementation {
    Implementation { midr, revidr: Some(revidr) }
}

fn guest() -> Situation {
    Situation { at_el2: Some(false), threads: Some(false), sme: Some(false), dic: Some(false) }
}

/// Capabilities without their common prefix.
fn needed(implementation: Implementation, situation: Situation, kernel: &str) -> BTreeSet<&'static str> {
    let found = workarounds(&[implementation], &situation, kernel);
    assert!(found.undecided.is_empty(), "{found:?}");
    found.needed.into_iter().map(|name| name.trim_start_matches("WORKAROUND_")).collect()
}

#[test]
fn neoverse_n1_revisions_differ_by_the_timer_erratum() {
    let old = needed(cpu(0x413f_d0c1, 0), guest(), "7.3");
    let new = needed(cpu(0x414f_d0c1, 0), guest(), "7.3");
    assert_eq!(&old - &new, BTreeSet::from(["1418040"]));
    assert!(new.contains("SPECULATIVE_SSBS") && new.contains("REPEAT_TLBI_SYNC"), "{new:?}");
    let cached = needed(cpu(0x414f_d0c1, 0), Situation { dic: Some(true), ..guest() }, "7.3");
    assert_eq!(&cached - &new, BTreeSet::from(["1542419"]));
}

#[test]
fn thunderx_passes_lose_a_workaround() {
    // Pass 2.1 is r1p1, pass 2.2 r1p2 (comments of cpu_errata.c at 27456).
    let before = needed(cpu(0x431f_0a11, 0), guest(), "4.20");
    let after = needed(cpu(0x431f_0a12, 0), guest(), "4.20");
    assert_eq!(&before - &after, BTreeSet::from(["CAVIUM_27456"]));
    assert_eq!(&after - &before, BTreeSet::new());
    assert!(after.contains("CAVIUM_30115"), "{after:?}");
}

#[test]
fn a_revidr_bit_says_fixed_only_at_its_revision() {
    let a53 = |midr, revidr| needed(cpu(midr, revidr), guest(), "6.12").contains("843419");
    assert!(a53(0x410f_d034, 0));
    assert!(!a53(0x410f_d034, 1 << 8));
    assert!(a53(0x410f_d033, 1 << 8), "r0p3 has no fix bit");
    let unknown = workarounds(&[Implementation { midr: 0x410f_d034, revidr: None }], &guest(), "6.12");
    assert!(unknown.undecided.contains("WORKAROUND_843419"), "{unknown:?}");
}

#[test]
fn conditions_and_target_lists_count() {
    let a76 = cpu(0x410f_d0b0, 0);
    assert!(!needed(a76, guest(), "6.12").contains("1463225"));
    assert!(needed(a76, Situation { at_el2: Some(true), ..guest() }, "6.12").contains("1463225"));
    assert_eq!(errata::scope("WORKAROUND_1463225"), Some(Scope::Host));
    let both = workarounds(&[cpu(0x414f_d0c1, 0), cpu(0x413f_d0c1, 0)], &guest(), "7.3");
    assert!(both.needed.contains("WORKAROUND_1418040"), "any of the list counts");
    assert!(needed(cpu(0x510f_2511, 0), guest(), "4.20").contains("QCOM_FALKOR_E1003"), "Kryo matches by four bits");
}

#[test]
fn an_unknown_condition_leaves_the_row_undecided() {
    let found = workarounds(&[cpu(0x414f_d0c1, 0)], &Situation { dic: None, ..guest() }, "7.3");
    assert_eq!(found.undecided, BTreeSet::from(["WORKAROUND_1542419"]));
    let ids = models::by_name("neoverse-n1").expect("embedded").ids();
    let situation = Situation::guest(&ids);
    assert_eq!((situation.dic, situation.sme), (Some(false), Feature::SME.known(&ids)));
}

#[test]
fn mitigation_lists_answer_by_kernel() {
    let bhb = |midr| errata::mitigation(Topic::SpectreBhb, midr, "6.12");
    assert_eq!(bhb(0x410f_d080), Some(Verdict::Loop(8)), "Cortex-A72");
    assert_eq!(bhb(0x413f_d0c1), Some(Verdict::Loop(24)), "Neoverse N1");
    assert_eq!(bhb(0x410f_d034), Some(Verdict::Unaffected), "Cortex-A53");
    let dirty = |midr, kernel| errata::mitigation(Topic::BrokenDirtyBit, midr, kernel);
    assert_eq!((dirty(0x411f_d050, "4.20"), dirty(0x412f_d050, "4.20")), (Some(Verdict::Applies), None));
    assert_eq!(dirty(0x412f_d050, "5.10"), Some(Verdict::Applies));
}

#[test]
fn rows_name_kernels_that_were_read_and_windows_that_exist() {
    let kernels = ERRATA.iter().map(|row| row.kernels).chain(MITIGATIONS.iter().map(|row| row.kernels));
    for kernel in kernels.flat_map(|list| list.split(' ')) {
        assert!(KERNELS.contains(&kernel), "{kernel:?}");
    }
    for row in ERRATA {
        assert!(row.first <= row.last && row.model & !0xff0f_fff0 == 0, "{row:?}");
        assert!(!row.description.is_empty(), "{row:?}");
    }
    assert!(ERRATA.len() > 160 && MITIGATIONS.len() > 90);
}
