//! The addresses that are left to the program: all below the emulator, which lies in the upper part of the address space, where the
//! kernel puts what has no wish. So one comparison says that an address is not the program's, and a buffer that runs out of its
//! mappings ends where nothing is, in a system call as in a load. Says nothing of what is mapped there: see `space`.

use std::sync::OnceLock;

use super::space::{END, PAGE};

/// What stays free below the emulator: more than one system call copies, and than what the process started with and has unmapped since.
const MARGIN: u64 = 1 << 36;
/// arm64's end of what a program can have; an address beyond it is refused earlier than one where nothing is.
const TASK_SIZE: u64 = 1 << 48;
/// A page that nobody has: below what may be mapped (vm.mmap_min_addr).
const NOBODYS: u64 = 0xf000;

static ARENA_END: OnceLock<u64> = OnceLock::new();

/// Looks where the emulator begins.
///
/// # Errors
/// The kernel does not say.
pub fn find() -> std::io::Result<u64> {
    let maps = std::fs::read_to_string("/proc/self/maps")?;
    let lowest = maps.split('-').next().and_then(|start| u64::from_str_radix(start, 16).ok()).unwrap_or_default();
    Ok(*ARENA_END.get_or_init(|| lowest.min(END).saturating_sub(MARGIN) & !(PAGE - 1)))
}

/// The end of the program's addresses.
pub fn end() -> u64 {
    ARENA_END.get().copied().unwrap_or_default()
}

/// Whether all bytes from an address on may be the program's.
pub fn holds(address: u64, length: usize) -> bool {
    address.checked_add(length as u64).is_some_and(|last| last <= end())
}

/// An address as the host's kernel may see it. One that may be the emulator's becomes one that nobody has: the kernel answers as it
/// does for an address where nothing is, at the point at which it looks.
pub fn own(address: u64) -> u64 {
    if (end()..TASK_SIZE).contains(&address) { NOBODYS | address & (PAGE - 1) } else { address }
}
