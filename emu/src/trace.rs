//! What can be observed of a run: the events, not how they are written down. No event changes the run.

use crate::cpu::{Exit, Vector};
use crate::insn::Insn;

/// Receives events of one PE, in order.
pub trait Trace: Send {
    /// True when [`Self::instruction`] wants every instruction. The engine then steps one by one, and the pc that comes with the
    /// read of a system register is exact; otherwise it may be that of the block.
    fn wants_instructions(&self) -> bool;
    /// An instruction at `pc` is about to execute at exception level `el`.
    fn instruction(&mut self, el: u8, pc: u64, insn: &Insn);
    /// An exception to EL1: vector kind, preferred return address, ESR_EL1 and FAR_EL1 as written.
    fn exception(&mut self, vector: Vector, return_address: u64, esr: u64, far: u64);
    /// A system register access that completed (`encoding` as `sysregs::Encoding` packs it), also when the hypervisor answered it.
    fn system_register(&mut self, pc: u64, encoding: u16, write: bool, value: u64);
    /// An access to a device, when its value is known.
    fn mmio(&mut self, pc: u64, access: &Mmio);
    /// An exit to the hypervisor, with X0 to X3 as they are.
    fn exit(&mut self, pc: u64, exit: &Exit, arguments: [u64; 4]);
}

/// An access to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mmio {
    /// Guest physical address.
    pub address: u64,
    /// Bytes.
    pub size: u32,
    /// A store.
    pub write: bool,
    /// The data; None when nothing answered and the access ends in an external abort.
    pub value: Option<u64>,
}
