//! mmap(2) and its family: what changes the program's mappings, in the kernel and in [`super::space`]. Loads no file.

use std::ops::Range;

use kvm::errno::{EEXIST, EFAULT, EINVAL, ENOMEM, Errno};
use kvm_process::files;
use libc::{MAP_ANONYMOUS, MAP_FIXED, MAP_FIXED_NOREPLACE, MAP_GROWSDOWN, MAP_PRIVATE};

use super::host::{self, Answer};
use super::process::Process;
use super::space::{END, LOWEST, PAGE, Space, prot};
use super::thread::Thread;

/// MAP_32BIT, which arm64 does not have.
const MAP_32BIT: u64 = 0x40;
/// All of PROT_ that means something to mappings on arm64; PROT_MTE does not, because no program is told of tags.
const PROTECTIONS: u32 = prot::READ | prot::WRITE | prot::EXEC | prot::BTI;
/// PROT_GROWSDOWN and PROT_GROWSUP.
const PROT_GROWS: u32 = 0x0300_0000;

fn round_up(value: u64) -> Option<u64> {
    Some(value.checked_add(PAGE - 1)? & !(PAGE - 1))
}

/// A range of whole pages below the end; EINVAL for an unaligned start.
fn range(start: u64, length: u64) -> Result<Range<u64>, Errno> {
    if !start.is_multiple_of(PAGE) {
        return Err(EINVAL);
    }
    let end = round_up(length).and_then(|length| start.checked_add(length)).ok_or(ENOMEM)?;
    if end > END { Err(ENOMEM) } else { Ok(start..end) }
}

/// What a mapping's address is a multiple of, when nobody wishes for one: large pages lie at multiples of their size. A file's page size
/// is what its file system says.
fn alignment(length: u64, flags: u64, fd: i32) -> u64 {
    const LARGE: u64 = 2 << 20;
    let usual = if length >= LARGE { LARGE } else { PAGE };
    if flags & libc::MAP_HUGETLB as u64 != 0 {
        let log = flags >> libc::MAP_HUGE_SHIFT & 0x3f;
        return if log == 0 { LARGE } else { 1 << log };
    }
    if flags & MAP_ANONYMOUS as u64 != 0 {
        return usual;
    }
    let mut facts = [0u64; 18];
    let address = facts.as_mut_ptr().expose_provenance() as u64;
    let block = host::call(libc::SYS_fstat, [fd as u64, address, 0, 0, 0, 0]).map_or(0, |_| facts[7]);
    if block.is_power_of_two() { usual.max(block) } else { usual }
}

/// The host's protection: nothing of the program's is executed by the host's CPU.
fn host_protection(protection: u32) -> u64 {
    let kept = protection & (prot::READ | prot::WRITE);
    u64::from(if protection & prot::EXEC != 0 { kept | prot::READ } else { kept })
}

fn host_map(start: u64, length: u64, protection: u32, flags: u64, fd: i32, offset: u64) -> Answer {
    host::call(libc::SYS_mmap, [start, length, host_protection(protection), flags, fd as u64, offset])
}

/// Every PE, and every vCPU whose memory it is, lets go of a range that is not mapped any more, or not as it was; in the latter
/// case its memory is `kept`.
fn let_go(space: &Space, range: &Range<u64>, kept: bool) {
    space.let_go(range);
    files::range_changes(range.start, range.end - range.start, kept);
}

impl Process {
    /// Maps memory for the program.
    ///
    /// # Errors
    /// As mmap(2).
    pub fn map(&self, start: u64, length: u64, protection: u32, flags: i32, fd: i32, offset: u64) -> Answer {
        let space = &*self.space;
        if length == 0 {
            return Err(EINVAL);
        }
        let length = round_up(length).ok_or(ENOMEM)?;
        let flags = flags as u64 & !MAP_32BIT & !(MAP_GROWSDOWN as u64);
        let _changing = space.change();
        let fixed = flags & (MAP_FIXED | MAP_FIXED_NOREPLACE) as u64 != 0;
        let wanted = range(start & if fixed { u64::MAX } else { !(PAGE - 1) }, length);
        let is_free = |range: &Range<u64>| range.start >= LOWEST && range.end <= space.end && space.parts(range).is_empty();
        let wanted = if fixed {
            wanted?
        } else {
            let room = || space.room(length, alignment(length, flags, fd)).map(|start| start..start + length);
            wanted.ok().filter(is_free).or_else(room).ok_or(ENOMEM)?
        };
        if wanted.end > space.end {
            // There is the emulator.
            return Err(ENOMEM);
        }
        let replaced = if fixed { space.parts(&wanted) } else { Vec::new() };
        if !replaced.is_empty() && flags & MAP_FIXED_NOREPLACE as u64 != 0 {
            return Err(EEXIST);
        }
        if !replaced.is_empty() {
            space.remove(&wanted);
            let_go(space, &wanted, false);
        }
        let flags = flags & !(MAP_FIXED_NOREPLACE as u64) | MAP_FIXED as u64;
        let mapped = host_map(wanted.start, length, protection, flags, fd, offset);
        if mapped.is_ok() {
            space.insert(wanted, protection);
        } else {
            replaced.into_iter().for_each(|(part, protection)| space.insert(part, protection));
        }
        mapped
    }

