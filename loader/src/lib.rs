//! What a guest file says: ELF, Linux arm64 `Image`, raw binary, initrd and device tree blob become a [`Plan`].
//!
//! A plan names guest physical addresses and bytes; it deliberately never touches guest memory itself, so that every
//! refusal happens before a virtual machine exists, and so that the whole room can be fuzzed on plain byte slices.
//!
//! ```
//! let code = [0x1f, 0x20, 0x03, 0xd5]; // nop
//! let mut options = loader::Options::new(0x4000_0000..0x4800_0000);
//! options.load_addr = Some(0x4008_0000);
//! let plan = loader::load(&code, &options)?;
//! assert_eq!(plan.entry, 0x4008_0000);
//! # Ok::<(), loader::LoadError>(())
//! ```

pub mod dtb;
mod elf;
pub mod error;
mod image;
mod place;
mod plan;
mod sniff;
mod symbols;

pub use dtb::{DtbError, Fdt, Node};
pub use error::LoadError;
pub use place::DTB_MAX_SIZE;
pub use plan::{InitialRegisters, Kind, Options, Plan, Role, Segment};
pub use symbols::{Symbol, Symbols};

use sniff::Format;

/// Reads a guest file and decides where everything goes.
///
/// The options' initrd and DTB, when given, are placed too. A caller that generates its own device tree leaves
/// `options.dtb` empty, reads [`Plan::initrd`], builds the tree and calls [`Plan::place_dtb`].
///
/// # Errors
/// One [`LoadError`] variant per cause; [`LoadError::hint`] says what to do about it.
pub fn load<'a>(bytes: &'a [u8], options: &Options<'a>) -> Result<Plan<'a>, LoadError> {
    let ram = &options.ram;
    if ram.end <= ram.start {
        return Err(LoadError::ZeroMemory);
    }
    let mut plan = match sniff::format(bytes)? {
        Format::Elf => elf::plan(bytes, options)?,
        Format::Image => image::plan(bytes, options)?,
        Format::Raw => raw_plan(bytes, options)?,
    };
    plan.check()?;
    if let Some(initrd) = options.initrd {
        plan.place_initrd(initrd)?;
    }
    if let Some(dtb) = options.dtb
        && plan.place_dtb(dtb)?.is_none()
    {
        let start = plan.ram.start;
        plan.notes.push(format!("the device tree is left away: the ELF leaves no room for it at the start of RAM ({start:#x})"));
    }
    Ok(plan)
}

/// A file without a header is only what the user says it is, so the load address has no default.
fn raw_plan<'a>(bytes: &'a [u8], options: &Options<'a>) -> Result<Plan<'a>, LoadError> {
    let Some(load_addr) = options.load_addr else {
        return Err(LoadError::LoadAddressMissing { first: sniff::first_bytes(bytes) });
    };
    let mut plan = Plan::new(Kind::Raw, options);
    plan.entry = options.entry.unwrap_or(load_addr);
    plan.push(Segment::new(Role::Image, load_addr, bytes));
    Ok(plan)
}
