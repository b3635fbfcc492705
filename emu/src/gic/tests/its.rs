//! An ITS for the scripts, with guest memory, tables and a command queue as a guest's driver sets them up; and what becomes of
//! hostile tables and commands.
#![expect(unsafe_code, reason = "tests that give the emulator their own memory")]

use std::sync::Arc;

use proptest::prelude::*;

use super::super::its::{Its, ItsError, ItsRules};
use super::super::{Gic, GicModel, icc};
use super::new;
use crate::mem::{PhysicalMemory, SlotFlags};

pub const BASE: u64 = 0x4000_0000;
const SIZE: usize = 0x10_0000;
pub const QUEUE: u64 = BASE + 0x1_0000;
pub const DEVICES: u64 = BASE + 0x2_0000;
pub const COLLECTIONS: u64 = BASE + 0x3_0000;
pub const PROPERTIES: u64 = BASE + 0x4_0000;
/// One for each vCPU, 64 KiB apart.
const PENDING: u64 = BASE + 0x5_0000;
pub const VALID: u64 = 1 << 63;

/// Guest memory and an ITS.
pub struct Bench {
    pub memory: Arc<PhysicalMemory>,
    pub its: Its,
    _backing: Vec<u64>,
}

impl Bench {
    pub fn new() -> Bench {
        Bench::with(ItsRules::default())
    }

    pub fn with(rules: ItsRules) -> Bench {
        let mut backing = vec![0u64; SIZE / 8];
        let memory = Arc::new(PhysicalMemory::default());
        // SAFETY: the vector is kept beside the memory, never resized, and no PE runs.
        memory.install(unsafe { PhysicalMemory::new_slot(0, BASE, SIZE as u64, backing.as_mut_ptr().cast(), SlotFlags::default()) });
        Bench { its: Its::new(memory.clone(), rules), memory, _backing: backing }
    }

    /// GICR_PROPBASER is zero before there is a GIC.
    pub fn add_memory_at_zero(&self) {
        let backing = Vec::leak(vec![0u64; 0x2000]);
        // SAFETY: the memory is never freed, and no PE runs.
        self.memory.install(unsafe { PhysicalMemory::new_slot(1, 0, 0x1_0000, backing.as_mut_ptr().cast(), SlotFlags::default()) });
    }

    /// Connects a GIC that did not know LPIs, and its vCPUs.
    pub fn announce(&self, gic: &Arc<Gic>) {
        (0..gic.vcpu_count()).for_each(|vcpu| self.its.add_processor(vcpu as u32));
        gic.announce_its();
        self.connect(gic);
    }

    pub fn connect(&self, gic: &Arc<Gic>) {
        gic.attach_memory(self.memory.clone());
        self.its.connect(gic.clone());
    }

    /// What a driver does first: tables, queue, LPIs, everything open.
    pub fn bring_up(&self, gic: &Gic, cpus: u64) {
        for cpu in 0..cpus {
            let vcpu = cpu as usize;
            gic.redist_write(vcpu, 0x70, 8, PROPERTIES | 15);
            gic.redist_write(vcpu, 0x78, 8, PENDING + cpu * 0x1_0000);
            gic.redist_write(vcpu, 0, 4, 1);
            gic.sysreg_write(vcpu, icc::PMR, 0xf8);
            gic.sysreg_write(vcpu, icc::IGRPEN1, 1);
        }
        gic.dist_write(0, 0, 4, 2);
        self.its.write(0x80, 8, QUEUE | VALID);
        self.its.write(0x100, 8, DEVICES | VALID);
        self.its.write(0x108, 8, COLLECTIONS | VALID);
        self.its.write(0, 4, 1);
    }

    pub fn store(&self, address: u64, bytes: &[u8]) -> Result<(), String> {
        self.memory.write_bytes(address, bytes).map_err(|e| e.to_string())
    }

