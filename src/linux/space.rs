//! Which addresses are the program's, and what it may do there. Maps nothing itself: see `memory`.
//!
//! The process's address space is shared with the emulator. What is not in this map does not exist for the program: its loads
//! and stores fault there, and no call of its own unmaps or changes it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use emu::cpu::{Attention, Peers, VcpuSignal};
use emu::mem::PhysicalMemory;
use emu::mmu::{ProgramMemory, ProgramPage};

/// PROT_READ, PROT_WRITE and PROT_EXEC; and PROT_BTI, which is arm64's.
pub mod prot {
    pub const READ: u32 = 1;
    pub const WRITE: u32 = 2;
    pub const EXEC: u32 = 4;
    pub const BTI: u32 = 0x10;
}

/// A page.
pub const PAGE: u64 = 4096;

/// The end of what a program here can address: x86-64 has 47 bits for it.
pub const END: u64 = 0x7fff_ffff_f000;

/// A page that nobody has: below what may be mapped (vm.mmap_min_addr).
pub const NOBODYS: u64 = 0xf000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mapping {
    end: u64,
    protection: u32,
}

/// How long fork(2) waits for the other threads.
const LONGEST_STOP: Duration = Duration::from_millis(500);

/// The map.
pub struct Space {
    map: RwLock<BTreeMap<u64, Mapping>>,
    /// Held while mappings change here and in the kernel.
    changing: Mutex<()>,
    /// Forks that are under way: PEs are not to run.
    forks: AtomicU32,
    pub memory: Arc<PhysicalMemory>,
    pub peers: Arc<Peers>,
}

impl Space {
    pub fn new(memory: Arc<PhysicalMemory>) -> Space {
        Space { map: RwLock::default(), changing: Mutex::default(), forks: AtomicU32::new(0), memory, peers: Arc::default() }
    }

