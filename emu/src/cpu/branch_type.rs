//! Branch target identification (FEAT_BTI): what indirect branches leave in PSTATE.BTYPE, and where they may land. Engines
//! decode and ask; nothing here knows of blocks.

use sysregs::SysReg;

use super::{Cpu, Exception, ExceptionClass, ExceptionLevel, Stop};
use crate::insn::{Insn, Op};

/// BTypeNext of an indirect branch in a page that is guarded or not; 0 for everything else, RET among them.
pub fn branch_type(insn: &Insn, guarded: bool) -> u8 {
    match insn.op {
        Op::BR | Op::BRAA | Op::BRAB | Op::BRAAZ | Op::BRABZ => {
            if guarded && !matches!(insn.rn, 16 | 17) {
                0b11
            } else {
                0b01
            }
        }
        Op::BLR | Op::BLRAA | Op::BLRAB | Op::BLRAAZ | Op::BLRABZ => 0b10,
        _ => 0,
    }
}

impl Cpu {
    /// The first instruction after a branch that left PSTATE.BTYPE set: in a guarded page it has to be one on which such a
    /// branch may land.
    ///
    /// SPSR_EL1.BTYPE of an exception that the instruction itself takes is zero where the Arm ARM leaves the choice
    /// (AArch64.TakeException), so that BTYPE is cleared before it executes; a breakpoint instruction must keep it.
    #[inline]
    pub fn check_branch_target(&mut self, first: &Insn, guarded: bool) -> Result<(), Stop> {
        if guarded {
            self.check_guarded(first)?;
        }
        if first.op != Op::BRK {
            self.pstate.btype = 0;
        }
        Ok(())
    }

    #[cold]
    fn check_guarded(&mut self, first: &Insn) -> Result<(), Stop> {
        let branch_type = self.pstate.btype;
        if self.may_land(first, branch_type) {
            return Ok(());
        }
        Err(self.raise(Exception::new(ExceptionClass::BranchTarget, branch_type.into())))
    }

    /// The values of PSTATE.BTYPE, as bits, with which execution may go on at `first` and then has none: what generated code asks
    /// before an indirect branch. What depends on controls, or keeps BTYPE, is left to [`Self::check_branch_target`].
    pub(crate) fn landings(&self, first: &Insn, guarded: bool) -> u32 {
        if first.op == Op::BRK {
            return 1;
        }
        let pointer_authentication = matches!(first.bits(11, 5), 25 | 27);
        let lands = |branch_type: u8| !guarded || self.may_land(first, branch_type) && !(branch_type == 0b11 && pointer_authentication);
        (1..4).filter(|&branch_type| lands(branch_type)).fold(1, |bits, branch_type| bits | 1 << branch_type)
    }

    /// BTypeCompatible.
    fn may_land(&self, first: &Insn, branch_type: u8) -> bool {
        const HINT_MASK: u32 = 0xffff_f01f;
        match first.op {
            Op::BRK | Op::HLT => true,
            _ if first.word & HINT_MASK == 0xd503_201f => match first.bits(11, 5) {
                // PACIASP, PACIBSP.
                25 | 27 => branch_type != 0b11 || self.sys(SysReg::SCTLR_EL1) >> self.landing_control() & 1 == 0,
                // BTI c, j, jc.
                34 => branch_type != 0b11,
                36 => branch_type != 0b10,
                38 => true,
                _ => false,
            },
            _ => false,
        }
    }

    /// SCTLR_EL1.BT0 or BT1.
    fn landing_control(&self) -> u32 {
        if self.pstate.el == ExceptionLevel::EL0 { 35 } else { 36 }
    }
}
