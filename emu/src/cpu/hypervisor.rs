//! A hypervisor's answers on the spot: exits that need nothing of it but the PE's registers and its own devices are dealt with where
//! they happen, and the PE goes on. What such an answer is, the hypervisor decides; what it declines leaves as ever.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use super::{Cpu, Exit, Pending};

/// A word of a device that a load does not change, and whose owner keeps it up to date: the PE looks for itself.
#[derive(Clone, Debug)]
pub struct PublishedWord {
    /// Physical address.
    pub address: u64,
    /// Its value, for loads with acquire semantics.
    pub value: Arc<AtomicU32>,
}

/// What deals with exits while the PE runs.
pub trait Hypervisor: Any + Send {
    /// About the exit in `Cpu::pending`: true when the instruction is done, its results in the registers of `cpu`; pc and counts are the engine's to move on. False
    /// leaves everything as it was: the exit leaves the engine. `Cpu::retired` and what depends on it are not exact here.
    fn answer(&mut self, cpu: &mut Cpu) -> bool;

    /// The same for HVC, which the PE may execute: the general registers are X0 to X30 and the stack pointer.
    fn hypercall(&mut self, registers: &mut [u64; 64]) -> bool;

    /// What is in the page of a physical address without memory, in words of the hypervisor's own that stay true until it has the TLB
    /// flushed; 0 is nothing that it answers for.
    fn port(&mut self, address: u64) -> u64;

    /// The words that are published in the page of a port, for as long as the port stays true. Loads of them are counted in
    /// [`Cpu::published_loads`].
    fn published(&mut self, port: u64, page: u64) -> Vec<PublishedWord>;

    /// As [`Self::answer`] for a load of 1 << `size` bytes from a physical address with a port, by an instruction with a valid syndrome:
    /// what is there. None has it leave.
    fn load(&mut self, port: u64, address: u64, size: u8) -> Option<u64>;

    /// The same for a store.
    fn store(&mut self, port: u64, address: u64, size: u8, value: u64) -> bool;
}

impl Cpu {
    /// Offers the pending exit to the hypervisor; true when the instruction is done after all. Who traces wants to see exits.
    #[inline]
    pub(crate) fn answered(&mut self) -> bool {
        if self.trace.is_some() || !matches!(self.pending, Pending::Exit(Exit::Hvc(_) | Exit::Stage2(_) | Exit::SysReg(_))) {
            return false;
        }
        let Some(mut hypervisor) = self.hypervisor.take() else { return false };
        let done = hypervisor.answer(self);
        self.hypervisor = Some(hypervisor);
        if done {
            // The ERET that would have brought the PE back does it.
            self.monitor.clear();
            self.pending = Pending::None;
        }
        done
    }
}
