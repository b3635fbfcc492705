//! Everything about guest files, on files built by hand. No file comes from a compiler: each byte that matters is visible.

mod build;
mod dtb;
mod elf;
mod fuzz;
mod image;
mod place;

use std::ops::Range;

/// 64 MiB where the board has it.
pub const RAM: Range<u64> = 0x4000_0000..0x4400_0000;

/// Options with the usual RAM.
pub fn options() -> loader::Options<'static> {
    loader::Options::new(RAM)
}
