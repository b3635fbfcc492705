//! Pages of mapped files that the files do not have any more. The access goes on with zeros in such a page's place, and when its
//! thread has left what it was doing the mapping is there again: the program has its SIGBUS, and another one at the next access.
//! Delivers no signal itself.
//!
//! Obligation: [`give`] runs in a signal's handler, so it does atomics and system calls alone.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use kvm::errno::Errno;

use super::host::{self, Answer};
use super::space::{PAGE, Space};

/// How many can be away at once; one more stays a page of zeros.
const MOST: usize = 64;
/// What is being done with an entry, in the low bits of its page.
const COMING: u64 = 1;
const AWAY: u64 = 2;
const LEAVING: u64 = 3;

/// A page, and where its mapping is meanwhile.
struct Lost {
    /// 0: nobody's.
    page: AtomicU64,
    aside: AtomicU64,
}

static LOST: [Lost; MOST] = [const { Lost { page: AtomicU64::new(0), aside: AtomicU64::new(0) } }; MOST];
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Puts zeros in the place of the page at `address`, for a while; false for what is not the program's.
pub fn give(address: u64) -> bool {
    if !super::arena::holds(address, 1) {
        return false;
    }
    let page = address & !(PAGE - 1);
    if LOST.iter().any(|lost| lost.page.load(Ordering::SeqCst) & !(PAGE - 1) == page) {
        // Another thread's handler is about to have it done, or it was done just after the access.
        return true;
    }
    let free = |lost: &&Lost| lost.page.compare_exchange(0, page | COMING, Ordering::SeqCst, Ordering::SeqCst).is_ok();
    if let Some(lost) = LOST.iter().find(free) {
        let aside = move_aside(page).unwrap_or(0);
        lost.aside.store(aside, Ordering::SeqCst);
        let given = zeros(page, (libc::PROT_READ | libc::PROT_WRITE) as u64, libc::MAP_FIXED).is_ok();
        COUNT.fetch_add(u32::from(aside != 0), Ordering::SeqCst);
        lost.page.store(if aside == 0 { 0 } else { page | AWAY }, Ordering::SeqCst);
        return given;
    }
    zeros(page, (libc::PROT_READ | libc::PROT_WRITE) as u64, libc::MAP_FIXED).is_ok()
}

fn zeros(address: u64, rights: u64, more: i32) -> Answer {
    let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | more) as u64;
    host::call(libc::SYS_mmap, [address, PAGE, rights, flags, u64::MAX, 0])
}

/// The mapping of a page somewhere else, too, where the program has nothing.
fn move_aside(page: u64) -> Answer {
    let aside = zeros(0, libc::PROT_NONE as u64, 0)?;
    let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED | libc::MREMAP_DONTUNMAP;
    let moved = if super::arena::holds(aside, 1) { Err(Errno(libc::ENOMEM)) } else { remap(page, flags, aside) };
    if moved.is_err() {
        unmap(aside);
    }
    moved
}

fn remap(from: u64, flags: i32, to: u64) -> Answer {
    host::call(libc::SYS_mremap, [from, PAGE, PAGE, flags as u64, to, 0])
}

fn unmap(address: u64) {
    // One of ours, so this cannot fail.
    let _ = host::call(libc::SYS_munmap, [address, PAGE, 0, 0, 0, 0]);
}

/// Entries of a range, each for one caller alone: with its page, and where its mapping is.
fn take(range: &Range<u64>, mut each: impl FnMut(u64, u64)) {
    if COUNT.load(Ordering::SeqCst) == 0 {
        return;
    }
    for lost in &LOST {
        let entry = lost.page.load(Ordering::SeqCst);
        let page = entry & !(PAGE - 1);
        let ours = entry == page | AWAY && range.contains(&page);
        if ours && lost.page.compare_exchange(entry, page | LEAVING, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            each(page, lost.aside.load(Ordering::SeqCst));
            COUNT.fetch_sub(1, Ordering::SeqCst);
            lost.page.store(0, Ordering::SeqCst);
        }
    }
}

/// The mappings are where they were. The thread must not run.
pub fn give_back(space: &Space) {
    if COUNT.load(Ordering::SeqCst) != 0 {
        let _nobody_else_maps = space.change();
        take(&(0..u64::MAX), |page, aside| {
            if remap(aside, libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED, page).is_err() {
                unmap(aside);
            }
        });
    }
}

/// Something else is mapped in a range, or nothing: what was lost there does not come back.
pub fn forget(range: &Range<u64>) {
    take(range, |_, aside| unmap(aside));
}
