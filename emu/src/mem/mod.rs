//! Guest memory as the CPU sees it: physical slots, the software TLB, loads and stores. Device access is not here: an
//! address without memory is an [`crate::cpu::Exit::Stage2`].

mod access;
mod atomic;
mod code_lines;
mod elements;
mod invalidation;
mod order;
mod physical;
mod raw;
mod recent_slot;
mod scalable;
mod slot;
mod slots;
mod spaces;
mod span_set;
mod tag_check;
mod tags;
mod tlb;

pub use access::AccessKind;
pub use invalidation::{Flush, Halves, Reliance, is_upper};
pub use physical::{FirstWrites, MemoryError, PhysicalMemory};
pub use raw::{HostPage, Word};
pub use recent_slot::{RecentSlot, SlotView};
pub(crate) use slot::PlainSlot;
pub use slot::{Backing, Behind, HostPageIs, HostProbe, Slot, SlotFlags};
pub(crate) use spaces::{SPACES, Tables};
pub use tag_check::Tags;
pub(crate) use tag_check::{GRANULE, logical_tag};
pub use tags::{PageTags, TAG_WORDS};
pub(crate) use tlb::{MODES as SET_MODES, Port, layout as tlb_layout};
pub use tlb::{Tlb, TlbMode};
