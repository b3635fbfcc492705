#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! 52-bit addresses (FEAT_LPA, FEAT_LPA2) and indirect permissions (FEAT_S1PIE): what no bare-metal guest of the tests reaches,
//! because a board has no such addresses; and that the plain walk is the other one. Everything else is tested by the guest `mmu`.

use std::sync::Arc;

use sysregs::SysReg;

use super::{Fault, Translation};
use crate::cpu::{Cpu, CpuConfig};
use crate::mem::{AccessKind, PhysicalMemory, SlotFlags, Tags, TlbMode};
use crate::timer::Clock;

const RAM: u64 = 0x4000_0000;
const SIZE: usize = 0x4_0000;
const AF: u64 = 1 << 10;
const DS: u64 = 1 << 59;
const TG0_64K: u64 = 1 << 14;
const TG0_16K: u64 = 2 << 14;
const IPS_52: u64 = 6 << 32;

struct Machine {
    cpu: Cpu,
    // Dropped after the PE that uses it.
    memory: Box<[u64]>,
}

impl Machine {
    fn new(tcr: u64) -> Machine {
        let mut memory = vec![0u64; SIZE / 8].into_boxed_slice();
        let physical = Arc::new(PhysicalMemory::default());
        // SAFETY: the machine keeps `memory` as long as the PE, and runs nothing else on it.
        physical.install(unsafe { PhysicalMemory::new_slot(0, RAM, SIZE as u64, memory.as_mut_ptr().cast(), SlotFlags::default()) });
        let model = sysregs::models::by_name("max").expect("the model max");
        let config = CpuConfig::new(model.ids(), 0x8000_0000, false).expect("a complete model");
        let mut cpu = Cpu::new(Arc::new(config), physical, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
        cpu.set_sys(SysReg::TCR_EL1, tcr);
        cpu.set_sys(SysReg::TTBR0_EL1, RAM);
        cpu.set_sys(SysReg::MAIR_EL1, 0xff);
        cpu.set_sys(SysReg::SCTLR_EL1, 1);
        Machine { cpu, memory }
    }

    /// Sets entry `index` of the table at offset `table`.
    fn entry(&mut self, table: u64, index: u64, descriptor: u64) {
        self.memory[(table / 8 + index) as usize] = descriptor;
    }

    fn read(&mut self, address: u64, mode: TlbMode) -> Result<u64, Fault> {
        self.cpu.translate(address, AccessKind::Read, mode).map(|translation| translation.physical)
    }
}

/// Four kilobyte pages and 52-bit addresses: a level -1 with 16 entries, output bits 51:50 in descriptor bits 9:8, shareability from TCR.
#[test]
fn long_descriptors_of_4k() {
    let mut m = Machine::new(12 | DS | IPS_52 | 3 << 12);
    m.entry(0, 0xa, (RAM + 0x1000) | 3);
    m.entry(0x1000, 0, (RAM + 0x2000) | 3);
    m.entry(0x1000, 1, 0x0003_0080_0000_0000 | 2 << 8 | AF | 1);
    m.entry(0x2000, 0, (RAM + 0x3000) | 3);
    m.entry(0x3000, 3, 0x0001_2345_6000_0000 | 3 << 8 | AF | 1);
    let base = 0xa << 48;
    let translation = m.cpu.translate(base | 0x0060_1234, AccessKind::Read, TlbMode::Kernel).expect("mapped");
    assert_eq!((translation.physical, translation.shareability), (0x000d_2345_6000_1234, 3));
    assert_eq!(m.read(base | 1 << 39 | 0x12_3456_789a, TlbMode::Kernel), Ok(0x000b_0080_0000_0000 | 0x12_3456_789a), "a level 0 block");
    assert_eq!(m.read(0xb << 48, TlbMode::Kernel), Err(Fault::translation(-1)));
    assert_eq!(Fault::translation(-1).status, 0b10_1011);
    assert_eq!(m.read(1 << 52, TlbMode::Kernel), Err(Fault::translation(0)), "beyond TxSZ");
    m.entry(0, 1, 0x0003_0000_0000_0000 | 3);
    m.cpu.set_sys(SysReg::TCR_EL1, 12 | DS | 5 << 32);
    assert_eq!(m.read(1 << 48, TlbMode::Kernel), Err(Fault::address_size(-1)), "more than IPS allows");
    assert_eq!(Fault::address_size(-1).status, 0b10_1001);
}

#[test]
fn long_descriptors_of_16k() {
    let mut m = Machine::new(12 | TG0_16K | DS | IPS_52);
    // 52 bits: 5 of them at level 0, 11 at level 1, where blocks of 64 GiB are.
    m.entry(0, 0x1f, (RAM + 0x4000) | 3);
    m.entry(0x4000, 5, 0x0002_0010_0000_0000 | 1 << 8 | AF | 1);
    let address = 0x1f << 47 | 5 << 36 | 0x1_2345_6789;
    assert_eq!(m.read(address, TlbMode::Kernel), Ok(0x0006_0010_0000_0000 | 0x1_2345_6789));
}

/// FEAT_LPA: with 64K pages descriptor bits 15:12 are output bits 51:48, whatever DS says.
#[test]
fn large_addresses_of_64k() {
    let mut m = Machine::new(22 | TG0_64K | DS | IPS_52);
    m.entry(0, 1, 0x1000_0000_0000 | 0xa << 12 | AF | 1);
    assert_eq!(m.read(1 << 42 | 0x1234, TlbMode::Kernel), Err(Fault::translation(0)), "beyond TxSZ");
    m.cpu.set_sys(SysReg::TCR_EL1, 12 | TG0_64K | IPS_52);
    assert_eq!(m.read(1 << 42 | 0x1234, TlbMode::Kernel), Ok(0x000a_1000_0000_0000 | 0x1234));
    m.cpu.set_sys(SysReg::TCR_EL1, 12 | TG0_64K | 5 << 32);
    assert_eq!(m.read(1 << 42 | 0x1234, TlbMode::Kernel), Err(Fault::address_size(1)));
}

/// Without DS, 4K pages have 48-bit addresses, and bits 9:8 are the shareability.
#[test]
fn short_descriptors_stay() {
    let mut m = Machine::new(12 | IPS_52);
    m.entry(0, 0, (RAM + 0x1000) | 3);
    m.entry(0x1000, 1, 0x4000_0000 | 2 << 8 | AF | 1);
    let translation = m.cpu.translate(0x4000_1234, AccessKind::Read, TlbMode::Kernel).expect("mapped");
    assert_eq!((translation.physical, translation.shareability), (0x4000_1234, 2));
    assert_eq!(m.read(1 << 48, TlbMode::Kernel), Err(Fault::translation(0)));
}

/// Every value of PIR_EL1 and PIRE0_EL1 in turn: what may be read, written, executed.
#[test]
fn indirect_permissions() {
    const RIGHTS: [&str; 16] = ["", "r", "x", "rx", "", "rw", "rw", "rwx", "r", "r", "rx", "", "rw", "", "rwx", ""];
    let mut m = Machine::new(25);
    m.cpu.set_sys(SysReg::TCR2_EL1, 1 << 1);
    // Index 0b1011: UXN, DBM, AP[1].
    m.entry(0, 1, 0x4000_0000 | 1 << 54 | 1 << 51 | 1 << 6 | AF | 1);
    for (value, rights) in RIGHTS.iter().enumerate() {
        for (register, mode) in [(SysReg::PIR_EL1, TlbMode::Kernel), (SysReg::PIRE0_EL1, TlbMode::User)] {
            m.cpu.set_sys(SysReg::PIR_EL1, 0);
            m.cpu.set_sys(SysReg::PIRE0_EL1, 0);
            m.cpu.set_sys(register, (value as u64) << (4 * 0b1011));
            for (kind, letter) in [(AccessKind::Read, 'r'), (AccessKind::Write, 'w'), (AccessKind::Fetch, 'x')] {
                let permitted = m.cpu.translate(0x4000_0000, kind, mode).is_ok();
                assert_eq!(permitted, rights.contains(letter), "{value:#06b} {mode:?} {kind:?}");
            }
        }
    }
}

/// PAN looks at what EL0 may do, and bit 7 of a descriptor is "not dirty".
#[test]
fn indirect_permissions_with_pan_and_dirty_state() {
    let mut m = Machine::new(25);
    m.cpu.set_sys(SysReg::TCR2_EL1, 1 << 1);
    m.cpu.set_sys(SysReg::PIR_EL1, 0xc);
    m.entry(0, 1, 0x4000_0000 | 1 << 7 | AF | 1);
    assert!(m.read(0x4000_0000, TlbMode::KernelPan).is_ok());
    let write = |m: &mut Machine| m.cpu.translate(0x4000_0000, AccessKind::Write, TlbMode::Kernel).is_ok();
    assert!(!write(&mut m), "clean");
    // HA and HD.
    m.cpu.set_sys(SysReg::TCR_EL1, 25 | 3 << 39);
    assert!(write(&mut m));
    assert_eq!(m.memory[1] >> 7 & 1, 0, "made dirty");
    m.cpu.set_sys(SysReg::PIRE0_EL1, 1);
    assert!(m.read(0x4000_0000, TlbMode::KernelPan).is_err(), "EL0 may read it");
}

/// A level 1 table whose entry 1 leads by a table descriptor with `bits` to a level 2 block with `attributes`.
fn hierarchy(tcr: u64, bits: u64, attributes: u64) -> Machine {
    let mut m = Machine::new(25 | tcr);
    m.entry(0, 1, (RAM + 0x1000) | bits | 3);
    m.entry(0x1000, 0, 0x4000_0000 | attributes | AF | 1);
    m
}

/// TCR_EL1.HPD0: what table descriptors forbid counts no more (FEAT_HPDS).
#[test]
fn hierarchical_permissions_can_be_off() {
    const HPD0: u64 = 1 << 41;
    let at = 0x4000_0000;
    // APTable[0], APTable[1], UXNTable, PXNTable; the block is EL0's to read and write.
    for (bits, mode, kind) in [
        (1u64 << 61, TlbMode::User, AccessKind::Read),
        (1 << 62, TlbMode::Kernel, AccessKind::Write),
        (1 << 60, TlbMode::User, AccessKind::Fetch),
    ] {
        assert!(hierarchy(0, bits, 1 << 6).cpu.translate(at, kind, mode).is_err(), "{bits:#x}");
        assert!(hierarchy(HPD0, bits, 1 << 6).cpu.translate(at, kind, mode).is_ok(), "{bits:#x}");
    }
    assert!(hierarchy(0, 1 << 59, 1 << 7).cpu.translate(at, AccessKind::Fetch, TlbMode::Kernel).is_err());
    assert!(hierarchy(HPD0, 1 << 59, 1 << 7).cpu.translate(at, AccessKind::Fetch, TlbMode::Kernel).is_ok());
    let mut without = hierarchy(HPD0, 1 << 62, 1 << 6);
    without.cpu.features.remove(sysregs::Feature::HPDS);
    assert!(without.cpu.translate(at, AccessKind::Write, TlbMode::Kernel).is_err(), "RES0 without the feature");
}

/// SCTLR_EL1.EPAN: with PAN, what EL0 may execute is as closed as what it may read.
#[test]
fn execute_only_pages_under_pan() {
    for (epan, open) in [(0, true), (1 << 57, false)] {
        let mut m = hierarchy(0, 0, 0);
        m.cpu.set_sys(SysReg::SCTLR_EL1, 1 | epan);
        assert_eq!(m.read(0x4000_0000, TlbMode::KernelPan).is_ok(), open);
        assert!(m.read(0x4000_0000, TlbMode::Kernel).is_ok());
        let mut never_executed = hierarchy(0, 0, 1 << 54);
        never_executed.cpu.set_sys(SysReg::SCTLR_EL1, 1 | epan);
        assert!(never_executed.read(0x4000_0000, TlbMode::KernelPan).is_ok());
    }
}

/// TCR_EL1.E0PD0: a Translation fault at level 0 for EL0, whatever is mapped.
#[test]
fn a_half_that_is_not_for_el0() {
    let mut m = hierarchy(1 << 55, 0, 1 << 6);
    assert_eq!(m.read(0x4000_0000, TlbMode::User), Err(Fault::translation(0)));
    assert!(m.read(0x4000_0000, TlbMode::Kernel).is_ok());
}

/// SCTLR_EL1.EE: descriptors are big-endian, and so is what the hardware writes back (AF and dirty state).
#[test]
fn big_endian_tables() {
    let mut m = Machine::new(25 | 3 << 39);
    m.cpu.set_sys(SysReg::SCTLR_EL1, 1 | 1 << 25);
    m.entry(0, 1, (0x4000_0000u64 | 1 << 51 | 1 << 7 | 1).swap_bytes());
    assert_eq!(m.read(0x4000_1234, TlbMode::Kernel), Ok(0x4000_1234));
    assert_eq!(m.memory[1].swap_bytes(), 0x4000_0000 | 1 << 51 | 1 << 7 | AF | 1);
    m.cpu.translate(0x4000_1234, AccessKind::Write, TlbMode::Kernel).expect("DBM");
    assert_eq!(m.memory[1].swap_bytes(), 0x4000_0000 | 1 << 51 | AF | 1);
}

/// A table where there is no memory: a stage 2 fault of the walk (ISS.S1PTW), for any access.
#[test]
fn a_table_without_memory() {
    let mut m = Machine::new(25);
    m.entry(0, 1, 0x9000_0000 | 3);
    let fault = m.read(0x4000_0000, TlbMode::Kernel).expect_err("no memory");
    assert_eq!((fault.table_walk, fault.stage2), (Some(2), Some(0x9000_0000)));
    m.cpu.abort(0x4000_0000, AccessKind::Write, fault);
    let crate::cpu::Pending::Exit(crate::cpu::Exit::Stage2(abort)) = &m.cpu.pending else { panic!("{:?}", m.cpu.pending) };
    assert!(abort.table_walk() && abort.write() && !abort.syndrome_valid());
    assert_eq!((abort.far, abort.ipa, abort.walk_level), (0x4000_0000, 0x9000_0000, Some(2)));
}

/// A valid descriptor is replaced by another without break-before-make: until the TLBI either is right, afterwards only the new one.
#[test]
fn a_mapping_that_changes_under_use() {
    let mut m = Machine::new(25);
    m.cpu.set_sys(SysReg::MAIR_EL1, 0xff);
    m.memory[0x10000 / 8] = 1;
    m.memory[0x1_1000 / 8] = 2;
    m.entry(0, 0, (RAM + 0x1000) | 3);
    m.entry(0x1000, 0, (RAM + 0x2000) | 3);
    m.entry(0x2000, 5, (RAM + 0x1_0000) | AF | 3);
    assert_eq!(m.cpu.load::<u64>(0x5000, Tags::Unchecked), Ok(1));
    m.entry(0x2000, 5, (RAM + 0x1_1000) | AF | 3);
    assert!(matches!(m.cpu.load::<u64>(0x5000, Tags::Unchecked), Ok(1 | 2)));
    m.cpu.tlb.flush_page(0x5000);
    assert_eq!(m.cpu.load::<u64>(0x5000, Tags::Unchecked), Ok(2));
    // A table becomes a block of 2 MiB.
    m.entry(0x1000, 0, RAM | AF | 1);
    assert!(m.cpu.load::<u64>(0x5000, Tags::Unchecked).is_ok());
    m.cpu.tlb.flush_page(0x5000);
    assert_eq!(m.cpu.load::<u64>(0x1_0000, Tags::Unchecked), Ok(1));
    assert_eq!(m.cpu.load::<u64>(0x5000, Tags::Unchecked), Ok(0));
}

/// SplitMix64.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ *state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// A descriptor: mostly a table, else a leaf, something invalid, or an address that is too large or in no slot.
fn any_descriptor(state: &mut u64) -> u64 {
    let (bits, kind) = (random(state), random(state) % 16);
    let attributes = bits & (0x1f << 59 | 0xfff << 50 | 0x0ffc);
    let page = RAM | bits >> 20 & (SIZE as u64 - 1) & !0xfff;
    match kind {
        0 => bits & !1,
        1 => attributes | (bits & 0x0000_ffff_ffff_f000) | 3,
        2 | 3 => attributes | page & !0x1f_ffff | 1,
        4 => attributes | (page + SIZE as u64) | 3,
        _ => attributes | page | 3,
    }
}

/// The plain walk finds what the walk of all kinds of tables finds, or gives up; and it does find something.
#[test]
fn plain_walks() {
    let (mut state, mut found) = (1, 0);
    for _ in 0..200 {
        let t0sz = 16 + random(&mut state) % 24;
        let tcr = t0sz | (random(&mut state) % 6) << 32 | (random(&mut state) & 1) << 41;
        let mut m = Machine::new(tcr);
        m.memory.fill_with(|| any_descriptor(&mut state));
        m.cpu.gather_known_regime();
        let Some(regime) = m.cpu.known_regime else { panic!("just gathered") };
        let (half, memory) = (&regime.lower, m.cpu.memory.clone());
        let Some(start) = &half.plain else { panic!("4 KiB, short, little-endian") };
        let mut view = crate::mem::SlotView { memory: &memory, recent: &mut m.cpu.recent_slot };
        for _ in 0..200 {
            let address = random(&mut state) & ((1 << half.start.input_bits) - 1);
            let Some(leaf) = super::plain_walk::find(&mut view, start, address) else { continue };
            assert_eq!(super::walk::find_leaf(&mut view, &regime, half, address, half.start.input_bits), Ok(leaf), "{tcr:#x} {address:#x}");
            found += 1;
        }
    }
    assert!(found > 1000, "{found}");
}

/// Permissions that are remembered from page to page are those that each page has.
#[test]
fn known_permissions() {
    let (mut state, mut permitted) = (7, 0);
    for round in 0..60 {
        let mut m = Machine::new(25 | (random(&mut state) & 1) << 41);
        if round % 2 != 0 {
            m.cpu.set_sys(SysReg::TCR2_EL1, 2);
            m.cpu.set_sys(SysReg::PIR_EL1, random(&mut state));
            m.cpu.set_sys(SysReg::PIRE0_EL1, random(&mut state));
        }
        m.cpu.set_sys(SysReg::MAIR_EL1, random(&mut state));
        // Few kinds of pages, so that they come again, and as tables, pages or blocks.
        let mut kind =
            |number: u64| random(&mut state) & (0xf << 59 | 0xf << 51 | 0xbfc) | AF | if number.is_multiple_of(4) { 1 } else { 3 };
        let kinds: Vec<u64> = (0..12).map(&mut kind).collect();
        m.memory.fill_with(|| kinds[(random(&mut state) % 12) as usize] | RAM | random(&mut state) & (SIZE as u64 - 1) & !0xfff);
        let mut accesses = Vec::new();
        for _ in 0..300 {
            let kind = [AccessKind::Read, AccessKind::Write, AccessKind::Fetch][(random(&mut state) % 3) as usize];
            let mode = [TlbMode::User, TlbMode::Kernel, TlbMode::KernelPan][(random(&mut state) % 3) as usize];
            accesses.push((random(&mut state) & ((1 << 39) - 1), kind, mode));
        }
        let told: Vec<_> = accesses.iter().map(|&(address, kind, mode)| m.cpu.translate(address, kind, mode)).collect();
        permitted += told.iter().filter(|result| result.is_ok()).count();
        for (&(address, kind, mode), told) in accesses.iter().zip(&told) {
            m.cpu.known_permissions = Default::default();
            assert_eq!(m.cpu.translate(address, kind, mode), *told, "round {round}: {address:#x} {kind:?} {mode:?}");
        }
    }
    assert!(permitted > 3000, "{permitted}");
}

/// What is found without a full walk is what that finds, and it has nothing to write back.
#[test]
fn plain_walks_with_known_permissions() {
    let (mut state, mut found) = (11, 0);
    for round in 0..200 {
        // TCR_EL1.HPD0, HPD1, HA and HD as they come; both halves have the same table.
        let mut m = Machine::new(25 | 25 << 16 | 2 << 30 | (random(&mut state) & 3) << 41 | (random(&mut state) & 3) << 39);
        m.cpu.set_sys(SysReg::TTBR1_EL1, RAM);
        m.cpu.set_sys(SysReg::MAIR_EL1, random(&mut state));
        let kinds: Vec<u64> = (0..12).map(|_| random(&mut state) & (0x1f << 59 | 0xff << 51 | 0xfff) | 3).collect();
        m.memory.fill_with(|| kinds[(random(&mut state) % 12) as usize] | RAM | random(&mut state) & (SIZE as u64 - 1) & !0xfff);
        for _ in 0..300 {
            let store = random(&mut state) & 1 != 0;
            let mode = [TlbMode::User, TlbMode::Kernel, TlbMode::KernelPan][(random(&mut state) % 3) as usize];
            let half = if random(&mut state) & 1 != 0 { u64::MAX << 39 } else { 0 };
            let address = half | random(&mut state) & ((1 << 39) - 1);
            m.cpu.gather_known_regime();
            let plain = m.cpu.walk_plainly(address, mode, store).map(|(physical, known, _)| Translation { physical, ..*known });
            let before = m.memory.clone();
            let kind = if store { AccessKind::Write } else { AccessKind::Read };
            let told = m.cpu.translate(address, kind, mode);
            let Some(plain) = plain else { continue };
            assert_eq!(told, Ok(plain), "round {round}: {address:#x} {kind:?} {mode:?}");
            assert_eq!(m.memory, before, "round {round}: {address:#x} {kind:?} {mode:?}");
            found += 1;
        }
    }
    assert!(found > 1000, "{found}");
}
