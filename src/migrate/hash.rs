//! What a machine's state is, in one number, and where two states differ. Equal states have equal hashes on every machine that
//! computes them; what a state may lack of another is the caller's list.

use std::collections::BTreeSet;

use xxhash_rust::xxh3::Xxh3;

use super::capture::{CaptureError, capture_ended};
use super::state::{GicRegister, PAGE_SIZE, Register, Snapshot, VcpuState};
use crate::machine::Running;

/// What does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignore {
    /// Registers, by id, of every vCPU.
    pub registers: BTreeSet<u64>,
    /// Attributes of the GIC, by group and attribute.
    pub gic: BTreeSet<(u32, u64)>,
    /// Pages, by guest physical address.
    pub pages: BTreeSet<u64>,
}

impl Ignore {
    /// Whatever differs between two states now: what hosts are known to have different.
    #[must_use]
    pub fn differences(a: &Snapshot, b: &Snapshot) -> Ignore {
        let mut ignore = Ignore::default();
        for difference in compare(a, b, &Ignore::default()) {
            match difference {
                Difference::Register { id, .. } => drop(ignore.registers.insert(id)),
                Difference::Gic { group, attr, .. } => drop(ignore.gic.insert((group, attr))),
                Difference::Page { address } => drop(ignore.pages.insert(address)),
                _ => {}
            }
        }
        ignore
    }
}

/// One place where two states differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A register; a side that lacks it has None.
    Register {
        /// The vCPU.
        vcpu: u64,
        /// The register.
        id: u64,
        /// Its bytes on one side.
        a: Option<Vec<u8>>,
        /// Its bytes on the other.
        b: Option<Vec<u8>>,
    },
    /// An attribute of the GIC.
    Gic {
        /// Its group.
        group: u32,
        /// The attribute.
        attr: u64,
        /// Its value on one side.
        a: Option<u64>,
        /// Its value on the other.
        b: Option<u64>,
    },
    /// A page of RAM, or its Allocation Tags.
    Page {
        /// Guest physical address.
        address: u64,
    },
    /// Pending events, power state, or what no ioctl tells of a vCPU.
    Vcpu {
        /// The vCPU.
        vcpu: u64,
    },
    /// The board's devices.
    Devices,
    /// Virtual time.
    Time,
}

/// The hash of a machine in a pause or at its end.
///
/// # Errors
/// What KVM refuses to tell.
pub fn state_hash(running: &Running) -> Result<u128, CaptureError> {
    Ok(hash(&capture_ended(running)?, &Ignore::default()))
}

/// The hash of a captured state. Names of hosts are no state, nor is whose turn it is.
#[must_use]
pub fn hash(snapshot: &Snapshot, ignore: &Ignore) -> u128 {
    let mut sum = Xxh3::new();
    let mut put = |bytes: &[u8]| {
        // The length first: pieces cannot run into one another.
        sum.update(&(bytes.len() as u64).to_le_bytes());
        sum.update(bytes);
    };
    for vcpu in &snapshot.vcpus {
        for Register { id, value } in vcpu.registers.iter().filter(|register| !ignore.registers.contains(&register.id)) {
            put(&id.to_le_bytes());
            put(value);
        }
        put(format!("{:?}", (pending(vcpu), vcpu.mp_state, vcpu.hidden)).as_bytes());
    }
    for register in snapshot
        .gic
        .registers
        .iter()
        .chain(&snapshot.its.registers)
        .filter(|register| !ignore.gic.contains(&(register.group, register.attr.0)))
    {
        put(format!("{register:?}").as_bytes());
    }
    put(format!("{:?}", (&snapshot.devices, snapshot.vm.virtual_time)).as_bytes());
    for (address, page) in snapshot.memory.pages.iter().filter(|(address, _)| !ignore.pages.contains(address)) {
        put(&address.to_le_bytes());
        put(page.as_slice());
    }
    for (address, tags) in snapshot.memory.tags.iter().filter(|(address, _)| !ignore.pages.contains(address)) {
        put(&address.to_le_bytes());
        put(tags.as_slice());
    }
    sum.digest128()
}

