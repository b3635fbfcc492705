//! Texts from outside never panic a parser, whatever they hold.
//! Does not test that they are understood.

use proptest::prelude::*;
use sysregs::dump::{Bitmap, RegisterDump};
use sysregs::host_id::HostIdText;
use sysregs::{Encoding, Feature, IdValues, SysOp, SysReg, models};

/// Arbitrary text, or something like a valid one with arbitrary pieces.
fn any_text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("0x".to_owned()),
        Just("0b".to_owned()),
        Just("3,0,0,4,0".to_owned()),
        Just("S3_0_C0_C4_0".to_owned()),
        Just("CCSIDR_EL1[1]".to_owned()),
        Just("ID_AA64PFR0_EL1.FP".to_owned()),
        Just("0x603000000013c000".to_owned()),
        Just("FEAT_".to_owned()),
        "[0-9a-fx_.\\[\\]-]{0,24}",
        any::<String>(),
    ];
    prop::collection::vec((word, prop::sample::select(vec!["", "\t", " ", "\n", "\r\n", "#"])), 0..12)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(word, separator)| [word, separator.to_owned()]).collect())
}

proptest! {
    #[test]
    fn no_text_panics_a_parser(text in any_text(), other in any_text()) {
        let _ = HostIdText::parse(&text);
        let _ = RegisterDump::parse(&text);
        let _ = RegisterDump::from_modifiers([(text.as_str(), other.as_str())]);
        let _ = Bitmap::parse(&text);
        let _ = text.parse::<Encoding>();
        let _ = (SysReg::from_name(&text), SysOp::from_name(&text), Feature::from_name(&text), models::by_name(&text));
        let mut ids = models::by_name("neoverse-n1").expect("listed").ids();
        let _ = ids.set_text(&text, &other);
        let _ = IdValues::new().set_text("MIDR_EL1", &text);
    }
}
