#![expect(unsafe_code)]
//! Loads and stores on host addresses of guest memory. The only place in `emu` that dereferences a raw pointer.
//!
//! Obligation: a [`HostPage`] handed to these functions points into memory that stays mapped, readable and writable while
//! any PE may use it. [`super::PhysicalMemory::new_slot`] takes that promise from the hypervisor, which withdraws a slot
//! only after every running PE has acknowledged a TLB flush. Guest memory is shared with other threads and with the
//! embedding program, so every access is volatile or atomic; a race gives the guest some old or new bytes, as on hardware.
//!
//! Deliberately not here: bounds, permissions and alignment rules. Callers stay inside one page.

use std::arch::x86_64::{__m128i, _mm_set_epi64x};
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use portable_atomic::AtomicU128;

/// So many words of zero; untouched until used, as tables of large memories are mostly empty.
pub(super) fn zeroed(len: usize) -> Box<[AtomicU64]> {
    // `collect` of a constant would touch every page; large tables must stay untouched until used.
    let zeros: Vec<u64> = vec![0; len];
    let pointer = Box::into_raw(zeros.into_boxed_slice());
    // SAFETY: AtomicU64 has the size, alignment (checked below) and bit validity of u64, and the box is ours alone.
    unsafe { Box::from_raw(pointer as *mut [AtomicU64]) }
}
const _: () = assert!(align_of::<AtomicU64>() == align_of::<u64>());

/// A value that one load or store transfers.
pub trait Word: Copy + Default + PartialEq + std::fmt::Debug + Send + 'static {
    /// Bytes.
    const SIZE: u64;
    /// The bits of an address that a TLB tag must match: the page, and zero below the natural alignment.
    const TAG_MASK: u64 = !0xfff | (Self::SIZE - 1);
    /// From the low bits.
    fn truncate(value: u128) -> Self;
    /// Bytes in the opposite order.
    #[must_use]
    fn swapped(self) -> Self;
    /// Zero-extended.
    fn extend(self) -> u128;
    /// Loads from `address`, any alignment, one access.
    fn read(address: HostPage) -> Self;
    /// Stores to `address`, any alignment, one access.
    fn write(address: HostPage, value: Self);
    /// Naturally aligned atomic compare and swap: Err holds what was there.
    fn compare_exchange(address: HostPage, old: Self, new: Self) -> Result<(), Self>;
    /// Naturally aligned single-copy atomic load, acquire.
    fn read_atomic(address: HostPage) -> Self;
    /// Naturally aligned single-copy atomic store, sequentially consistent.
    fn write_atomic(address: HostPage, value: Self);
}

/// A host address inside a mapped slot (see the file's obligation).
#[derive(Clone, Copy, Debug)]
pub struct HostPage(pub(super) u64);

impl HostPage {
    #[inline(always)]
    fn pointer<T>(self) -> *mut T {
        std::ptr::with_exposed_provenance_mut(self.0 as usize)
    }

    /// `offset` bytes further on, still inside the slot.
    #[inline(always)]
    pub(super) fn add(self, offset: u64) -> HostPage {
        HostPage(self.0.wrapping_add(offset))
    }
}

/// A packed wrapper makes the volatile access legal for any alignment; it is still one move on x86-64.
#[repr(C, packed)]
#[derive(Clone, Copy)]
struct Unaligned<T>(T);

/// The type whose single move a word is: a vector register for 16 bytes, which a CPU with AVX moves in one piece when it
/// is aligned. Two moves of general registers could be torn.
trait Moved {
    type Word;
    fn to_word(self) -> Self::Word;
    fn from_word(word: Self::Word) -> Self;
}

macro_rules! moved {
    ($($type:ty),*) => {$(
        impl Moved for $type {
            type Word = $type;
            #[inline(always)]
            fn to_word(self) -> $type {
                self
            }
            #[inline(always)]
            fn from_word(word: $type) -> $type {
                word
            }
        }
    )*};
}
moved!(u8, u16, u32, u64);

impl Moved for __m128i {
    type Word = u128;
    #[inline(always)]
    fn to_word(self) -> u128 {
        // SAFETY: both are 16 bytes without invalid values; x86-64 is little-endian in both.
        unsafe { std::mem::transmute(self) }
    }
    #[inline(always)]
    fn from_word(word: u128) -> __m128i {
        // In registers: halves that are written to memory, to be read from there as one, are waited for.
        // SAFETY: x86-64 has SSE2.
        unsafe { _mm_set_epi64x((word >> 64) as i64, word as i64) }
    }
}