    /// To be held from before a change of mappings in the kernel until it is here, too; and during fork.
    pub fn change(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before a PE runs: it waits while a fork is under way.
    pub fn pass(&self) {
        while self.forks.load(Ordering::SeqCst) != 0 {
            std::thread::yield_now();
        }
    }

    /// A fork begins: threads that come from a system call wait, so that the locks that it needs become free.
    pub fn begin_fork(&self) {
        self.forks.fetch_add(1, Ordering::SeqCst);
    }

    /// Stops all PEs but the caller's, which does not run, and keeps everything that a child of fork(2) would find locked for ever:
    /// whoever is in the middle of something there does not exist in the child. After [`Self::begin_fork`], which this ends; `changing` says
    /// that the caller has that lock.
    pub fn stopped(&self, _changing: &MutexGuard<'_, ()>, fork: impl FnOnce() -> i32) -> i32 {
        let end = Instant::now() + LONGEST_STOP;
        let running = |signal: &Arc<VcpuSignal>| {
            // A PE that has passed before looks at this before it executes anything.
            signal.set(Attention::Kick);
            signal.is_running()
        };
        // One that waits for a page from userfaultfd(2) may wait for a thread that is stopped; it has nothing locked.
        while self.peers.list().iter().filter(|signal| running(signal)).count() != 0 && Instant::now() < end {
            std::thread::yield_now();
        }
        let result = {
            let (_map, _peers) = (self.write(), self.peers.hold());
            fork()
        };
        if result == 0 {
            // Whoever else wanted to fork is not here.
            self.forks.store(0, Ordering::SeqCst);
        } else {
            self.forks.fetch_sub(1, Ordering::SeqCst);
        }
        result
    }

    fn read(&self) -> RwLockReadGuard<'_, BTreeMap<u64, Mapping>> {
        self.map.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, BTreeMap<u64, Mapping>> {
        self.map.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a mapping, in place of what was there.
    pub fn insert(&self, range: Range<u64>, protection: u32) {
        let mut map = self.write();
        cut(&mut map, &range);
        map.insert(range.start, Mapping { end: range.end, protection });
    }

    /// Takes mappings away. PEs still have them in their TLBs: see [`Self::let_go`].
    pub fn remove(&self, range: &Range<u64>) {
        cut(&mut self.write(), range);
    }

    /// Changes what may be done in a range, as far as it is mapped. PEs still have the old answer.
    pub fn protect(&self, range: &Range<u64>, protection: u32) {
        let parts = self.parts(range);
        let mut map = self.write();
        cut(&mut map, range);
        for (part, _) in parts {
            map.insert(part.start, Mapping { end: part.end, protection });
        }
    }

    /// The mapped parts of a range, in order, with their protection.
    pub fn parts(&self, range: &Range<u64>) -> Vec<(Range<u64>, u32)> {
        let map = self.read();
        let first = map.range(..=range.start).next_back().map_or(range.start, |(&start, _)| start);
        map.range(first..range.end.max(first))
            .map(|(&start, mapping)| (start.max(range.start)..mapping.end.min(range.end), mapping.protection))
            .filter(|(part, _)| part.start < part.end)
            .collect()
    }

    /// The parts of a range that are not the program's.
    pub fn holes(&self, range: &Range<u64>) -> Vec<Range<u64>> {
        let mut holes = Vec::new();
        let mut at = range.start;
        for (part, _) in self.parts(range) {
            if at < part.start {
                holes.push(at..part.start);
            }
            at = part.end;
        }
        if at < range.end {
            holes.push(at..range.end);
        }
        holes
    }

    /// Whether all bytes from an address on are the program's.
    pub fn covers(&self, address: u64, length: usize) -> bool {
        let Some(end) = address.checked_add(length as u64) else { return false };
        let map = self.read();
        let mut at = address;
        while at < end {
            match map.range(..=at).next_back() {
                Some((_, mapping)) if at < mapping.end => at = mapping.end,
                _ => return false,
            }
        }
        true
    }

    /// Whether an address is mapped. Never waits: while the map changes, everything is.
    pub fn has(&self, address: u64) -> bool {
        let Ok(map) = self.map.try_read() else { return true };
        map.range(..=address).next_back().is_some_and(|(_, mapping)| address < mapping.end)
    }

    /// Makes every PE forget a range that is in the map no longer, or with other rights, and what it decoded from there. Not
    /// to be called by a PE that runs.
    pub fn let_go(&self, range: &Range<u64>) {
        self.forget_code(range);
        self.peers.flush_and_wait();
    }

    /// Makes every PE forget what it decoded in a range.
    pub fn forget_code(&self, range: &Range<u64>) {
        for page in self.memory.forget_code(range.start, range.end - range.start) {
            self.peers.list().iter().for_each(|peer| peer.add_stale_page(page));
        }
    }
}

/// Takes a range out, splitting what lies across its ends.
fn cut(map: &mut BTreeMap<u64, Mapping>, range: &Range<u64>) {
    if let Some((&start, &mapping)) = map.range(..range.start).next_back()
        && mapping.end > range.start
    {
        map.insert(start, Mapping { end: range.start, ..mapping });
        if mapping.end > range.end {
            map.insert(range.end, mapping);
        }
    }
    let inside: Vec<u64> = map.range(range.clone()).map(|(&start, _)| start).collect();
    for start in inside {
        if let Some(mapping) = map.remove(&start)
            && mapping.end > range.end
        {
            map.insert(range.end, mapping);
        }
    }
}

impl ProgramMemory for Space {
    fn page(&self, address: u64) -> Option<ProgramPage> {
        let map = self.read();
        let (_, mapping) = map.range(..=address).next_back().filter(|(_, mapping)| address < mapping.end)?;
        let has = |bit| mapping.protection & bit != 0;
        // Linux on arm64 makes what may be written or executed readable; only with FEAT_PAN3 not what may only be executed.
        Some(ProgramPage {
            read: has(prot::READ | prot::WRITE | prot::EXEC),
            write: has(prot::WRITE),
            execute: has(prot::EXEC),
            guarded: has(prot::BTI),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space() -> Space {
        Space::new(Arc::default())
    }

    #[test]
    fn mappings_split_and_go() {
        let space = space();
        space.insert(0x1000..0x9000, prot::READ);
        space.insert(0x3000..0x5000, prot::READ | prot::WRITE);
        space.remove(&(0x6000..0x7000));
        let parts = space.parts(&(0x2000..0xa000));
        assert_eq!(parts, [(0x2000..0x3000, 1), (0x3000..0x5000, 3), (0x5000..0x6000, 1), (0x7000..0x9000, 1)]);
        assert_eq!(space.holes(&(0..0xa000)), [0..0x1000, 0x6000..0x7000, 0x9000..0xa000]);
        assert!(space.covers(0x1000, 0x5000) && !space.covers(0x1000, 0x5001) && !space.covers(0xfff, 2) && space.covers(0x8fff, 1));
        assert!(space.covers(0xa000, 0) && !space.covers(u64::MAX, 1));
        space.protect(&(0x4000..0x8000), prot::EXEC);
        assert_eq!(
            space.parts(&(0x3000..0x9000)),
            [(0x3000..0x4000, 3), (0x4000..0x5000, 4), (0x5000..0x6000, 4), (0x7000..0x8000, 4), (0x8000..0x9000, 1)]
        );
        space.remove(&(0..END));
        assert!(space.parts(&(0..END)).is_empty() && space.page(0x1000).is_none());
    }

    #[test]
    fn pages_have_the_rights_of_their_mapping() {
        let space = space();
        space.insert(0x1000..0x2000, prot::WRITE);
        let page = space.page(0x1fff).expect("mapped");
        assert!(page.read && page.write && !page.execute && !page.guarded);
        assert!(space.page(0x2000).is_none() && space.page(0xfff).is_none());
    }
}
