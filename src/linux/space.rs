//! Which addresses are the program's, and what it may do there. Maps nothing itself: see `memory`.
//!
//! The process's address space is shared with the emulator. What is not in this map does not exist for the program: its loads
//! and stores fault there, and no call of its own unmaps or changes it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
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

/// Where the lowest mapping may begin that nobody wished for (vm.mmap_min_addr).
pub const LOWEST: u64 = 0x1_0000;

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
    /// Behind the last address that is the program's.
    pub end: u64,
    /// Where the search for room begins: above was none when it was last looked for, and nothing there has gone since.
    full_above: AtomicU64,
    /// Some pages come from a thread that asked userfaultfd(2) for them.
    pub awaits_pages: AtomicBool,
    pub memory: Arc<PhysicalMemory>,
    pub peers: Arc<Peers>,
}

impl Space {
    /// For addresses below `end`.
    pub fn new(memory: Arc<PhysicalMemory>, end: u64) -> Space {
        let full_above = AtomicU64::new(end);
        Space {
            map: RwLock::default(),
            changing: Mutex::default(),
            forks: AtomicU32::new(0),
            end,
            full_above,
            awaits_pages: AtomicBool::new(false),
            memory,
            peers: Arc::default(),
        }
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

    /// Adds a mapping, in place of what was there; one with its neighbours, where they have the same rights.
    pub fn insert(&self, range: Range<u64>, protection: u32) {
        super::lost_pages::forget(&range);
        let mut map = self.write();
        cut(&mut map, &range);
        let Range { mut start, mut end } = range;
        if let Some((&before, mapping)) = map.range(..start).next_back()
            && (mapping.end, mapping.protection) == (start, protection)
        {
            start = before;
        }
        if let Some(&after) = map.get(&end).filter(|after| after.protection == protection) {
            map.remove(&end);
            end = after.end;
        }
        map.insert(start, Mapping { end, protection });
    }

    /// Takes mappings away. PEs still have them in their TLBs: see [`Self::let_go`].
    pub fn remove(&self, range: &Range<u64>) {
        super::lost_pages::forget(range);
        cut(&mut self.write(), range);
        self.full_above.fetch_max(range.end.min(self.end), Ordering::Relaxed);
    }

    /// Room for a mapping that may lie anywhere: as high as there is some, as Linux does. The caller holds [`Self::change`].
    pub fn room(&self, length: u64, alignment: u64) -> Option<u64> {
        let map = self.read();
        let start =
            gap(&map, self.full_above.load(Ordering::Relaxed), length, alignment).or_else(|| gap(&map, self.end, length, alignment))?;
        self.full_above.store(start, Ordering::Relaxed);
        Some(start)
    }

    /// Copies from one mapping, without the kernel; false where that has to do it. Nothing is unmapped meanwhile, and so whoever a page waits
    /// for must not wait for us.
    pub fn copy_in(&self, address: u64, out: &mut [u8]) -> bool {
        let map = self.read();
        let Some((_, mapping)) = map.range(..=address).next_back() else { return false };
        let readable = mapping.protection & (prot::READ | prot::WRITE | prot::EXEC) != 0;
        let inside = address.checked_add(out.len() as u64).is_some_and(|end| end <= mapping.end);
        readable && inside && !self.awaits_pages.load(Ordering::Relaxed) && self.memory.read_bytes(address, out).is_ok()
    }

    /// Changes what may be done in a range, as far as it is mapped. PEs still have the old answer.
    pub fn protect(&self, range: &Range<u64>, protection: u32) {
        self.parts(range).into_iter().for_each(|(part, _)| self.insert(part, protection));
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

/// The highest place below `end` where nothing is.
fn gap(map: &BTreeMap<u64, Mapping>, mut end: u64, length: u64, alignment: u64) -> Option<u64> {
    let mut below = map.range(..end).rev();
    loop {
        let start = end.checked_sub(length)? & !(alignment - 1);
        match below.next() {
            _ if start < LOWEST => return None,
            Some((&begin, mapping)) if mapping.end > start => end = begin,
            _ => return Some(start),
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
        Space::new(Arc::default(), 0x10_0000)
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
        space.protect(&(0x4000..0x8000), prot::EXEC);
        assert_eq!(space.parts(&(0x3000..0x9000)), [(0x3000..0x4000, 3), (0x4000..0x6000, 4), (0x7000..0x8000, 4), (0x8000..0x9000, 1)]);
        space.remove(&(0..END));
        assert!(space.parts(&(0..END)).is_empty() && space.page(0x1000).is_none());
    }

    #[test]
    fn room_is_found_from_the_top_and_again_where_something_went() {
        let space = space();
        let take = |length, alignment| {
            let start = space.room(length, alignment)?;
            space.insert(start..start + length, prot::READ);
            Some(start)
        };
        assert_eq!((take(0x3000, PAGE), take(0x1000, 0x8000)), (Some(0xf_d000), Some(0xf_8000)));
        // The gap between the two is passed over.
        assert_eq!(take(0x1000, PAGE), Some(0xf_7000));
        space.remove(&(0xf_e000..0xf_f000));
        assert_eq!((take(0x2000, PAGE), take(0x1000, PAGE), take(0x1000, PAGE)), (Some(0xf_b000), Some(0xf_a000), Some(0xf_9000)));
        // What is left is found when all else is taken.
        assert_eq!((take(0xe_7000, PAGE), take(0x1000, PAGE), take(0x1000, PAGE)), (Some(0x1_0000), Some(0xf_e000), None));
        assert_eq!(space.parts(&(0..END)), [(0x1_0000..0x10_0000, prot::READ)]);
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