/// The SError that is pending, and its syndrome. Whether it could have one is the host's affair.
fn pending(vcpu: &VcpuState) -> (bool, Option<u64>) {
    let events = vcpu.events;
    (events.serror_pending, (events.serror_pending && events.serror_has_esr).then_some(events.serror_esr))
}

/// Words that differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Guest physical address.
    pub address: u64,
    /// On one side, little-endian.
    pub a: u64,
    /// On the other.
    pub b: u64,
}

/// The words that differ in the pages that do.
#[must_use]
pub fn words(a: &Snapshot, b: &Snapshot, differences: &[Difference]) -> Vec<Word> {
    let mut found = Vec::new();
    for difference in differences {
        let Difference::Page { address } = difference else { continue };
        let page = |snapshot: &Snapshot| snapshot.memory.pages.get(address).map_or([0; PAGE_SIZE], |page| **page);
        let (one, other) = (page(a), page(b));
        let pairs = (*address..).step_by(8).zip(one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0));
        let differing = pairs.filter(|(_, (one, other))| one != other);
        found.extend(differing.map(|(address, (one, other))| Word { address, a: u64::from_le_bytes(*one), b: u64::from_le_bytes(*other) }));
    }
    found
}

/// Every place where two captured states differ.
#[must_use]
pub fn compare(a: &Snapshot, b: &Snapshot, ignore: &Ignore) -> Vec<Difference> {
    let mut found = Vec::new();
    for (one, other) in a.vcpus.iter().zip(&b.vcpus) {
        let ids: BTreeSet<u64> = one.registers.iter().chain(&other.registers).map(|register| register.id).collect();
        for id in ids.difference(&ignore.registers) {
            let [a, b] = [one, other].map(|vcpu| vcpu.register(*id).map(|register| register.value.clone()));
            if a != b {
                found.push(Difference::Register { vcpu: one.id, id: *id, a, b });
            }
        }
        if (pending(one), one.mp_state, one.hidden) != (pending(other), other.mp_state, other.hidden) {
            found.push(Difference::Vcpu { vcpu: one.id });
        }
    }
    found.extend(compare_gics(a, b, ignore));
    if a.devices != b.devices {
        found.push(Difference::Devices);
    }
    if a.vm.virtual_time != b.vm.virtual_time {
        found.push(Difference::Time);
    }
    let pages = [&a.memory, &b.memory].into_iter().flat_map(|memory| memory.pages.keys().chain(memory.tags.keys()));
    let pages: BTreeSet<u64> = pages.copied().collect();
    let part = |snapshot: &Snapshot, address: &u64| snapshot.memory.tags.get(address).copied();
    let differ = |address: &&u64| a.memory.pages.get(address) != b.memory.pages.get(address) || part(a, address) != part(b, address);
    found.extend(pages.difference(&ignore.pages).filter(differ).map(|&address| Difference::Page { address }));
    found
}

fn compare_gics(a: &Snapshot, b: &Snapshot, ignore: &Ignore) -> Vec<Difference> {
    let values = |snapshot: &Snapshot| {
        let pair = |register: &GicRegister| ((register.group, register.attr.0), register.value.0);
        snapshot.gic.registers.iter().chain(&snapshot.its.registers).map(pair).collect::<std::collections::BTreeMap<_, _>>()
    };
    let (a, b) = (values(a), values(b));
    let names: BTreeSet<_> = a.keys().chain(b.keys()).copied().collect();
    let differ = |name: &&(u32, u64)| a.get(name) != b.get(name);
    let difference =
        |&(group, attr): &(u32, u64)| Difference::Gic { group, attr, a: a.get(&(group, attr)).copied(), b: b.get(&(group, attr)).copied() };
    names.difference(&ignore.gic).filter(differ).map(difference).collect()
}
