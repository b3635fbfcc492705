#![expect(unsafe_code, reason = "hands the test's own memory to the emulator")]
//! FEAT_LPA2: 52-bit addresses with 4K and 16K granules, where descriptors, levels and fault codes differ from the usual ones.
//! The usual ones are the guests' affair (examples/guests/mmu).

use std::sync::Arc;

use emu::cpu::{Cpu, CpuConfig};
use emu::mem::{AccessKind, PhysicalMemory, SlotFlags, TlbMode};
use emu::timer::Clock;
use sysregs::SysReg;

const RAM: u64 = 0x4000_0000;
/// Valid table or page descriptor; valid block.
const TABLE: u64 = 3;
const BLOCK: u64 = 1;
const AF: u64 = 1 << 10;
/// TCR_EL1: DS, IPS = 52 bits, T0SZ = 12, and no upper half.
const TCR: u64 = 1 << 59 | 6 << 32 | 1 << 23 | 12;
const GRANULE_16K: u64 = 2 << 14;

/// What to write where before a look-up: (address, descriptor).
type Tables = &'static [(u64, u64)];

/// What it shows, model, TTBR0_EL1, descriptors, address, and the output address or the fault status.
type Case = (&'static str, &'static str, u64, Tables, u64, Result<u64, u8>);

const CASES: &[Case] = &[
    (
        "4K: a page through five levels, with output bits 49:48 in place and 51:50 in 9:8",
        "max",
        RAM,
        // Levels -1, 0, 1, 2, 3; address bits 51:48, 47:39, 38:30, 29:21, 20:12.
        &[
            (RAM + 8 * 5, (RAM + 0x1000) | TABLE),
            (RAM + 0x1000, (RAM + 0x2000) | TABLE),
            (RAM + 0x2000, (RAM + 0x3000) | TABLE),
            (RAM + 0x3000, (RAM + 0x4000) | TABLE),
            (RAM + 0x4000 + 8 * 7, 0x0003_0000_1234_5000 | 3 << 8 | AF | TABLE),
        ],
        0x0005_0000_0000_7abc,
        Ok(0x000f_0000_1234_5abc),
    ),
    (
        "4K: a block of 512 GiB at level 0",
        "max",
        RAM,
        &[(RAM, (RAM + 0x1000) | TABLE), (RAM + 0x1000 + 8, 0x0000_0080_0000_0000 | AF | BLOCK)],
        0x0000_0081_2345_6789,
        Ok(0x0000_0081_2345_6789),
    ),
    ("4K: no block at level -1: translation fault there", "max", RAM, &[(RAM, AF | BLOCK)], 0x1000, Err(0b101011)),
    ("4K: nothing at level -1", "max", RAM, &[(RAM, 0)], 0x1000, Err(0b101011)),
    ("4K: the access flag at level 0", "max", RAM, &[(RAM, (RAM + 0x1000) | TABLE), (RAM + 0x1000, BLOCK)], 0x1000, Err(0b001000)),
    ("an address beyond the input size", "max", RAM, &[(RAM, 0)], 0x0070_0000_0000_0000, Err(0b000100)),
    (
        "a CPU without FEAT_LPA2: DS is RES0, T0SZ counts as 16, level 0 has no blocks",
        "neoverse-n1",
        RAM,
        &[(RAM, AF | BLOCK)],
        0x1000,
        Err(0b000100),
    ),
];

fn translate(model: &str, tcr: u64, table: u64, tables: Tables, address: u64) -> Result<u64, u8> {
    let mut backing = vec![0u64; 0x2000];
    let memory = Arc::new(PhysicalMemory::default());
    // SAFETY: `backing` outlives the PE of this function, and is not touched meanwhile.
    memory.install(unsafe { PhysicalMemory::new_slot(0, RAM, 0x1_0000, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    for &(at, descriptor) in tables {
        memory.write_bytes(at, &descriptor.to_le_bytes()).expect("RAM");
    }
    let model = sysregs::models::by_name(model).expect("a model");
    let config = Arc::new(CpuConfig::new(model.ids().clone(), 0x8000_0000, false).expect("a complete model"));
    let mut cpu = Cpu::new(config, memory, Arc::default(), Arc::new(Clock::virtual_time(1_000_000_000)));
    cpu.set_sys(SysReg::TCR_EL1, tcr);
    cpu.set_sys(SysReg::TTBR0_EL1, table);
    cpu.set_sys(SysReg::SCTLR_EL1, 1);
    let translation = cpu.translate(address, AccessKind::Read, TlbMode::Kernel);
    translation.map(|translation| translation.physical).map_err(|fault| fault.status)
}

#[test]
fn addresses_of_52_bits() {
    for &(what, model, table, tables, address, expected) in CASES {
        assert_eq!(translate(model, TCR, table, tables, address), expected, "{what}");
    }
    // 16K: four levels for 52 bits, blocks at level 1 (64 GiB), whose index is address bits 46:36.
    let tables: Tables = &[(RAM, (RAM + 0x4000) | TABLE), (RAM + 0x4000 + 8, 0x0001_0010_0000_0000 | 1 << 8 | AF | BLOCK)];
    assert_eq!(translate("max", TCR | GRANULE_16K, RAM, tables, 0x0000_0012_3456_789a), Ok(0x0005_0012_3456_789a));
}
