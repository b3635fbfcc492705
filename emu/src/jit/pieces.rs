//! What of a page's code names addresses of the guest, by number: what [`super::moves`] changes. Changes nothing itself.

use std::ops::Range;

/// What a region, or code that was made late for one, has that names addresses: numbers of sites, links, late entries and frames,
/// and constants.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    pub sites: Range<u32>,
    pub links: Range<u32>,
    pub entries: Range<u32>,
    pub frames: Range<u32>,
    /// Among [`super::store::Code`]'s constants.
    pub constants: Range<u32>,
}

/// As many numbers as there are of `more`, from the next of `kept`.
pub fn behind<T, M>(kept: &[T], more: &[M]) -> Range<u32> {
    kept.len() as u32..(kept.len() + more.len()) as u32
}

/// What there is of a page.
#[derive(Debug, Default)]
pub struct Movable {
    pub pieces: Vec<Piece>,
    /// Something in it cannot be changed.
    pub fixed: bool,
    /// Number of the last time ([`super::store::Code::epoch`]) at which it was found.
    pub used: u64,
}
