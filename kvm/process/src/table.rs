//! Which file descriptors are KVM's, and what stands behind each. Opens and closes none itself.
//!
//! Every call of the program asks first whether a descriptor is ours; the answer for all others must neither lock nor
//! allocate, because such a call may come from an allocator or a signal handler.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use kvm::ioctl::KvmFile;
use kvm::{VmFd, WeakVm, own_files};

/// Descriptors beyond this, the kernel's own default limit, are not ours.
pub const LIMIT: i32 = 1 << 20;

/// A file of KVM with the process that it belongs to.
#[derive(Clone)]
pub struct Entry {
    pub file: KvmFile,
    /// The process whose memory a VM uses.
    pub owner: u32,
}

/// Descriptors, and VMs, which live on without any while a vCPU runs.
pub struct Table {
    entries: BTreeMap<i32, Entry>,
    /// With the process that each belongs to.
    vms: Vec<(u32, WeakVm)>,
}

static OURS: [AtomicBool; LIMIT as usize] = [const { AtomicBool::new(false) }; LIMIT as usize];
static TABLE: Mutex<Table> = Mutex::new(Table { entries: BTreeMap::new(), vms: Vec::new() });
static PROCESS: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// Held from before a fork until after it, on the forking thread.
    static FORKING: RefCell<Option<(MutexGuard<'static, ()>, MutexGuard<'static, Table>)>> = const { RefCell::new(None) };
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
        self.0.entries.get(&fd).cloned()
    }

    /// Enters a descriptor. What stood there before is for the caller to drop, once the table is not locked any more.
    pub fn insert(&mut self, fd: i32, entry: Entry) -> Option<Entry> {
        mark(fd)?.store(true, Ordering::Release);
        self.0.entries.insert(fd, entry)
    }

    /// Takes a descriptor out, for the caller to drop as above.
    pub fn remove(&mut self, fd: i32) -> Option<Entry> {
        mark(fd)?.store(false, Ordering::Release);
        self.0.entries.remove(&fd)
    }

    /// Remembers a VM that this process made.
    pub fn insert_vm(&mut self, vm: &VmFd) {
        self.0.vms.retain(|(owner, vm)| *owner == process() && vm.is_alive());
        self.0.vms.push((process(), vm.downgrade()));
    }

    /// All VMs of this process that are alive; those of a parent are not its own, and nobody may touch them. To be dropped when
    /// the table is not locked any more.
    pub fn vms(&mut self) -> Vec<VmFd> {
        let mut alive = Vec::new();
        self.0.vms.retain(|(owner, vm)| {
            let vm = vm.upgrade().filter(|_| *owner == process());
            let keep = vm.is_some();
            alive.extend(vm);
            keep
        });
        alive
    }

    /// The descriptors from `first` to `last`.
    pub fn numbers(&self, first: i32, last: i32) -> Vec<i32> {
        if first > last { Vec::new() } else { self.0.entries.range(first..=last).map(|(&fd, _)| fd).collect() }
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
    let files = own_files::hold();
    let table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    FORKING.with_borrow_mut(|held| *held = Some((files, table)));
}

/// After a fork, in parent and child.
pub fn release() {
    FORKING.with_borrow_mut(|held| *held = None);
}
