#![expect(unsafe_code)]
//! What a program does with descriptors of KVM's: the real call, and the table along with it. Does no ioctl.
//!
//! Obligation: none; descriptors are made and asked of, no pointer of a program's is passed.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU64, Ordering};

use kvm::abi::MemoryRegion;
use kvm::errno::{EINVAL, ENODEV, Errno};
use kvm::ioctl::KvmFile;
use kvm::{DIRTY_RING_OFFSET, GuestMemFd};

use crate::table::{self, Entry};
use crate::user::last_error;

/// A new descriptor, without which the entry is gone.
///
/// # Errors
/// EMFILE and the like.
pub fn open_as(entry: Entry, close_on_exec: bool) -> Result<i32, Errno> {
    // An epoll instance: no read, write or mmap, as KVM's files, and nothing that holds memory.
    // SAFETY: no pointer is passed.
    enter(entry, || unsafe { libc::epoll_create1(if close_on_exec { libc::EPOLL_CLOEXEC } else { 0 }) })
}

/// A new descriptor of a file that the program reads itself, which closes on exec.
///
/// # Errors
/// As [`open_as`].
pub(crate) fn open_readable(entry: Entry, file: &File) -> Result<i32, Errno> {
    // SAFETY: no pointer is passed.
    enter(entry, || unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 0) })
}

fn enter(entry: Entry, make: impl FnOnce() -> i32) -> Result<i32, Errno> {
    let mut table = table::lock();
    let fd = make();
    if fd < 0 {
        return Err(last_error());
    }
    let stale = table.insert(fd, entry);
    drop(table);
    drop(stale);
    Ok(fd)
}

/// close(2), which `real` does.
pub fn close<R>(fd: i32, real: impl FnOnce() -> R) -> R {
    if !table::is_ours(fd) || table::borrowed_memory() {
        return real();
    }
    let mut table = table::lock();
    let entry = table.remove(fd);
    let result = real();
    drop(table);
    drop(entry);
    result
}

/// close_range(2), or something else that closes these and nothing else of ours: `real` does it.
///
/// # Errors
/// What `real` answers.
pub fn close_many<R>(first: u32, last: u32, real: impl FnOnce() -> Result<R, Errno>) -> Result<R, Errno> {
    if table::borrowed_memory() {
        return real();
    }
    let number = |fd: u32| i32::try_from(fd).unwrap_or(i32::MAX);
    let mut table = table::lock();
    let result = real();
    let mut gone = Vec::new();
    if result.is_ok() {
        gone.extend(table.numbers(number(first), number(last)).into_iter().filter_map(|fd| table.remove(fd)));
    }
    drop(table);
    drop(gone);
    result
}

/// dup(2), fcntl(2) with F_DUPFD: `real` makes the duplicate.
///
/// # Errors
/// What `real` answers.
pub fn duplicate(fd: i32, real: impl FnOnce() -> Result<i32, Errno>) -> Result<i32, Errno> {
    if !table::is_ours(fd) || table::borrowed_memory() {
        return real();
    }
    let mut table = table::lock();
    let result = real();
    let stale = match (result, table.get(fd)) {
        (Ok(new), Some(entry)) => table.insert(new, entry),
        _ => None,
    };
    drop(table);
    drop(stale);
    result
}

/// dup2(2) and dup3(2), which close `new` first.
///
/// # Errors
/// What `real` answers.
pub fn duplicate_to(old: i32, new: i32, real: impl FnOnce() -> Result<i32, Errno>) -> Result<i32, Errno> {
    if !(table::is_ours(old) || table::is_ours(new)) || table::borrowed_memory() {
        return real();
    }
    let mut table = table::lock();
    let result = real();
    let mut closed = None;
    if result.is_ok() && old != new {
        closed = match table.get(old) {
            Some(entry) => table.insert(new, entry),
            None => table.remove(new),
        };
    }
    drop(table);
    drop(closed);
    result
}

/// What mmap(2) of a descriptor maps, where that is not the descriptor itself.
pub struct Mapped(Entry);

