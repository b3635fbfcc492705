//! Scalable vector registers: Z above the 128 bits of V, predicates, FFR, and the length that the PE has now. Executes nothing.
//!
//! V0..V31 are the lower parts of Z0..Z31. Whoever writes a V register clears the upper part, which is a mark here: so Advanced SIMD,
//! interpreted or generated, stores one byte, and nothing at all when it is generated for a PE without longer vectors.

use sysregs::{Feature, SysReg};

use super::Cpu;

/// Bytes of the longest vector of the architecture.
pub const LONGEST_VECTOR: usize = 256;
/// Bytes of a vector with LEN = 0, and of a V register.
pub const QUADWORD: usize = 16;
/// P0..P15.
pub const PREDICATES: usize = 16;

/// A scalable vector; the bytes that the current length does not have are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, align(16))]
pub struct Vector(pub [u8; LONGEST_VECTOR]);

impl Vector {
    /// All zeros.
    pub const ZERO: Vector = Vector([0; LONGEST_VECTOR]);

    /// The element `index` of 2^`size` bytes (0 to 3), zero-extended.
    #[inline(always)]
    pub fn get(&self, size: u8, index: usize) -> u64 {
        let bytes = 1 << (size & 3);
        let mut element = [0; 8];
        let start = (index << (size & 3)) & (LONGEST_VECTOR - 1);
        element[..bytes].copy_from_slice(&self.0[start..start + bytes]);
        u64::from_le_bytes(element)
    }

    /// The element `index` of 2^`size` bytes, sign-extended.
    #[inline(always)]
    pub fn signed(&self, size: u8, index: usize) -> i64 {
        let unused = 64 - (8 << (size & 3));
        (self.get(size, index) as i64) << unused >> unused
    }

    /// Writes the low bits of `value` to the element `index` of 2^`size` bytes.
    #[inline(always)]
    pub fn set(&mut self, size: u8, index: usize, value: u64) {
        let bytes = 1 << (size & 3);
        let start = (index << (size & 3)) & (LONGEST_VECTOR - 1);
        self.0[start..start + bytes].copy_from_slice(&value.to_le_bytes()[..bytes]);
    }

    /// The 128 bits `index`.
    #[inline(always)]
    pub fn quadword(&self, index: usize) -> u128 {
        let start = (index * QUADWORD) & (LONGEST_VECTOR - 1);
        self.0[start..start + QUADWORD].iter().rev().fold(0, |value, &byte| value << 8 | u128::from(byte))
    }

    /// Writes the 128 bits `index`.
    #[inline(always)]
    pub fn set_quadword(&mut self, index: usize, value: u128) {
        let start = (index * QUADWORD) & (LONGEST_VECTOR - 1);
        self.0[start..start + QUADWORD].copy_from_slice(&value.to_le_bytes());
    }
}

/// A predicate: bit n belongs to byte n of a vector; the bits that the current length does not have are zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Predicate(pub [u64; LONGEST_VECTOR / 64]);

impl Predicate {
    /// All elements inactive.
    pub const NONE: Predicate = Predicate([0; LONGEST_VECTOR / 64]);

    /// Bit `byte`.
    #[inline(always)]
    pub fn bit(&self, byte: usize) -> bool {
        (self.0[(byte / 64) & 3] >> (byte % 64)) & 1 != 0
    }

    /// True when the element `index` of 2^`size` bytes is active: its lowest bit says so (ActivePredicateElement).
    #[inline(always)]
    pub fn active(&self, size: u8, index: usize) -> bool {
        self.bit(index << size)
    }

    /// Writes bit `byte`.
    #[inline(always)]
    pub fn set_bit(&mut self, byte: usize, value: bool) {
        let word = &mut self.0[(byte / 64) & 3];
        *word = (*word & !(1 << (byte % 64))) | (u64::from(value) << (byte % 64));
    }

    /// Makes the element `index` of 2^`size` bytes active or not; its other bits become zero.
    #[inline(always)]
    pub fn set(&mut self, size: u8, index: usize, value: bool) {
        let first = index << size;
        self.set_bit(first, value);
        for byte in first + 1..(index + 1) << size {
            self.set_bit(byte, false);
        }
    }

    /// Bit by bit.
    pub fn map(&self, other: &Predicate, f: impl Fn(u64, u64) -> u64) -> Predicate {
        let mut out = Predicate::NONE;
        for (out, (&a, &b)) in out.0.iter_mut().zip(self.0.iter().zip(&other.0)) {
            *out = f(a, b);
        }
        out
    }

    /// Without what lies behind a vector of `bytes`.
    #[must_use]
    pub fn within(mut self, bytes: usize) -> Predicate {
        for (index, word) in self.0.iter_mut().enumerate() {
            let kept = bytes.saturating_sub(64 * index).min(64) as u32;
            *word &= u64::MAX.checked_shl(kept).map_or(u64::MAX, |above| !above);
        }
        self
    }
}