    pub fn load(&self, address: u64, size: u8) -> Result<u64, String> {
        let mut bytes = [0; 8];
        self.memory.read_bytes(address, &mut bytes[..usize::from(size)]).map_err(|e| e.to_string())?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Queues a command by name and lets the ITS execute it.
    pub fn command(&self, name: &str, arguments: &[u64]) -> Result<(), String> {
        let words = words(name, arguments).ok_or("no such command")?;
        self.queue(words)
    }

    pub fn queue(&self, words: [u64; 4]) -> Result<(), String> {
        let at = self.its.read(0x88, 8);
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.store(QUEUE + at, &bytes)?;
        self.its.write(0x88, 8, (at + 32) % 0x1000);
        Ok(())
    }
}

/// The four words of a command.
fn words(name: &str, arguments: &[u64]) -> Option<[u64; 4]> {
    Some(match (name, arguments) {
        ("mapd", &[device, table, bits]) => [8 | device << 32, bits - 1, VALID | table, 0],
        ("unmapd", &[device]) => [8 | device << 32, 0, 0, 0],
        ("mapc", &[collection, target]) => [9, 0, VALID | target << 16 | collection, 0],
        ("unmapc", &[collection]) => [9, 0, collection, 0],
        ("mapti", &[device, event, lpi, collection]) => [10 | device << 32, lpi << 32 | event, collection, 0],
        ("mapi", &[device, event, collection]) => [11 | device << 32, event, collection, 0],
        ("movi", &[device, event, collection]) => [1 | device << 32, event, collection, 0],
        ("movall", &[from, to]) => [14, 0, from << 16, to << 16],
        ("inv", &[device, event]) => [12 | device << 32, event, 0, 0],
        ("invall", &[collection]) => [13, 0, collection, 0],
        ("int", &[device, event]) => [3 | device << 32, event, 0, 0],
        ("clear", &[device, event]) => [4 | device << 32, event, 0, 0],
        ("discard", &[device, event]) => [15 | device << 32, event, 0, 0],
        ("sync", &[]) => [5, 0, 0, 0],
        _ => return None,
    })
}

fn ready() -> (Bench, Arc<Gic>) {
    ready_with(ItsRules::default())
}

pub fn ready_with(rules: ItsRules) -> (Bench, Arc<Gic>) {
    let bench = Bench::with(rules);
    let gic = Arc::new(new(GicModel::V3, 2, 96).0);
    bench.announce(&gic);
    bench.bring_up(&gic, 2);
    (bench, gic)
}

/// A plausible word: small fields, addresses in guest memory, or anything.
fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..16u64,
        (0..16u64, 0..4u64).prop_map(|(low, high)| high << 32 | low),
        (0..SIZE as u64).prop_map(|at| VALID | (BASE + at)),
        (0x2000..0x2010u64, 0..8u64).prop_map(|(lpi, event)| lpi << 32 | event),
        any::<u64>(),
    ]
}

fn command() -> impl Strategy<Value = [u64; 4]> {
    (0..20u64, 0..4u64, word(), word(), word()).prop_map(|(number, device, a, b, c)| [number | device << 32, a, b, c])
}

proptest! {
    /// Whatever is queued and whatever the tables hold: no panic, the queue is emptied, the GIC's state stays one that fits.
    #[test]
    fn hostile_commands(commands in prop::collection::vec(command(), 1..60), noise in prop::collection::vec((0..SIZE as u64 / 8, word()), 0..20)) {
        let (bench, gic) = ready();
        for words in &commands {
            bench.queue(*words).expect("the queue is in memory");
            prop_assert_eq!(bench.its.read(0x90, 8), bench.its.read(0x88, 8));
        }
        for (at, value) in noise {
            bench.store(BASE + at * 8, &value.to_le_bytes()).expect("in memory");
        }
        let _tables_may_be_anywhere = (bench.its.save_tables(), gic.save_pending_tables());
        bench.its.write(0, 4, 0);
        bench.its.reset();
        prop_assert!(gic.save().lpis.values().all(|lpi| lpi.mappings == 0), "a reset forgets every mapping");
        bench.its.write(0x100, 8, DEVICES | VALID);
        bench.its.write(0x108, 8, COLLECTIONS | VALID);
        let _refused_or_not = bench.its.restore_tables();
        bench.its.reset();
        prop_assert!(gic.save().lpis.values().all(|lpi| lpi.mappings == 0));
        prop_assert_eq!(gic.restore(&gic.save()), Ok(()));
    }
}

