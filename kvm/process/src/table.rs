//! Which file descriptors are KVM's, and what stands behind each. Opens and closes none itself.
//!
//! Every call of the program asks first whether a descriptor is ours; the answer for all others must neither lock nor
//! allocate, because such a call may come from an allocator or a signal handler.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kvm::ioctl::KvmFile;

/// Descriptors beyond this, the kernel's own default limit, are not ours.
pub const LIMIT: i32 = 1 << 20;

/// A file of KVM with the process that it belongs to.
#[derive(Clone)]
pub struct Entry {
    pub file: KvmFile,
    /// The process whose memory a VM uses.
    pub owner: u32,
}

pub type Table = BTreeMap<i32, Entry>;

static OURS: [AtomicBool; LIMIT as usize] = [const { AtomicBool::new(false) }; LIMIT as usize];
static TABLE: Mutex<Table> = Mutex::new(BTreeMap::new());
static PROCESS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Held from before a fork until after it, on the forking thread.
    static FORKING: RefCell<Option<MutexGuard<'static, Table>>> = const { RefCell::new(None) };
}

fn mark(fd: i32) -> Option<&'static AtomicBool> {
    OURS.get(usize::try_from(fd).ok()?)
}

/// Whether a descriptor is KVM's.
pub fn is_ours(fd: i32) -> bool {
    mark(fd).is_some_and(|ours| ours.load(Ordering::Acquire))
}

/// What stands behind a descriptor of KVM's.
pub fn find(fd: i32) -> Option<Entry> {
    if is_ours(fd) { lock().get(fd) } else { None }
}

/// The table, for as long as descriptors are opened, duplicated or closed along with it: another thread must not get a
/// number from the kernel that the table still knows.
pub struct Locked(MutexGuard<'static, Table>);

/// Locks the table.
pub fn lock() -> Locked {
    Locked(TABLE.lock().unwrap_or_else(PoisonError::into_inner))
}

impl Locked {
    pub fn get(&self, fd: i32) -> Option<Entry> {
        self.0.get(&fd).cloned()
    }

    /// Enters a descriptor. What stood there before is for the caller to drop, once the table is not locked any more.
    pub fn insert(&mut self, fd: i32, entry: Entry) -> Option<Entry> {
        mark(fd)?.store(true, Ordering::Release);
        self.0.insert(fd, entry)
    }

    /// Takes a descriptor out, for the caller to drop as above.
    pub fn remove(&mut self, fd: i32) -> Option<Entry> {
        mark(fd)?.store(false, Ordering::Release);
        self.0.remove(&fd)
    }

    /// What stands behind all descriptors of this process's own VMs; a child of fork(2) has others, which nobody may touch.
    pub fn files(&self) -> Vec<KvmFile> {
        self.0.values().filter(|entry| entry.owner == process()).map(|entry| entry.file.clone()).collect()
    }

    /// The descriptors from `first` to `last`.
    pub fn numbers(&self, first: i32, last: i32) -> Vec<i32> {
        if first > last { Vec::new() } else { self.0.range(first..=last).map(|(&fd, _)| fd).collect() }
    }
}

/// The process whose descriptors the table holds. A child of vfork(2) shares the memory and not the descriptors, and is
/// therefore another process than this one.
pub fn process() -> u32 {
    PROCESS.load(Ordering::Relaxed)
}

/// True in a child of vfork(2), whose descriptors are its own affair.
pub fn borrowed_memory() -> bool {
    std::process::id() != process()
}

/// Called at the beginning, and in the child of a fork.
pub fn set_process(id: u32) {
    PROCESS.store(id, Ordering::Relaxed);
}

/// Before a fork: nobody else may be half-way through a change.
pub fn hold() {
    let guard = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    FORKING.with_borrow_mut(|held| *held = Some(guard));
}

/// After a fork, in parent and child.
pub fn release() {
    FORKING.with_borrow_mut(|held| *held = None);
}
