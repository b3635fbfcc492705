//! A hypervisor's answers on the spot: exits that need nothing of it but the PE's registers and its own devices are dealt with where
//! they happen, and the PE goes on. What such an answer is, the hypervisor decides; what it declines leaves as ever.

use std::any::Any;

use super::{Cpu, Exit, Pending};

/// What deals with exits while the PE runs.
pub trait Hypervisor: Any + Send {
    /// About the exit in `Cpu::pending`: true when the instruction is done, its results in the registers of `cpu`; pc and counts are the engine's to move on. False
    /// leaves everything as it was: the exit leaves the engine. `Cpu::retired` and what depends on it are not exact here.
    fn answer(&mut self, cpu: &mut Cpu) -> bool;
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
            self.pending = Pending::None;
        }
        done
    }
}
