//! Where things are in the memory of both PEs. Nothing else.

pub const RAM: u64 = 0x1_0000;
pub const RAM_SIZE: usize = 0x3_0000;
pub const CODE: u64 = 0x1_0000;
pub const FUNCTION: u64 = 0x1_2000;
pub const VECTORS: u64 = 0x1_4000;
pub const TABLE: u64 = 0x1_8000;
pub const DATA: u64 = 0x2_0000;
pub const DATA_SIZE: u64 = 0x1_0000;
/// Registers that point into the data area.
pub const POINTERS: std::ops::Range<u32> = 20..24;
/// Distance of a second mapping of the first page of code, for changing it.
pub const ALIAS: u64 = 0x10_0000;
/// Multiples of 1 << 32 at which everything may be mapped once more, all of them, or one at a time or none: none from which ADRP reaches
/// the usual place.
pub const ELSEWHERE: std::ops::Range<u64> = 2..7;
