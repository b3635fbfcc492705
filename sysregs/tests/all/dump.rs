//! Register dumps and named values: every notation reads back what it wrote.
//! Does not test JSON or TOML, which this crate does not know.

use sysregs::dump::{Bitmap, DumpError, RegisterDump, name_of_id};
use sysregs::{IdValues, SysReg, TextError, fields, models};

const FINGERPRINT: &str = include_str!("../data/fingerprint-neoverse-n1-6.18.txt");
const MIDR: u64 = 0x6030_0000_0013_c000;

#[test]
fn a_real_dump_survives_every_notation() {
    let dump = RegisterDump::parse(FINGERPRINT).expect("parses");
    assert_eq!(dump.entries().len(), 254);
    assert_eq!(RegisterDump::parse(&dump.to_text()), Ok(dump.clone()));
    let pairs: Vec<(String, String)> = dump.modifiers().collect();
    assert_eq!(pairs[0].0, "0x60200000001000d4", "Firecracker's notation");
    assert!(pairs.iter().all(|(_, bitmap)| bitmap.len() == 2 + 128), "padded as Firecracker does");
    let back = RegisterDump::from_modifiers(pairs.iter().map(|(addr, bitmap)| (addr.as_str(), bitmap.as_str())));
    assert_eq!(back, Ok(dump));
}

#[test]
fn a_dump_shows_the_id_values_of_its_guest() {
    let dump = RegisterDump::parse(FINGERPRINT).expect("parses");
    let ids = dump.id_values();
    let published = models::by_name("graviton2").expect("listed").ids();
    assert_eq!(ids.midr(), Some(0x413f_d0c1));
    for (register, value) in ids.registers() {
        // The model has the hardware's CLIDR_EL1; Firecracker writes its own, and reserved registers read zero.
        if register != SysReg::CLIDR_EL1 && register != SysReg::MPIDR_EL1 {
            assert_eq!(published.get(register).unwrap_or(0), value, "{register}");
        }
    }
    assert_eq!((ids.ccsidr(0), ids.ccsidr(13), ids.ccsidr(14)), (Some(2), Some(2), None));
    assert_eq!(ids.get(SysReg::DCZID_EL0), None, "not in KVM's list");
}

#[test]
fn bad_dumps_are_refused_precisely() {
    let text = |text: &str| RegisterDump::parse(text).expect_err("refused");
    assert_eq!(text("0x603000000013c000 0x1 extra"), DumpError::BadLine { line: 1 });
    assert_eq!(text("# c\n\n603 0x1"), DumpError::BadLine { line: 3 });
    assert_eq!(text("0x603000000013c000 0x10000000000000000"), DumpError::BadValue { id: MIDR });
    assert_eq!(text("0x603000000013c000 0x1\n0x603000000013c000 0x1"), DumpError::Repeated { id: MIDR });
    let modifier = |bitmap: &str| RegisterDump::from_modifiers([("0x603000000013c000", bitmap)]).expect_err("refused");
    let ones = "1".repeat(63);
    assert_eq!(modifier(&format!("0bx{ones}")), DumpError::Open { id: MIDR });
    assert_eq!(modifier(&format!("0b{ones}")), DumpError::Open { id: MIDR });
    assert_eq!(modifier(&format!("0b1{ones}00000000")), DumpError::WrongSize { id: MIDR, expected: 8, found: 9 });
    assert_eq!(RegisterDump::new().push(MIDR, vec![0; 4]), Err(DumpError::WrongSize { id: MIDR, expected: 8, found: 4 }));
    for bitmap in ["", "0b", "101", "0b2", &format!("0b{}", "0".repeat(2049))] {
        assert_eq!(modifier(bitmap), DumpError::BadBitmap, "{bitmap:?}");
    }
    let open = Bitmap::parse("0b1x_01").expect("a template");
    assert_eq!((open.value, open.given), (vec![0b1001], vec![0b1011]));
    assert_eq!(name_of_id(MIDR), "MIDR_EL1");
    assert_eq!(name_of_id(0x6020_0000_0011_0003), "CCSIDR_EL1[3]");
    assert_eq!(name_of_id(0x6030_0000_0010_0000), "0x6030000000100000");
}

#[test]
fn named_values_read_back() {
    for model in models::all() {
        let ids = model.ids();
        let mut back = IdValues::new();
        for (name, value) in ids.texts() {
            back.set_text(&name, &value).unwrap_or_else(|e| panic!("{name}={value}: {e}"));
        }
        assert_eq!(back, ids, "{}", model.name);
    }
}

#[test]
fn named_values_understand_fields_and_notations() {
    let mut ids = IdValues::new();
    let pfr0 = |ids: &IdValues| ids.get(SysReg::ID_AA64PFR0_EL1);
    let steps = [
        ("id_aa64pfr0_el1", "0x1122", Some(0x1122)),
        ("ID_AA64PFR0_EL1.FP", "-1", Some(0xf_1122)),
        ("ID_AA64PFR0_EL1.EL3", "0b10", Some(0xf_2122)),
        ("S3_0_C0_C4_0", "4_386", Some(0x1122)),
        ("ID_AA64PFR0_EL1", "unknown", None),
    ];
    for (name, value, expected) in steps {
        ids.set_text(name, value).unwrap_or_else(|e| panic!("{name}={value}: {e}"));
        assert_eq!(pfr0(&ids), expected, "{name}={value}");
    }
    ids.set_text("CCSIDR_EL1[2]", "0x707fe03a").expect("a cache");
    assert_eq!(ids.ccsidr(2), Some(0x707f_e03a));
    let fp = fields::field(SysReg::ID_AA64PFR0_EL1, "FP").expect("a field");
    let refusals = [
        ("ID_AA64PFR0_EL1.FP", "1", TextError::RestUnknown { field: fp }),
        ("ID_AA64PFR9_EL1", "1", TextError::UnknownName),
        ("SCTLR_EL1", "1", TextError::NotIdentification { register: SysReg::SCTLR_EL1 }),
        ("CCSIDR_EL1[16]", "1", TextError::BadNumber),
        ("CLIDR_EL1[1]", "1", TextError::UnknownName),
        ("MIDR_EL1", "0x", TextError::BadNumber),
        ("MIDR_EL1", "+1", TextError::BadNumber),
        ("MIDR_EL1", "0x-1", TextError::BadNumber),
        ("MIDR_EL1", "0x1ffffffffffffffff", TextError::BadNumber),
    ];
    for (name, value, expected) in refusals {
        assert_eq!(ids.set_text(name, value), Err(expected), "{name}={value}");
    }
    ids.set_text("ID_AA64PFR0_EL1", "0").expect("a register");
    assert_eq!(ids.set_text("ID_AA64PFR0_EL1.FP", "8"), Err(TextError::DoesNotFit { field: fp, value: 8 }));
}