    /// Unmaps what is the program's of a range.
    ///
    /// # Errors
    /// As munmap(2).
    pub fn unmap(&self, start: u64, length: u64) -> Result<(), Errno> {
        let range = range(start, length).map_err(|_| EINVAL)?;
        if range.is_empty() {
            return Err(EINVAL);
        }
        let space = &*self.space;
        let _changing = space.change();
        let parts = space.parts(&range);
        if parts.is_empty() {
            return Ok(());
        }
        space.remove(&range);
        let_go(space, &range, false);
        for (part, _) in &parts {
            host::call(libc::SYS_munmap, [part.start, part.end - part.start, 0, 0, 0, 0])?;
        }
        Ok(())
    }
}

/// mmap(2).
pub fn mmap(thread: &mut Thread, [start, length, protection, flags, fd, offset]: [u64; 6]) -> Answer {
    let flags = flags as i32;
    if !offset.is_multiple_of(PAGE) {
        return Err(EINVAL);
    }
    let protection = protection as u32 & PROTECTIONS;
    if flags & MAP_ANONYMOUS != 0 {
        return thread.process.map(start, length, protection, flags, fd as i32, offset);
    }
    // A vCPU's descriptor stands for its pages.
    let pages = files::mapped(fd as i32);
    let (shared, executed) = (flags & libc::MAP_SHARED != 0, protection & prot::EXEC != 0);
    let (fd, offset) = pages.as_ref().map_or(Ok((fd as i32, offset)), |pages| pages.at(offset, shared, executed))?;
    thread.process.map(start, length, protection, flags, fd, offset)
}

/// munmap(2).
pub fn munmap(thread: &mut Thread, [start, length, ..]: [u64; 6]) -> Answer {
    thread.process.unmap(start, length).map(|()| 0)
}

/// mprotect(2).
pub fn mprotect(thread: &mut Thread, [start, length, protection, ..]: [u64; 6]) -> Answer {
    let protection = protection as u32;
    if protection & !(PROTECTIONS | PROT_GROWS) != 0 {
        return Err(EINVAL);
    }
    let range = range(start, length)?;
    if range.is_empty() {
        return Ok(0);
    }
    let space = &*thread.process.space;
    let _changing = space.change();
    if !space.holes(&range).is_empty() {
        return Err(ENOMEM);
    }
    let before = space.parts(&range);
    let protection = protection & PROTECTIONS;
    let fewer = before.iter().any(|(_, old)| old & !protection != 0);
    space.protect(&range, protection);
    if fewer {
        let_go(space, &range, true);
    } else {
        files::range_changes(range.start, range.end - range.start, true);
    }
    let changed = host::call(libc::SYS_mprotect, [range.start, range.end - range.start, host_protection(protection), 0, 0, 0]);
    if changed.is_err() {
        before.into_iter().for_each(|(part, old)| space.insert(part, old));
        space.let_go(&range);
    }
    changed
}

