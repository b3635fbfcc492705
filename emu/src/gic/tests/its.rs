//! An ITS for the scripts, with guest memory, tables and a command queue as a guest's driver sets them up; and what becomes of
//! hostile tables and commands.
#![expect(unsafe_code, reason = "tests that give the emulator their own memory")]

use std::sync::Arc;

use proptest::prelude::*;

use super::super::its::{Its, ItsError};
use super::super::{Gic, GicModel, icc};
use super::new;
use crate::mem::{PhysicalMemory, SlotFlags};

pub const BASE: u64 = 0x4000_0000;
const SIZE: usize = 0x10_0000;
const QUEUE: u64 = BASE + 0x1_0000;
const DEVICES: u64 = BASE + 0x2_0000;
const COLLECTIONS: u64 = BASE + 0x3_0000;
const PROPERTIES: u64 = BASE + 0x4_0000;
/// One for each vCPU, 64 KiB apart.
const PENDING: u64 = BASE + 0x5_0000;
const VALID: u64 = 1 << 63;

/// Guest memory and an ITS.
pub struct Bench {
    pub memory: Arc<PhysicalMemory>,
    pub its: Its,
    _backing: Vec<u64>,
}

impl Bench {
    pub fn new() -> Bench {
        let mut backing = vec![0u64; SIZE / 8];
        let memory = Arc::new(PhysicalMemory::default());
        // SAFETY: the vector is kept beside the memory, never resized, and no PE runs.
        memory.install(unsafe { PhysicalMemory::new_slot(0, BASE, SIZE as u64, backing.as_mut_ptr().cast(), SlotFlags::default()) });
        Bench { its: Its::new(memory.clone()), memory, _backing: backing }
    }

    /// Connects a GIC that did not know LPIs.
    pub fn announce(&self, gic: &Arc<Gic>) {
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

    fn queue(&self, words: [u64; 4]) -> Result<(), String> {
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
    let bench = Bench::new();
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
        prop_assert!(gic.save().lpis.is_empty(), "a reset forgets every mapping");
        bench.its.write(0x100, 8, DEVICES | VALID);
        bench.its.write(0x108, 8, COLLECTIONS | VALID);
        let _refused_or_not = bench.its.restore_tables();
        bench.its.reset();
        prop_assert!(gic.save().lpis.is_empty());
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