/// An entry that says that it has billions of events is refused, not scanned.
#[test]
fn a_table_of_a_device_has_a_bound() {
    let (bench, _gic) = ready();
    bench.store(DEVICES, &(VALID | (BASE >> 8) << 5 | 31).to_le_bytes()).unwrap();
    assert_eq!(bench.its.restore_tables(), Err(ItsError::Invalid));
}

/// Two levels of device table: saved through the second, found again.
#[test]
fn two_levels_of_devices() {
    let (bench, gic) = ready();
    bench.its.write(0, 4, 0);
    bench.its.write(0x100, 8, DEVICES | VALID | 1 << 62);
    bench.its.write(0, 4, 1);
    let level_2 = BASE + 0x9_0000;
    bench.command("mapd", &[0x2001, BASE + 0x8_0000, 4]).unwrap();
    assert_eq!(bench.its.signal(0x2001, 0), Ok(false), "no second level yet");
    bench.store(DEVICES + 8, &(VALID | level_2).to_le_bytes()).unwrap();
    bench.command("mapd", &[0x2001, BASE + 0x8_0000, 4]).unwrap();
    bench.command("mapc", &[3, 1]).unwrap();
    bench.command("mapti", &[0x2001, 5, 8200, 3]).unwrap();
    assert_eq!(bench.its.save_tables(), Ok(()));
    assert_eq!(bench.load(level_2 + 8, 8).unwrap(), VALID | ((BASE + 0x8_0000) >> 8) << 5 | 3);
    bench.its.write(0, 4, 0);
    let registers: Vec<(u64, u64)> = [0x80, 0x100, 0x108].map(|at| (at, bench.its.user_read(at).unwrap())).to_vec();
    bench.its.reset();
    registers.iter().for_each(|&(at, value)| bench.its.user_write(at, value).unwrap());
    assert_eq!(bench.its.restore_tables(), Ok(()));
    bench.its.write(0, 4, 1);
    bench.store(PROPERTIES + 8, &[0xa1]).unwrap();
    bench.command("inv", &[0x2001, 5]).unwrap();
    assert_eq!(bench.its.signal(0x2001, 5), Ok(true));
    assert_eq!(gic.sysreg_read(1, icc::IAR1), Some(8200));
}

/// Saves, resets, and restores as a VMM does it.
fn move_tables(bench: &Bench) -> Result<(), ItsError> {
    bench.its.save_tables()?;
    let registers = [0x80, 0x100, 0x108].map(|at| (at, bench.its.user_read(at).unwrap()));
    bench.its.reset();
    registers.iter().for_each(|&(at, value)| bench.its.user_write(at, value).unwrap());
    let restored = bench.its.restore_tables();
    bench.its.write(0, 4, 1);
    restored
}

/// Commands and tables name a vCPU by its number, wherever it is among the others.
#[test]
fn targets_are_processor_numbers() {
    let bench = Bench::new();
    let gic = Arc::new(new(GicModel::V3, 2, 96).0);
    gic.announce_its();
    [7, 3].iter().for_each(|&number| bench.its.add_processor(number));
    bench.connect(&gic);
    bench.bring_up(&gic, 2);
    bench.store(PROPERTIES, &[0xa1, 0xa1]).unwrap();
    bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
    bench.command("mapc", &[0, 0]).unwrap();
    bench.command("mapti", &[1, 0, 8192, 0]).unwrap();
    assert_eq!(bench.its.signal(1, 0), Ok(false), "there is no processor 0");
    bench.command("mapc", &[0, 3]).unwrap();
    assert_eq!(bench.its.signal(1, 0), Ok(true));
    assert_eq!(gic.sysreg_read(1, icc::IAR1), Some(8192), "number 3 is the second one");
    gic.sysreg_write(1, icc::EOIR1, 8192).unwrap();
    bench.command("movall", &[3, 1]).unwrap();
    bench.command("movall", &[3, 7]).unwrap();
    bench.command("int", &[1, 0]).unwrap();
    assert_eq!(gic.sysreg_read(0, icc::IAR1), Some(8192));
    bench.its.save_tables().unwrap();
    assert_eq!(bench.load(COLLECTIONS, 8).unwrap(), VALID | 3 << 16);
    assert_eq!(move_tables(&bench), Ok(()));
    assert_eq!(bench.its.signal(1, 0), Ok(true));
    assert_eq!(gic.sysreg_read(1, icc::IAR1), Some(8192));
}

