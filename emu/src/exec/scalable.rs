//! Scalable vectors: who may use them, and how long they are. No other SVE instruction is executed.

use sysregs::SysReg;

use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Stop};
use crate::insn::Insn;

/// CPACR_EL1.ZEN and SMEN.
const ZEN: u32 = 16;
const SMEN: u32 = 24;
/// Bytes of a vector with LEN = 0.
const QUADWORD: u64 = 16;

impl Cpu {
    /// CheckSVEEnabled() and CheckSMEAccess(): the traps to EL1 come first, then EL2's.
    pub(crate) fn check_scalable(&mut self, matrix: bool) -> Result<(), Stop> {
        let (field, class, hidden) = match matrix {
            false => (ZEN, ExceptionClass::SveAccess, crate::sys::cptr::TZ),
            true => (SMEN, ExceptionClass::SmeAccess, crate::sys::cptr::TSM),
        };
        let enable = self.sys(SysReg::CPACR_EL1) >> field & 3;
        let user = self.pstate.el == ExceptionLevel::EL0;
        if enable & 1 == 0 || (enable == 1 && user) {
            return Err(self.raise(Exception::new(class, 0)));
        }
        self.check_fp()?;
        if self.sys(SysReg::CPTR_EL2) & hidden != 0 { Err(self.exit(Exit::FpTrap)) } else { Ok(()) }
    }

    /// CurrentVL in bytes: the longest implemented length that ZCR_EL1.LEN allows, or the shortest.
    fn vector_bytes(&self) -> u64 {
        let wanted = (2u32 << (self.sys(SysReg::ZCR_EL1) & 15)) - 1;
        let allowed = u32::from(self.vector_lengths) & wanted;
        let longest = if allowed == 0 { self.vector_lengths.trailing_zeros() } else { allowed.ilog2() };
        QUADWORD * u64::from(longest + 1)
    }
}

/// RDVL.
pub fn rdvl(cpu: &mut Cpu, insn: &Insn) -> Result<(), Stop> {
    cpu.check_scalable(false)?;
    cpu.set_r(insn.rd, cpu.vector_bytes().wrapping_mul(insn.imm));
    Ok(())
}
