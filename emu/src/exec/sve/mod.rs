//! Scalable vectors (FEAT_SVE, FEAT_SVE2): who may use them, and the loops over elements that the groups share. A function of a group
//! says what happens to one element; values are u64, elements have 2^size bytes.

pub(super) mod fp;
pub(super) mod integer;
pub(super) mod memory;
pub(super) mod permute;
pub(super) mod predicate;
pub(super) mod quadword;
pub(super) mod sve2;

use sysregs::SysReg;

use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Predicate, ScalableVector, Stop};
use crate::insn::Insn;

/// CPACR_EL1.ZEN and SMEN.
const ZEN: u32 = 16;
const SMEN: u32 = 24;

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

    /// CheckSVEEnabled(): every SVE instruction calls this first.
    #[inline(always)]
    pub(super) fn check_sve(&mut self) -> Result<(), Stop> {
        self.check_scalable(false)
    }

    /// Elements of 2^`size` bytes in a vector now.
    #[inline(always)]
    pub(super) fn elements(&self, size: u8) -> usize {
        self.vector_bytes() >> size
    }
}

/// PredTest(): the flags for `result` under `mask`, elements of 2^`size` bytes: N the first active, Z none active, C not the last.
pub(super) fn set_predicate_flags(cpu: &mut Cpu, mask: &Predicate, result: &Predicate, size: u8) {
    let elements = cpu.elements(size);
    let mut considered = (0..elements).filter(|&index| mask.active(size, index));
    let first = considered.next();
    let last = considered.next_back().or(first);
    let set = |index: Option<usize>| index.is_some_and(|index| result.active(size, index));
    let any = (0..elements).any(|index| mask.active(size, index) && result.active(size, index));
    cpu.nzcv = u32::from(set(first)) << 31 | u32::from(!any) << 30 | u32::from(!set(last)) << 29;
}

/// Where ZIP, UZP and TRN of `elements` take the element `index` from: true for the second source, and the place there.
pub(super) mod sources {
    pub fn zip1(_elements: usize, index: usize) -> (bool, usize) {
        (index % 2 == 1, index / 2)
    }

    pub fn zip2(elements: usize, index: usize) -> (bool, usize) {
        (index % 2 == 1, (elements + index) / 2)
    }

    pub fn uzp1(elements: usize, index: usize) -> (bool, usize) {
        (2 * index >= elements, 2 * index % elements)
    }

    pub fn uzp2(elements: usize, index: usize) -> (bool, usize) {
        (2 * index >= elements, 2 * index % elements + 1)
    }

    pub fn trn1(_elements: usize, index: usize) -> (bool, usize) {
        (index % 2 == 1, index & !1)
    }

    pub fn trn2(_elements: usize, index: usize) -> (bool, usize) {
        (index % 2 == 1, index | 1)
    }
}

/// Zd = f(Zn, Zm), every element.
#[inline(always)]
pub(super) fn binary(cpu: &mut Cpu, insn: &Insn, f: impl Fn(u64, u64) -> u64) -> Result<(), Stop> {
    cpu.check_sve()?;
    let (n, m, mut out) = (cpu.z(insn.rn), cpu.z(insn.rm), ScalableVector::ZERO);
    for index in 0..cpu.elements(insn.size) {
        out.set(insn.size, index, f(n.get(insn.size, index), m.get(insn.size, index)));
    }
    cpu.set_z(insn.rd, &out);
    Ok(())
}
