//! Loads and stores of scalable vectors where memory is not plain: Device, watched, tagged, missing, of the other order, or code. Their
//! values in plain memory are the differential test's.

use emu::cpu::{ExceptionLevel, Predicate, ScalableVector};
use emu::engine::EngineKind;
use emu::mem::TAG_WORDS;
use sysregs::{Feature, SysReg};

use super::{AT, DATA, DEVICE, ENGINES, Machine, PAGE, RAM, SCTLR, TCR, USER, class};

/// Bytes of a vector.
const LENGTH: usize = 32;
const ALL: Predicate = Predicate([(1 << LENGTH) - 1, 0, 0, 0]);
const NEVER: u64 = 3 << 53;
/// An address that nothing answers.
const HOLE: u64 = 0x0900_0000;

fn machine(kind: EngineKind, code: &[u32]) -> Machine {
    let mut m = Machine::new("max", kind, code);
    m.cpu.vector_lengths = 0b11;
    m.cpu.set_sys(SysReg::ZCR_EL1, 1);
    m.cpu.set_sys(SysReg::CPACR_EL1, 3 << 20 | 3 << 16);
    m.map(DATA | PAGE | NEVER);
    m.enter(ExceptionLevel::EL1, false);
    m.cpu.set_whole_p(0, &ALL);
    m.cpu.set_ffr(&ALL);
    m
}

fn doublewords(values: [u64; LENGTH / 8]) -> ScalableVector {
    let mut vector = ScalableVector::ZERO;
    values.into_iter().enumerate().for_each(|(index, value)| vector.set(3, index, value));
    vector
}

/// Makes memory at AT special; tells where.
type Setup = fn(&mut Machine) -> u64;

fn watched(m: &mut Machine) -> u64 {
    m.cpu.set_sys(SysReg::DBGWVR0_EL1, AT);
    m.cpu.set_sys(SysReg::DBGWCR0_EL1, 1 | 3 << 1 | 1 << 3 | 0xff << 5);
    // MDE and KDE.
    m.cpu.set_sys(SysReg::MDSCR_EL1, 1 << 15 | 1 << 13);
    m.cpu.update_debug();
    AT
}

/// A granule with another tag than its address.
fn tagged(m: &mut Machine, mode: u64) -> u64 {
    m.cpu.features.insert(Feature::MTE2);
    m.cpu.features.insert(Feature::MTE_ASYNC);
    m.cpu.set_sys(SysReg::HCR_EL2, m.cpu.sys(SysReg::HCR_EL2) | emu::sys::hcr::ATA);
    m.cpu.set_sys(SysReg::MAIR_EL1, 0xf0ff);
    m.cpu.set_sys(SysReg::TCR_EL1, TCR | 1 << 37);
    m.cpu.set_sys(SysReg::SCTLR_EL1, SCTLR | 1 << 43 | mode << 40);
    m.map(DATA | PAGE | NEVER | DEVICE);
    assert!(m.cpu.memory.set_page_tags(DATA, &[0; TAG_WORDS].map(|_: u64| 0x3333_3333_3333_3333)));
    AT | 5 << 56
}

/// What may be there; whether a plain load is done, and a quiet one.
const PLACES: &[(&str, Setup, bool, bool)] = &[
    ("plain", |_| AT, true, true),
    ("unaligned", |_| AT + 1, true, true),
    (
        "alignment checked",
        |m| {
            m.cpu.set_sys(SysReg::SCTLR_EL1, SCTLR | 2);
            AT + 1
        },
        false,
        false,
    ),
    (
        "Device",
        |m| {
            m.map(DATA | PAGE | NEVER | DEVICE);
            AT
        },
        true,
        false,
    ),
    (
        "not mapped",
        |m| {
            m.map(0);
            AT
        },
        false,
        false,
    ),
    ("half mapped", |_| AT + 0xffc, false, false),
    (
        "nobody",
        |m| {
            m.map(HOLE | PAGE | NEVER);
            AT
        },
        false,
        false,
    ),
    ("watched", watched, false, false),
    ("tags that differ", |m| tagged(m, 1), false, false),
    ("tags that differ, reported later", |m| tagged(m, 2), true, false),
    ("tags that nobody checks", |m| tagged(m, 0), true, true),
    (
        "the same tags",
        |m| {
            tagged(m, 1);
            AT | 3 << 56
        },
        true,
        true,
    ),
];

