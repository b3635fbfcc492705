//! What is at a page of guest physical memory without a slot, in a word that a PE remembers: a frame of the interrupt controller, or what
//! the VMM's devices may know. Decides nothing that `mmio` does not decide.

use crate::device::Frame;
use crate::vm::Vm;

/// Who answers for a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Port {
    /// The interrupt controller: the frame at the page's first byte.
    Gic(Frame),
    /// An ITS.
    Its,
    /// The VMM, if anybody.
    Vmm,
    /// Nobody: user space, or an abort, decides.
    Nobody,
}

/// In the low byte of a word.
const NOBODY: u64 = 0;
const DISTRIBUTOR: u64 = 1;
const REDISTRIBUTOR: u64 = 2;
const CPU_INTERFACE: u64 = 3;
const ITS: u64 = 4;
const VMM: u64 = 5;

/// Positions of a redistributor's owner and of the offset in a frame, which is below 2^20.
const OWNER: u32 = 8;
const OFFSET: u32 = 32;

impl Port {
    /// As a word; 0 is [`Port::Nobody`].
    pub fn to_word(self) -> u64 {
        match self {
            Port::Gic(Frame::Distributor(offset)) => DISTRIBUTOR | offset << OFFSET,
            Port::Gic(Frame::Redistributor(owner, offset)) => REDISTRIBUTOR | (owner as u64) << OWNER | offset << OFFSET,
            Port::Gic(Frame::CpuInterface(offset)) => CPU_INTERFACE | offset << OFFSET,
            Port::Its => ITS,
            Port::Vmm => VMM,
            Port::Nobody => NOBODY,
        }
    }

    /// From a word, at an address in the page.
    #[inline(always)]
    pub fn at(word: u64, address: u64) -> Port {
        let offset = (word >> OFFSET) + (address & 0xfff);
        match word & 0xff {
            DISTRIBUTOR => Port::Gic(Frame::Distributor(offset)),
            REDISTRIBUTOR => Port::Gic(Frame::Redistributor((word >> OWNER & 0xffff) as usize, offset)),
            CPU_INTERFACE => Port::Gic(Frame::CpuInterface(offset)),
            ITS => Port::Its,
            VMM => Port::Vmm,
            _ => Port::Nobody,
        }
    }
}

impl Vm {
    /// Who answers for the page of an address. It stays so until memory slots or ITSs change, and then every vCPU's TLB is flushed.
    pub(super) fn port(&self, address: u64) -> Port {
        let page = address & !0xfff;
        if page >> self.ipa_bits != 0 || self.memory.is_slot(page) {
            return Port::Nobody;
        }
        if let Some(frame) = self.vgic.get().and_then(|vgic| vgic.locate(page)) {
            return Port::Gic(frame);
        }
        if self.its_at(page).is_some() { Port::Its } else { Port::Vmm }
    }
}
