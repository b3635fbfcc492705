#![expect(unsafe_code)]
//! Memory for generated code, mapped twice. One view can be written, the other executed; no page is both. There is no descriptor of it
//! at any time: in programs under `invar exec`, or of the preload library, descriptors are anybody's, who may close one and have another file in
//! its place.
//! Knows nothing of what the code does.
//!
//! Obligation: the two views are owned by [`CodeMemory`] and unmapped with it. Writes stay inside the writable view (checked);
//! who runs code at [`CodeMemory::address`] answers for what was written there.

use std::ffi::c_void;
use std::ptr::null_mut;

use rustix::mm::{Advice, MapFlags, MprotectFlags, MremapFlags, ProtFlags, madvise, mmap_anonymous, mprotect, mremap, munmap};

/// Bytes reserved; the host backs only what is used.
pub const CAPACITY: usize = 64 << 20;

/// Bytes at the end that are written again and again.
pub const SCRATCH: usize = 4096;

/// Bytes that the host is asked to back at a time: one call instead of a fault for each page and view. As many as there are, within
/// these bounds, because many guests need few.
const STEPS: (usize, usize) = (32 << 10, 256 << 10);

/// The two views.
pub struct CodeMemory {
    writable: *mut u8,
    executable: *mut u8,
    used: usize,
    /// Bytes from the start that the host was asked to back.
    backed: usize,
}

// SAFETY: the mappings belong to this value alone, and moving it to another thread moves all access with it.
unsafe impl Send for CodeMemory {}

impl CodeMemory {
    /// Reserves the memory.
    ///
    /// # Errors
    /// When the host refuses memory that is shared, or executable mappings.
    pub fn new() -> std::io::Result<CodeMemory> {
        let flags = MapFlags::SHARED | MapFlags::NORESERVE;
        // SAFETY: a new mapping at an address that the kernel chooses; nothing else refers to it.
        let writable = unsafe { mmap_anonymous(null_mut(), CAPACITY, ProtFlags::READ | ProtFlags::WRITE, flags)? };
        match Self::second_view(writable) {
            Ok(executable) => Ok(CodeMemory { writable: writable.cast(), executable: executable.cast(), used: 0, backed: 0 }),
            Err(error) => {
                // SAFETY: mapped just above, not used yet.
                unsafe { munmap(writable, CAPACITY)? };
                Err(error.into())
            }
        }
    }

    /// The same memory once more, to be executed.
    fn second_view(writable: *mut c_void) -> rustix::io::Result<*mut c_void> {
        // SAFETY: of a shared mapping, of which nothing is to move, this makes another one, at an address that the kernel chooses.
        let executable = unsafe { mremap(writable, 0, CAPACITY, MremapFlags::MAYMOVE)? };
        // SAFETY: mapped just above, not used yet.
        match unsafe { mprotect(executable, CAPACITY, MprotectFlags::READ | MprotectFlags::EXEC) } {
            Ok(()) => Ok(executable),
            Err(error) => {
                // SAFETY: as above.
                unsafe { munmap(executable, CAPACITY)? };
                Err(error)
            }
        }
    }

    /// Where the next code will be executed.
    pub fn address(&self, offset: u32) -> u64 {
        self.executable as u64 + u64::from(offset)
    }

    /// The offset of an address in the executable view.
    pub fn offset(&self, address: u64) -> u32 {
        address.wrapping_sub(self.executable as u64) as u32
    }

    /// Offset of what is written again and again.
    pub fn scratch(&self) -> u32 {
        (CAPACITY - SCRATCH) as u32
    }

    /// Writes code there; None when it does not fit.
    pub fn put_in_scratch(&mut self, code: &[u8]) -> Option<()> {
        (code.len() <= SCRATCH).then(|| self.write(self.scratch(), code))
    }

    /// Offset of the next free byte, aligned for code.
    pub fn next(&self) -> u32 {
        self.used.next_multiple_of(16) as u32
    }

    /// True when `bytes` more fit.
    pub fn fits(&self, bytes: usize) -> bool {
        self.used.next_multiple_of(16) + bytes <= CAPACITY - SCRATCH
    }

    /// Forgets everything after `offset`.
    pub fn truncate(&mut self, offset: u32) {
        self.used = offset as usize;
    }

    /// Appends code; its offset, or None when it does not fit.
    pub fn append(&mut self, code: &[u8]) -> Option<u32> {
        if !self.fits(code.len()) {
            return None;
        }
        let at = self.next();
        while self.backed < at as usize + code.len() {
            self.back_more();
        }
        self.write(at, code);
        self.used = at as usize + code.len();
        Some(at)
    }

    fn back_more(&mut self) {
        let step = self.backed.clamp(STEPS.0, STEPS.1).min(CAPACITY - self.backed);
        for (view, advice) in [(self.writable, Advice::LinuxPopulateWrite), (self.executable, Advice::LinuxPopulateRead)] {
            // SAFETY: inside the mapping, whose contents stay. A host that does not do this (before Linux 5.14) backs pages when they are
            // touched.
            let _ = unsafe { madvise(view.add(self.backed).cast(), step, advice) };
        }
        self.backed += step;
    }

    /// Points the four bytes of a relative jump at `target`, an offset.
    pub fn patch_jump(&mut self, at: u32, target: u32) {
        self.write(at, &target.wrapping_sub(at + 4).to_le_bytes());
    }

    /// Points a conditional jump that ends at an offset to `target`, if there is one that goes to `old`.
    pub fn redirect(&mut self, end: u32, old: u32, target: u32) {
        let [first, second, distance @ ..]: [u8; 6] = self.read(end - 6);
        let found = first == 0x0f && second & 0xf0 == 0x80 && i32::from_le_bytes(distance) == old.wrapping_sub(end) as i32;
        if found {
            self.patch_jump(end - 4, target);
        }
    }

    pub(super) fn read<const COUNT: usize>(&self, at: u32) -> [u8; COUNT] {
        assert!(at as usize + COUNT <= CAPACITY, "inside the mapping");
        // SAFETY: inside the writable view (checked above), which only this value accesses.
        unsafe { self.writable.add(at as usize).cast::<[u8; COUNT]>().read() }
    }

    /// A jump in place of the five bytes of another or of a call.
    pub fn make_jump(&mut self, at: u32, target: u32) {
        self.write(at, &[0xe9]);
        self.patch_jump(at + 1, target);
    }

    /// Adds to the eight bytes of a constant.
    pub fn add(&mut self, at: u32, value: u64) {
        let constant = u64::from_le_bytes(self.read(at));
        self.write(at, &constant.wrapping_add(value).to_le_bytes());
    }

    fn write(&mut self, at: u32, bytes: &[u8]) {
        assert!(at as usize + bytes.len() <= CAPACITY, "inside the mapping");
        // SAFETY: inside the writable view (checked above), which only this value accesses.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.writable.add(at as usize), bytes.len()) };
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        for view in [self.writable, self.executable] {
            // SAFETY: mapped in `new` with this size, and no code of it runs any more: the engine that ran it owns this value.
            // Unmapping a whole mapping does not fail; if it did, the memory would only stay.
            let _ = unsafe { munmap(view.cast(), CAPACITY) };
        }
    }
}