/// Elements that cannot be loaded end LDFF1 and LDNF1, but for the first of LDFF1, which faults as in LD1.
#[test]
fn loads_that_end_without_a_fault() {
    const LD1D: u32 = 0xc5a0_c020;
    const LDFF1D: u32 = 0xc5a0_e020;
    const LDNF1D: u32 = 0xa5f0_a000;
    for kind in ENGINES {
        for &(name, setup, loads, quiet) in PLACES {
            // The special address is that of the element `at`, or of all when there are none.
            for (word, at, done, kept) in [
                (LD1D, 0, loads, 4),
                (LD1D, 1, loads, 4),
                (LDFF1D, 0, loads, 4),
                (LDFF1D, 1, true, if quiet { 4 } else { 1 }),
                (LDFF1D, 3, true, if quiet { 4 } else { 3 }),
                (LDNF1D, 4, true, if quiet { 4 } else { 0 }),
            ] {
                let mut m = machine(kind, &[word]);
                m.memory[0x800..0x806].fill(0x0101_0101_0101_0101);
                let mut addresses = [RAM + 0x100; 4];
                let place = setup(&mut m);
                addresses.iter_mut().skip(at).take(1).for_each(|address| *address = place);
                m.cpu.x[0] = place;
                m.cpu.set_whole_z(1, &doublewords(addresses));
                m.cpu.set_whole_z(0, &doublewords([7; 4]));
                m.run(1);
                let case = format!("{kind:?} {name} {word:#x} {at}");
                assert_eq!(m.cpu.pc == RAM + 4, done, "{case}");
                assert_eq!(m.cpu.ffr(), if done { ALL.within(8 * kept) } else { ALL }, "{case}");
                let nops = 0xd503_201f_d503_201f;
                let expected = |index| match index {
                    _ if !done => 7,
                    _ if index >= kept => 0,
                    _ if index == at || at == 4 => 0x0101_0101_0101_0101,
                    _ => nops,
                };
                assert_eq!(m.cpu.whole_z(0), doublewords([0, 1, 2, 3].map(expected)), "{case}");
                let late = name.ends_with("later") && word != LDNF1D && (word == LD1D || at == 0);
                assert_eq!(m.cpu.sys(SysReg::TFSR_EL1) != 0, late, "{case}");
            }
        }
    }
}

/// SCTLR_EL1.E0E: elements are big-endian, registers as a whole are bytes.
#[test]
fn big_endian_elements_and_whole_registers() {
    let bytes = 0x0807_0605_0403_0201;
    for kind in ENGINES {
        // LD1W, LD1H of doublewords, LDR of Z0, ST1W, ST1H of doublewords, STR of Z0.
        for (word, expected) in [
            (0xa540_a000, 0x0506_0708_0102_0304),
            (0xa4e0_a000, 0x0102),
            (0x8580_4000, bytes),
            (0xe540_e000, 0x0506_0708_0102_0304),
            (0xe4e0_e000, 0x0102),
            (0xe580_4000, bytes),
        ] {
            let mut m = machine(kind, &[word]);
            m.map(DATA | PAGE | NEVER | USER);
            m.cpu.set_sys(SysReg::SCTLR_EL1, SCTLR | 1 << 24);
            m.enter(ExceptionLevel::EL0, false);
            let store = word >> 30 == 3;
            if store {
                m.cpu.set_whole_z(0, &doublewords([bytes; 4]));
            } else {
                m.memory[0x800] = bytes;
            }
            m.run(1);
            let found = if store { m.memory[0x800] } else { m.cpu.whole_z(0).get(3, 0) };
            let found = if store && word == 0xe4e0_e000 { found & 0xffff } else { found };
            assert_eq!((found, m.cpu.pc), (expected, RAM + 4), "{kind:?} {word:#x}");
        }
    }
}

/// Stores of every kind to code that has been executed: it is executed anew.
#[test]
fn stores_to_code() {
    const MOVZ_X3_1: u32 = 0xd280_0023;
    const MOVZ_X3_2: u32 = 0xd280_0043;
    const B_BACK: u32 = 0x17ff_fffe;
    // ST1D of all and of few elements, with addresses, ST2W, STNT1B, STR of Z0 and P1; STR of X1 as the measure.
    for (word, mask) in [
        (0xf900_0001, u64::MAX),
        (0xe5e0_e000, u64::MAX),
        (0xe5e0_e000, 1),
        (0xe5c0_a020, 1),
        (0xe530_e000, 1),
        (0xe410_e000, 0xff),
        (0xe580_4000, u64::MAX),
        (0xe580_0001, u64::MAX),
    ] {
        for kind in ENGINES {
            let mut m = machine(kind, &[MOVZ_X3_1, word, B_BACK]);
            m.map(RAM | PAGE);
            m.cpu.set_whole_p(0, &Predicate([mask & ALL.0[0], 0, 0, 0]));
            // Only the word of the MOVZ changes.
            let code = u64::from(MOVZ_X3_2) | u64::from(word) << 32;
            let rest = u64::from(B_BACK) | 0xd503_201f << 32;
            (m.cpu.x[1], m.cpu.x[0]) = (code, AT);
            let nops = 0xd503_201f_d503_201f;
            let pairs = word == 0xe530_e000;
            m.cpu.set_whole_z(0, &if pairs { doublewords([MOVZ_X3_2.into(); 4]) } else { doublewords([code, rest, nops, nops]) });
            // The second of the pair, or the addresses.
            m.cpu.set_whole_z(1, &if pairs { doublewords([word.into(); 4]) } else { doublewords([AT; 4]) });
            m.cpu.set_whole_p(1, &Predicate([code & 0xffff_ffff, 0, 0, 0]));
            m.run(4);
            assert_eq!(m.cpu.x[3], 2, "{kind:?} {word:#x} {mask:#x}");
        }
    }
}

/// CheckSPAlignment(): not without an active element.
#[test]
fn stack_pointers_of_loads() {
    for kind in ENGINES {
        // LD1B and LDR at SP.
        for (word, predicate, expected) in
            [(0xa400_a3e0, ALL, 0x26), (0xa400_a3e0, Predicate::NONE, 0), (0x8580_43e0, Predicate::NONE, 0x26)]
        {
            let mut m = machine(kind, &[word]);
            m.cpu.set_sys(SysReg::SCTLR_EL1, SCTLR | 1 << 3);
            m.cpu.x[31] = AT + 8;
            m.cpu.set_whole_p(0, &predicate);
            assert_eq!(class(m.run(1)), expected, "{kind:?} {word:#x}");
        }
    }
}