/// Nothing of a refused table stays, neither its first collections nor what was there before.
#[test]
fn a_refused_table_leaves_nothing_behind() {
    let (bench, _gic) = ready();
    let entries = |second: u64| {
        bench.store(COLLECTIONS, &(VALID | 1).to_le_bytes()).unwrap();
        bench.store(COLLECTIONS + 8, &second.to_le_bytes()).unwrap();
    };
    entries(VALID | 77 << 16 | 2);
    assert_eq!(bench.its.restore_tables(), Err(ItsError::Invalid), "no such processor");
    entries(0);
    assert_eq!(bench.its.restore_tables(), Ok(()));
    assert_eq!(bench.its.restore_tables(), Err(ItsError::Duplicate));
    assert_eq!(bench.its.restore_tables(), Ok(()), "the refusal freed them");
}

/// The entry of an event whose collection was unmapped is zero, and the others come back.
#[test]
fn an_event_without_a_collection_is_saved_as_nothing() {
    let (bench, _gic) = ready();
    bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
    for collection in [1, 2] {
        bench.command("mapc", &[collection, 0]).unwrap();
    }
    for (event, collection) in [(0, 1), (3, 2), (5, 1)] {
        bench.command("mapti", &[1, event, 8192 + event, collection]).unwrap();
    }
    bench.its.save_tables().unwrap();
    bench.command("unmapc", &[1]).unwrap();
    assert_eq!(move_tables(&bench), Ok(()));
    let entries = [0, 3, 5].map(|event| bench.load(BASE + 0x8_0000 + event * 8, 8).unwrap());
    assert_eq!(entries, [0, 2 << 48 | 8195 << 16 | 2, 0]);
    assert_eq!([0, 3, 5].map(|event| bench.its.signal(1, event)), [Ok(false), Ok(true), Ok(false)]);
}

/// GITS_BASER<n> with another value: whether the mappings stay is the kernel's rule.
#[test]
fn another_table() {
    for new_table_forgets in [false, true] {
        let (bench, _gic) = ready_with(ItsRules { new_table_forgets, ..ItsRules::default() });
        bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
        bench.command("mapc", &[0, 0]).unwrap();
        bench.command("mapti", &[1, 0, 8192, 0]).unwrap();
        let rewritten = |at: u64, value: u64| {
            bench.its.write(0, 4, 0);
            bench.its.write(at, 8, value);
            bench.its.write(0, 4, 1);
            bench.its.signal(1, 0)
        };
        assert_eq!(rewritten(0x100, DEVICES | VALID), Ok(true), "the same");
        assert_eq!(rewritten(0x108, COLLECTIONS | VALID), Ok(true), "the same");
        assert_eq!(rewritten(0x108, COLLECTIONS | VALID | 1), Ok(!new_table_forgets));
        bench.command("mapc", &[0, 0]).unwrap();
        bench.command("movi", &[1, 0, 0]).unwrap();
        assert_eq!(rewritten(0x100, (DEVICES + 0x1_0000) | VALID), Ok(!new_table_forgets));
    }
}

/// MAPD without Valid and DISCARD: what was saved in the tables is cleared, or stays.
#[test]
fn entries_of_what_is_unmapped() {
    for leaves_entries in [false, true] {
        let (bench, _gic) = ready_with(ItsRules { leaves_entries, ..ItsRules::default() });
        let (devices, events) = (DEVICES + 8, BASE + 0x8_0000);
        bench.command("mapc", &[0, 0]).unwrap();
        bench.command("mapd", &[1, events, 4]).unwrap();
        bench.command("mapti", &[1, 0, 8192, 0]).unwrap();
        bench.its.save_tables().unwrap();
        let saved = [devices, events].map(|entry| bench.load(entry, 8).unwrap());
        assert!(saved.iter().all(|&entry| entry != 0));
        bench.command("discard", &[1, 0]).unwrap();
        assert_eq!(bench.its.signal(1, 0), Ok(false));
        bench.command("unmapd", &[1]).unwrap();
        let now = [devices, events].map(|entry| bench.load(entry, 8).unwrap());
        assert_eq!(now, if leaves_entries { saved } else { [0, 0] });
    }
}

