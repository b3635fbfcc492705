//! SVE moves of elements: broadcast, reverse, interleave, unpack, table look-up, select, last elements. Computes nothing.

mod broadcast;
mod last;
mod place;
mod select;
mod table;
mod turn;

pub use broadcast::*;
pub use last::*;
pub use place::*;
pub use select::*;
pub use table::*;
pub use turn::*;

use crate::cpu::{LONGEST_VECTOR, ScalableVector};

/// Copies the element `from` of `source` to the element `index` of `out`, of 2^`size` bytes (0 to 4).
#[inline(always)]
fn copy_element(out: &mut ScalableVector, index: usize, source: &ScalableVector, from: usize, size: u8) {
    let (bytes, last) = (1usize << size, LONGEST_VECTOR - 1);
    let (to, from) = (index << size & last, from << size & last);
    out.0[to..to + bytes].copy_from_slice(&source.0[from..from + bytes]);
}