impl Mapped {
    /// The descriptor to map, which stays open meanwhile, and where in it `offset` of the program's file is. A dirty ring is shared
    /// and not executed (`kvm_vcpu_mmap`).
    ///
    /// # Errors
    /// ENODEV for statistics, EINVAL for other mappings of a ring, and what [`GuestMemFd::mapping`] says.
    pub fn at(&self, offset: u64, shared: bool, executed: bool) -> Result<(i32, u64), Errno> {
        let vcpu = match &self.0.file {
            KvmFile::Vcpu(vcpu) => vcpu,
            KvmFile::GuestMemory(memory) => return memory.mapping(shared, executed).map(|file| (file.as_raw_fd(), offset)),
            _ => return Err(ENODEV),
        };
        match (vcpu.dirty_ring(), offset.checked_sub(DIRTY_RING_OFFSET)) {
            (Some(ring), Some(inside)) if ring.metadata().is_ok_and(|facts| inside < facts.len()) => {
                if shared && !executed {
                    Ok((ring.as_raw_fd(), inside))
                } else {
                    Err(EINVAL)
                }
            }
            _ => Ok((vcpu.run_page().file().as_raw_fd(), offset)),
        }
    }
}

/// A vCPU's descriptor means its pages, a guest_memfd its memory; other files of KVM cannot be mapped, nor can what stands for them.
pub fn mapped(fd: i32) -> Option<Mapped> {
    table::find(fd).filter(|entry| matches!(entry.file, KvmFile::Vcpu(_) | KvmFile::GuestMemory(_) | KvmFile::Statistics(_))).map(Mapped)
}

/// The guest_memfd that a descriptor is.
pub fn guest_memory(fd: i32) -> Option<GuestMemFd> {
    match table::find(fd)?.file {
        KvmFile::GuestMemory(memory) => Some(memory),
        _ => None,
    }
}

/// Where lseek(2) goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seek {
    /// Where it is asked to.
    Real,
    /// It stays where it is (`noop_llseek`).
    Stays,
    /// Nowhere: ESPIPE.
    Refused,
}

/// What lseek(2) of a descriptor does.
pub fn seek(fd: i32) -> Seek {
    match table::find(fd).map(|entry| entry.file) {
        Some(KvmFile::Device(_)) => Seek::Refused,
        Some(KvmFile::Statistics(_)) => Seek::Stays,
        // What stands for the others does as they do.
        _ => Seek::Real,
    }
}

/// All slots so far lie between these.
static SLOTS_START: AtomicU64 = AtomicU64::new(u64::MAX);
static SLOTS_END: AtomicU64 = AtomicU64::new(0);

pub(crate) fn note_slot(region: &MemoryRegion) {
    SLOTS_START.fetch_min(region.userspace_addr, Ordering::SeqCst);
    SLOTS_END.fetch_max(region.userspace_addr + region.memory_size, Ordering::SeqCst);
}

/// munmap(2) and the like: vCPUs let go of the range before it changes. Unless it is `kept`, its memory goes.
pub fn range_changes(address: u64, size: u64, kept: bool) {
    let end = address.saturating_add(size);
    if end <= SLOTS_START.load(Ordering::SeqCst) || SLOTS_END.load(Ordering::SeqCst) <= address {
        return;
    }
    // Not under the table's lock: this waits for vCPUs.
    let vms = table::lock().vms();
    for vm in vms {
        if kept { vm.host_range_changes(address, size) } else { vm.host_memory_goes(address, size) }
    }
}

/// mremap(2), which `real` does: vCPUs let go of both ranges before, and Allocation Tags go along.
///
/// # Errors
/// What `real` answers.
pub fn remap(from: u64, old: u64, new: u64, target: Option<u64>, real: impl FnOnce() -> Result<u64, Errno>) -> Result<u64, Errno> {
    let pages = |size: u64| size.checked_next_multiple_of(0x1000).unwrap_or(size);
    let (old, new) = (pages(old), pages(new));
    range_changes(from, old, true);
    if let Some(target) = target {
        range_changes(target, new, false);
    }
    let to = real()?;
    let kept = old.min(new);
    if kept != old {
        range_changes(from.saturating_add(kept), old - kept, false);
    }
    if to != from && kept != 0 {
        let vms = table::lock().vms();
        vms.iter().for_each(|vm| vm.host_memory_moved(from, to, kept));
    }
    Ok(to)
}
