#![expect(unsafe_code)]
//! Arrays that grow at the end and stay where they are, in memory that the host backs in steps: what translation leaves for later is
//! fresh memory, and a fault for each page of it took as long as much of the translation. Knows nothing of what they hold.
//!
//! Obligation: the mapping is owned by [`Kept`] and unmapped with it. Elements up to the length have been written, all of them lie in
//! the mapping (checked where they are added), and they are plain data, which nothing has to drop.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::null_mut;

use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous, munmap};

/// Bytes reserved for an array; the host backs only what is used.
const CAPACITY: usize = 64 << 20;

/// Bytes that the host is asked to back at a time: as many as there are, within these bounds, because many guests need few.
const STEPS: (usize, usize) = (16 << 10, 64 << 10);

/// An array with room for [`Kept::ROOM`] elements.
pub struct Kept<T> {
    start: *mut T,
    length: usize,
    /// Bytes from the start that the host was asked to back.
    backed: usize,
    elements: PhantomData<T>,
}

// SAFETY: the mapping belongs to this value alone, as a vector's memory does.
unsafe impl<T: Copy + Send> Send for Kept<T> {}

impl<T: Copy> Kept<T> {
    /// Elements that there is room for.
    pub const ROOM: usize = CAPACITY / size_of::<T>();

    /// Reserves the memory.
    ///
    /// # Errors
    /// When the host refuses it.
    pub fn new() -> std::io::Result<Kept<T>> {
        const { assert!(align_of::<T>() <= 4096, "a page is aligned for it") };
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: a new mapping at an address that the kernel chooses; nothing else refers to it.
        let start = unsafe { mmap_anonymous(null_mut(), CAPACITY, ProtFlags::READ | ProtFlags::WRITE, flags)? };
        Ok(Kept { start: start.cast(), length: 0, backed: 0, elements: PhantomData })
    }

    /// True when `count` more fit.
    pub fn fits(&self, count: usize) -> bool {
        count <= Self::ROOM - self.length
    }

    /// Adds elements at the end; None when they do not fit.
    pub fn extend(&mut self, elements: &[T]) -> Option<()> {
        if !self.fits(elements.len()) {
            return None;
        }
        let end = self.length + elements.len();
        while self.backed < end * size_of::<T>() {
            self.back_more();
        }
        // SAFETY: inside the mapping (checked above), which only this value refers to.
        unsafe { std::ptr::copy_nonoverlapping(elements.as_ptr(), self.start.add(self.length), elements.len()) };
        self.length = end;
        Some(())
    }

    /// Drops what is behind the first `length`.
    pub fn truncate(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    fn back_more(&mut self) {
        let step = self.backed.clamp(STEPS.0, STEPS.1).min(CAPACITY - self.backed);
        // SAFETY: inside the mapping, whose contents stay. A host that does not do this (before Linux 5.14) backs pages when they are
        // touched.
        let _ = unsafe { madvise(self.start.byte_add(self.backed).cast(), step, Advice::LinuxPopulateWrite) };
        self.backed += step;
    }
}

impl<T> Deref for Kept<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: as many elements have been written (file obligation).
        unsafe { std::slice::from_raw_parts(self.start, self.length) }
    }
}

impl<T> DerefMut for Kept<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and only this value refers to the mapping.
        unsafe { std::slice::from_raw_parts_mut(self.start, self.length) }
    }
}

impl<T> Drop for Kept<T> {
    fn drop(&mut self) {
        // SAFETY: mapped in `new` with this size. Unmapping a whole mapping does not fail; if it did, the memory would only stay.
        let _ = unsafe { munmap(self.start.cast(), CAPACITY) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_stay_where_they_are() {
        let mut kept = Kept::<[u64; 4]>::new().expect("memory");
        kept.extend(&[[1; 4], [2; 4]]).expect("room");
        let place = kept.as_ptr();
        (0..10_000).for_each(|number| kept.extend(&[[number; 4]]).expect("room"));
        kept[1] = [7; 4];
        assert_eq!((kept.as_ptr(), kept.len(), kept[1], kept[10_001]), (place, 10_002, [7; 4], [9_999; 4]));
        kept.truncate(1);
        assert_eq!(*kept, [[1; 4]]);
        assert!(kept.fits(Kept::<[u64; 4]>::ROOM - 1) && !kept.fits(Kept::<[u64; 4]>::ROOM));
    }
}
