//! Software step: the state machine of the Arm ARM ("Software Step exceptions"). PSTATE.SS set is active-not-pending: the next
//! instruction executes; clear is active-pending: the exception comes before it.

use super::{DEBUG_STATUS, mdscr};
use crate::cpu::{Cpu, ExceptionClass, Pstate, Stop};
use crate::insn::{Insn, Op};
use sysregs::SysReg;

/// ISS.ISV: EX is valid.
const VALID: u32 = 1 << 24;
/// ISS.EX: the stepped instruction was a load-exclusive.
const EXCLUSIVE: u32 = 1 << 6;

/// SoftwareStep_SteppedEX().
pub fn exclusive_load(insn: &Insn) -> bool {
    matches!(insn.op, Op::LDXR | Op::LDAXR | Op::LDXP | Op::LDAXP)
}

impl Cpu {
    fn step_active(&self) -> bool {
        self.debug.stepping && self.debug_enabled()
    }

    /// Before an instruction is fetched: a step that is done.
    pub fn check_step(&mut self) -> Result<(), Stop> {
        if self.pstate.ss {
            return Ok(());
        }
        if !self.step_active() {
            // What becomes active again from here on has not stepped anything.
            self.abandon_step();
            return Ok(());
        }
        let iss = match self.debug.stepped.take() {
            None => 0,
            Some(false) => VALID,
            Some(true) => VALID | EXCLUSIVE,
        };
        let (lower, same) = (ExceptionClass::SoftwareStepLower, ExceptionClass::SoftwareStepSame);
        Err(self.debug_exception(lower, same, iss | DEBUG_STATUS, None))
    }

    /// True when the instruction about to execute is stepped.
    pub fn stepping(&self) -> bool {
        self.pstate.ss && self.step_active()
    }

    /// SSAdvance(): a stepped instruction is done. Whoever completes an instruction for the engine calls this, too.
    pub fn finish_step(&mut self, exclusive: bool) {
        self.pstate.ss = false;
        self.debug.stepped = Some(exclusive);
    }

    /// Forgets a step that an exception overtook.
    pub(in crate::cpu) fn abandon_step(&mut self) {
        self.debug.stepped = None;
    }

    /// The hypervisor lets the guest execute one instruction before the next step exception.
    pub fn arm_step(&mut self) {
        self.pstate.ss = true;
    }

    /// DebugExceptionReturnSS(): PSTATE.SS after an exception return to `new`.
    pub(in crate::cpu) fn returned_step(&self, new: Pstate) -> bool {
        let stepping = self.debug.hypervisor.is_none() && self.sys(SysReg::MDSCR_EL1) & mdscr::SS != 0 && self.debug.stepping;
        let target = self.debug_enabled_from(new.el, new.daif & super::daif::D != 0);
        stepping && !self.debug_enabled() && target && new.ss
    }
}