/// What the V registers do not hold.
#[derive(Debug)]
pub(crate) struct Scalable {
    /// Z0..Z31, of which the low 128 bits are not used.
    upper: Box<[Vector; 32]>,
    predicates: [Predicate; PREDICATES],
    /// FFR.
    first_fault: Predicate,
}

impl Default for Scalable {
    fn default() -> Self {
        Scalable { upper: Box::new([Vector::ZERO; 32]), predicates: Default::default(), first_fault: Predicate::NONE }
    }
}

impl Cpu {
    /// True when a Z register may be longer than its V register.
    pub(crate) fn has_long_vectors(&self) -> bool {
        let hidden = self.sys(SysReg::CPTR_EL2) & crate::sys::cptr::TZ != 0;
        self.features.contains(Feature::SVE) && !hidden && self.vector_lengths > 1
    }

    /// CurrentVL in bytes: the longest implemented length that ZCR_EL1.LEN allows, or the shortest.
    #[inline]
    pub fn vector_bytes(&self) -> usize {
        let wanted = (2u32 << (self.sys(SysReg::ZCR_EL1) & 15)) - 1;
        let allowed = u32::from(self.vector_lengths) & wanted;
        let longest = if allowed == 0 { self.vector_lengths.trailing_zeros() } else { allowed.ilog2() };
        QUADWORD * (longest as usize + 1)
    }

    /// Reads a Z register at the current length.
    #[inline]
    pub fn z(&self, index: u8) -> Vector {
        let mut vector = self.whole_z(index);
        vector.0[self.vector_bytes().min(LONGEST_VECTOR)..].fill(0);
        vector
    }

    /// Writes a Z register at the current length; the rest becomes zero.
    #[inline]
    pub fn set_z(&mut self, index: u8, vector: &Vector) {
        let mut kept = *vector;
        kept.0[self.vector_bytes().min(LONGEST_VECTOR)..].fill(0);
        self.set_whole_z(index, &kept);
    }

    /// A Z register at its full length.
    pub fn whole_z(&self, index: u8) -> Vector {
        let index = usize::from(index & 31);
        let mut vector = if self.upper_live[index] != 0 { self.scalable.upper[index] } else { Vector::ZERO };
        vector.set_quadword(0, self.v[index]);
        vector
    }

    /// Writes a Z register at its full length.
    pub fn set_whole_z(&mut self, index: u8, vector: &Vector) {
        let index = usize::from(index & 31);
        self.v[index] = vector.quadword(0);
        let live = vector.0[QUADWORD..].iter().any(|&byte| byte != 0);
        self.upper_live[index] = u8::from(live);
        if live {
            self.scalable.upper[index] = *vector;
        }
    }

    /// Reads P0..P15 at the current length.
    #[inline]
    pub fn p(&self, index: u8) -> Predicate {
        self.whole_p(index).within(self.vector_bytes())
    }

    /// Writes P0..P15 at the current length; the rest becomes zero.
    #[inline]
    pub fn set_p(&mut self, index: u8, predicate: &Predicate) {
        let kept = predicate.within(self.vector_bytes());
        self.set_whole_p(index, &kept);
    }

    /// P0..P15 at its full length.
    pub fn whole_p(&self, index: u8) -> Predicate {
        self.scalable.predicates[usize::from(index) % PREDICATES]
    }

    /// Writes P0..P15 at its full length.
    pub fn set_whole_p(&mut self, index: u8, predicate: &Predicate) {
        self.scalable.predicates[usize::from(index) % PREDICATES] = *predicate;
    }

    /// FFR.
    pub fn ffr(&self) -> Predicate {
        self.scalable.first_fault
    }

    /// Writes FFR.
    pub fn set_ffr(&mut self, predicate: &Predicate) {
        self.scalable.first_fault = *predicate;
    }

    /// Z, P and FFR as they are after reset.
    pub(crate) fn reset_scalable(&mut self) {
        self.upper_live = [0; 32];
        self.scalable = Scalable::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predicates_end_where_their_vectors_do() {
        let all = Predicate([u64::MAX; 4]);
        assert_eq!(all.within(16).0, [0xffff, 0, 0, 0]);
        assert_eq!(all.within(64).0, [u64::MAX, 0, 0, 0]);
        assert_eq!(all.within(144).0, [u64::MAX, u64::MAX, 0xffff, 0]);
        assert_eq!(all.within(256), all);
    }

    #[test]
    fn elements_are_where_their_size_says() {
        let mut vector = Vector::ZERO;
        vector.set(2, 3, 0xffff_ffff_8000_0001);
        assert_eq!((vector.get(2, 3), vector.signed(2, 3), vector.get(0, 12), vector.get(3, 2)), (0x8000_0001, -0x7fff_ffff, 1, 0));
        let mut predicate = Predicate::NONE;
        predicate.set_bit(13, true);
        predicate.set(2, 3, true);
        assert!(predicate.active(2, 3) && !predicate.bit(13));
    }
}