/// A device whose second level is gone when tables are saved: left out, or nothing is saved.
#[test]
fn a_device_that_does_not_fit_any_more() {
    for saves_what_fits in [false, true] {
        let (bench, _gic) = ready_with(ItsRules { saves_what_fits, ..ItsRules::default() });
        let level_2 = BASE + 0x9_0000;
        bench.its.write(0, 4, 0);
        bench.its.write(0x100, 8, DEVICES | VALID | 1 << 62);
        bench.its.write(0, 4, 1);
        for level_1 in [0, 8] {
            bench.store(DEVICES + level_1, &(VALID | (level_2 + level_1 * 0x800)).to_le_bytes()).unwrap();
        }
        for device in [1, 3, 0x2001] {
            bench.command("mapd", &[device, BASE + 0x8_0000, 4]).unwrap();
        }
        bench.store(DEVICES + 8, &[0; 8]).unwrap();
        assert_eq!(bench.its.save_tables(), if saves_what_fits { Ok(()) } else { Err(ItsError::Invalid) });
        if saves_what_fits {
            let entry = |device: u64| bench.load(level_2 + device * 8, 8).unwrap() >> 49;
            assert_eq!([entry(1), entry(3)], [VALID >> 49 | 2, VALID >> 49], "what is left out is no successor");
        }
    }
}

/// GICR_PENDBASER.PTZ, and what happens to pending LPIs when GICR_CTLR.EnableLPIs goes.
#[test]
fn pending_lpis_follow_their_enable_bit() {
    let (bench, gic) = ready();
    bench.store(PROPERTIES, &[0xa1, 0xa0]).unwrap();
    bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
    bench.command("mapc", &[0, 0]).unwrap();
    bench.command("mapti", &[1, 0, 8192, 0]).unwrap();
    bench.command("mapti", &[1, 1, 8193, 0]).unwrap();
    let stored = || {
        gic.save_pending_tables().unwrap();
        bench.load(PENDING + 8192 / 8, 1).unwrap()
    };
    bench.store(PENDING + 8192 / 8, &[3]).unwrap();
    let switch = |zero: u64| {
        gic.redist_write(0, 0, 4, 0);
        gic.redist_write(0, 0x78, 8, zero << 62 | PENDING);
        gic.redist_write(0, 0, 4, 1);
    };
    switch(1);
    assert_eq!(stored(), 0, "the guest says that there is nothing in it");
    bench.store(PENDING + 8192 / 8, &[3]).unwrap();
    switch(0);
    assert_eq!(stored(), 3);
    gic.redist_write(0, 0, 4, 0);
    assert_eq!(stored(), 2, "what is disabled was not on its way");
}

/// Before there is a GIC: collections and devices come back and commands are executed, but for those of LPIs.
#[test]
fn before_the_gic() {
    let bench = Bench::new();
    bench.its.add_processor(4);
    bench.store(COLLECTIONS, &(VALID | 4 << 16 | 1).to_le_bytes()).unwrap();
    for (at, value) in [(0x80, QUEUE), (0x100, DEVICES), (0x108, COLLECTIONS)] {
        bench.its.write(at, 8, value | VALID);
    }
    assert_eq!(bench.its.restore_tables(), Ok(()));
    bench.its.write(0, 4, 1);
    bench.command("mapd", &[1, BASE + 0x8_0000, 4]).unwrap();
    bench.command("mapti", &[1, 0, 8192, 1]).unwrap();
    assert_eq!(bench.its.read(0x90, 8), 0x40);
    assert_eq!(bench.its.signal(1, 0), Ok(false), "no LPI");
    bench.its.save_tables().unwrap();
    bench.store(BASE + 0x8_0000, &(8192u64 << 16 | 1).to_le_bytes()).unwrap();
    bench.its.reset();
    bench.its.write(0x100, 8, DEVICES | VALID);
    bench.its.write(0x108, 8, COLLECTIONS | VALID);
    assert!(matches!(bench.its.restore_tables(), Err(ItsError::Memory(_))), "the configuration table is nowhere");
}