macro_rules! word {
    ($type:ty, $atomic:ty, as $moved:ty) => {
        impl Word for $type {
            const SIZE: u64 = size_of::<$type>() as u64;

            #[inline(always)]
            fn truncate(value: u128) -> Self {
                value as $type
            }

            #[inline(always)]
            fn swapped(self) -> Self {
                self.swap_bytes()
            }

            #[inline(always)]
            fn extend(self) -> u128 {
                self as u128
            }

            #[inline(always)]
            fn read(address: HostPage) -> Self {
                // SAFETY: the address is inside a mapped slot (file obligation); volatile, alignment 1.
                let value = unsafe { std::ptr::read_volatile(address.pointer::<Unaligned<$moved>>()).0 };
                <$moved as Moved>::to_word(value)
            }

            #[inline(always)]
            fn write(address: HostPage, value: Self) {
                // SAFETY: as above; the slot is writable, because writes reach here only through a writable TLB entry.
                unsafe { std::ptr::write_volatile(address.pointer::<Unaligned<$moved>>(), Unaligned(<$moved as Moved>::from_word(value))) }
            }

            #[inline]
            fn compare_exchange(address: HostPage, old: Self, new: Self) -> Result<(), Self> {
                debug_assert!(address.0.is_multiple_of(Self::SIZE));
                // SAFETY: mapped (file obligation) and naturally aligned (callers check); all concurrent access is atomic or volatile.
                let cell = unsafe { <$atomic>::from_ptr(address.pointer()) };
                cell.compare_exchange(old, new, Ordering::SeqCst, Ordering::SeqCst).map(|_| ())
            }

            #[inline]
            fn read_atomic(address: HostPage) -> Self {
                debug_assert!(address.0.is_multiple_of(Self::SIZE));
                // SAFETY: as in `compare_exchange`.
                unsafe { <$atomic>::from_ptr(address.pointer()) }.load(Ordering::Acquire)
            }

            #[inline]
            fn write_atomic(address: HostPage, value: Self) {
                debug_assert!(address.0.is_multiple_of(Self::SIZE));
                // SAFETY: as in `compare_exchange`.
                unsafe { <$atomic>::from_ptr(address.pointer()) }.store(value, Ordering::SeqCst);
            }
        }
    };
}

word!(u8, AtomicU8, as u8);
word!(u16, AtomicU16, as u16);
word!(u32, AtomicU32, as u32);
word!(u64, AtomicU64, as u64);
word!(u128, AtomicU128, as __m128i);

/// Atomically replaces the word at a naturally aligned address by what `update` makes of it; returns what was there.
pub(super) fn fetch_update<T: Word>(address: HostPage, update: impl Fn(T) -> T) -> T {
    let mut old = T::read(address);
    loop {
        match T::compare_exchange(address, old, update(old)) {
            Ok(()) => return old,
            Err(seen) => old = seen,
        }
    }
}

/// Copies guest memory out in words, so that a concurrent store to a naturally aligned element is seen whole or not at all.
#[inline]
pub(super) fn copy_out(address: HostPage, out: &mut [u8]) {
    let mut at = address;
    let mut words = out.chunks_exact_mut(8);
    for word in &mut words {
        word.copy_from_slice(&u64::read(at).to_le_bytes());
        at = at.add(8);
    }
    let mut rest = words.into_remainder();
    if rest.len() & 4 != 0 {
        let (word, bytes) = rest.split_at_mut(4);
        word.copy_from_slice(&u32::read(at).to_le_bytes());
        (rest, at) = (bytes, at.add(4));
    }
    if rest.len() & 2 != 0 {
        let (word, bytes) = rest.split_at_mut(2);
        word.copy_from_slice(&u16::read(at).to_le_bytes());
        (rest, at) = (bytes, at.add(2));
    }
    if let [byte] = rest {
        *byte = u8::read(at);
    }
}

/// Copies bytes into guest memory, in words as [`copy_out`].
#[inline]
pub(super) fn copy_in(address: HostPage, data: &[u8]) {
    let (mut at, mut rest) = (address, data);
    while let Some((word, bytes)) = rest.split_first_chunk() {
        u64::write(at, u64::from_le_bytes(*word));
        (rest, at) = (bytes, at.add(8));
    }
    if let Some((word, bytes)) = rest.split_first_chunk() {
        u32::write(at, u32::from_le_bytes(*word));
        (rest, at) = (bytes, at.add(4));
    }
    if let Some((word, bytes)) = rest.split_first_chunk() {
        u16::write(at, u16::from_le_bytes(*word));
        (rest, at) = (bytes, at.add(2));
    }
    if let [byte] = rest {
        u8::write(at, *byte);
    }
}