/// mremap(2).
pub fn mremap(thread: &mut Thread, [start, old, new, flags, target, _]: [u64; 6]) -> Answer {
    let flags = flags as i32;
    let space = &*thread.process.space;
    let new_length = round_up(new).filter(|&length| length != 0).ok_or(EINVAL)?;
    let old_range = range(start, old).map_err(|_| EINVAL)?;
    let _changing = space.change();
    // An old size of zero duplicates a shared mapping.
    let seen = old_range.start..old_range.end.max(old_range.start + PAGE);
    if !space.holes(&seen).is_empty() {
        return Err(EFAULT);
    }
    let protection = space.parts(&seen).first().map_or(0, |(_, protection)| *protection);
    let fixed = if flags & libc::MREMAP_FIXED == 0 { None } else { Some(range(target, new_length).map_err(|_| EINVAL)?) };
    if fixed.as_ref().is_some_and(|wanted| wanted.end > space.end) {
        return Err(ENOMEM);
    }
    let parts = space.parts(&old_range);
    for range in fixed.iter().chain([&old_range]) {
        space.remove(range);
        space.let_go(range);
    }
    let place = fixed.map(|wanted| wanted.start);
    let old_length = old_range.end - old_range.start;
    let moved = files::remap(start, old_length, new_length, place, || move_mapping(space, [start, old, new, target], flags));
    if moved.is_err() || flags & libc::MREMAP_DONTUNMAP != 0 {
        parts.into_iter().for_each(|(part, protection)| space.insert(part, protection));
    }
    if let Ok(at) = moved {
        space.insert(at..at + new_length, protection);
    }
    moved
}

/// mremap(2) on the host: where it is, else where there is room.
fn move_mapping(space: &Space, [start, old, new, target]: [u64; 4], flags: i32) -> Answer {
    let call = |flags: i32, target| host::call(libc::SYS_mremap, [start, old, new, flags as u64, target, 0]);
    if flags & libc::MREMAP_MAYMOVE == 0 || flags & libc::MREMAP_FIXED != 0 {
        return call(flags, target);
    }
    let stays = flags & libc::MREMAP_DONTUNMAP == 0 && old != 0;
    match if stays { call(flags & !libc::MREMAP_MAYMOVE, 0) } else { Err(ENOMEM) } {
        Err(ENOMEM) => {
            let length = round_up(new).ok_or(ENOMEM)?;
            let room = space.room(length, alignment(length, MAP_ANONYMOUS as u64, -1)).ok_or(ENOMEM)?;
            call(flags | libc::MREMAP_FIXED, room)
        }
        answer => answer,
    }
}

/// brk(2): a mapping of its own behind the program, which grows as long as nothing is in the way.
pub fn brk(thread: &mut Thread, [wanted, ..]: [u64; 6]) -> Answer {
    let process = &thread.process;
    let mut brk = process.lock_brk();
    let (Some(old), Some(new)) = (round_up(brk.end), round_up(wanted)) else { return Ok(brk.end) };
    if wanted < brk.start || new > process.space.end {
        return Ok(brk.end);
    }
    let done = if new > old {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
        process.map(old, new - old, prot::READ | prot::WRITE, flags, -1, 0).is_ok()
    } else {
        new == old || process.unmap(new, old - new).is_ok()
    };
    if done {
        brk.end = wanted;
    }
    Ok(brk.end)
}

/// A guest_memfd's pages are never made huge ones (`file_thp_enabled`); the file that stands for it here has such.
fn has_guest_memory(range: &Range<u64>) -> bool {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    maps.lines().filter(|line| line.contains("/memfd:guest_memfd")).any(|line| {
        let bounds = line.split_once(' ').and_then(|(bounds, _)| bounds.split_once('-'));
        let number = |text| u64::from_str_radix(text, 16).ok();
        bounds.and_then(|(start, end)| Some(number(start)? < range.end && number(end)? > range.start)).unwrap_or(false)
    })
}

/// madvise(2): only of what is the program's. It reaches all of that before it complains of the rest.
pub fn madvise(thread: &mut Thread, [start, length, advice, ..]: [u64; 6]) -> Answer {
    let range = range(start, length).map_err(|_| EINVAL)?;
    let space = &*thread.process.space;
    let _changing = space.change();
    if range.is_empty() {
        return host::call(libc::SYS_madvise, [start, length, advice, 0, 0, 0]);
    }
    for (part, _) in space.parts(&range) {
        if matches!(advice as i32, libc::MADV_DONTNEED | libc::MADV_REMOVE | libc::MADV_FREE) {
            // Other bytes at the same address: only what was decoded there is wrong now.
            space.forget_code(&part);
        }
        if advice as i32 == libc::MADV_COLLAPSE && has_guest_memory(&part) {
            return Err(EINVAL);
        }
        host::call(libc::SYS_madvise, [part.start, part.end - part.start, advice, 0, 0, 0])?;
    }
    if space.holes(&range).is_empty() { Ok(0) } else { Err(ENOMEM) }
}
