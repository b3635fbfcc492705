//! Branches and exception generation. Every function leaves `cpu.pc` at what executes next.

use sysregs::{Feature, SysReg};

use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Stop};
use crate::insn::Insn;
use crate::math::bits::{add_with_carry64, condition_holds};

type Done = Result<(), Stop>;

#[inline(always)]
fn branch_if(cpu: &mut Cpu, taken: bool, target: u64) -> Done {
    cpu.pc = if taken { target } else { cpu.pc.wrapping_add(4) };
    Ok(())
}

#[inline(always)]
pub fn b(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.pc = insn.imm;
    Ok(())
}

#[inline(always)]
pub fn bl(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.x[30] = cpu.pc.wrapping_add(4);
    cpu.pc = insn.imm;
    Ok(())
}

#[inline(always)]
pub fn b_cond(cpu: &mut Cpu, insn: &Insn) -> Done {
    branch_if(cpu, condition_holds(insn.opt, cpu.nzcv), insn.imm)
}

#[inline(always)]
fn compared(cpu: &Cpu, insn: &Insn) -> u64 {
    if insn.size == 1 { cpu.r(insn.rd) } else { cpu.w(insn.rd).into() }
}

#[inline(always)]
pub fn cbz(cpu: &mut Cpu, insn: &Insn) -> Done {
    branch_if(cpu, compared(cpu, insn) == 0, insn.imm)
}

#[inline(always)]
pub fn cbnz(cpu: &mut Cpu, insn: &Insn) -> Done {
    branch_if(cpu, compared(cpu, insn) != 0, insn.imm)
}

#[inline(always)]
pub fn tbz(cpu: &mut Cpu, insn: &Insn) -> Done {
    branch_if(cpu, cpu.r(insn.rd) >> insn.opt & 1 == 0, insn.imm)
}

#[inline(always)]
pub fn tbnz(cpu: &mut Cpu, insn: &Insn) -> Done {
    branch_if(cpu, cpu.r(insn.rd) >> insn.opt & 1 != 0, insn.imm)
}

/// The condition on the flags of a comparison.
fn compare_and_branch(cpu: &mut Cpu, insn: &Insn, left: u64, right: u64) -> Done {
    let (_, flags) = add_with_carry64(left, !right, true);
    branch_if(cpu, condition_holds(insn.opt, flags), insn.imm)
}

/// A 32-bit or narrower operand, extended as the condition compares it: HI, HS and LO unsigned, the others signed.
fn widened(insn: &Insn, value: u64, bits: u32) -> u64 {
    let shifted = value << (64 - bits);
    if matches!(insn.opt, 2 | 3 | 8) { shifted >> (64 - bits) } else { (shifted as i64 >> (64 - bits)) as u64 }
}

fn compare_registers(cpu: &mut Cpu, insn: &Insn, bits: u32) -> Done {
    let (left, right) = (widened(insn, cpu.r(insn.rd), bits), widened(insn, cpu.r(insn.rm), bits));
    compare_and_branch(cpu, insn, left, right)
}

pub fn cb_reg(cpu: &mut Cpu, insn: &Insn) -> Done {
    compare_registers(cpu, insn, 32 << insn.size)
}

pub fn cbb(cpu: &mut Cpu, insn: &Insn) -> Done {
    compare_registers(cpu, insn, 8)
}

pub fn cbh(cpu: &mut Cpu, insn: &Insn) -> Done {
    compare_registers(cpu, insn, 16)
}

pub fn cb_imm(cpu: &mut Cpu, insn: &Insn) -> Done {
    let left = widened(insn, cpu.r(insn.rd), 32 << insn.size);
    compare_and_branch(cpu, insn, left, insn.aux.into())
}

/// AArch64.BranchAddr(): a tagged branch target loses its tag when the regime ignores tags of instruction addresses.
#[inline(always)]
pub(super) fn branch_address(cpu: &Cpu, target: u64) -> u64 {
    cpu.branch_address(target)
}

/// BR and its like: `opt` is what PSTATE.BTYPE becomes (see [`crate::cpu::branch_type`]).
#[inline(always)]
pub(super) fn plain_branch(cpu: &mut Cpu, insn: &Insn, target: u64) {
    cpu.pc = branch_address(cpu, target);
    cpu.pstate.btype = insn.opt;
}

/// BLR and its like.
#[inline(always)]
pub(super) fn link_and_branch(cpu: &mut Cpu, insn: &Insn, target: u64) {
    cpu.x[30] = cpu.pc.wrapping_add(4);
    plain_branch(cpu, insn, target);
}

#[inline(always)]
pub fn br(cpu: &mut Cpu, insn: &Insn) -> Done {
    plain_branch(cpu, insn, cpu.r(insn.rn));
    Ok(())
}

#[inline(always)]
pub fn blr(cpu: &mut Cpu, insn: &Insn) -> Done {
    link_and_branch(cpu, insn, cpu.r(insn.rn));
    Ok(())
}

#[inline(always)]
pub fn ret(cpu: &mut Cpu, insn: &Insn) -> Done {
    cpu.pc = branch_address(cpu, cpu.r(insn.rn));
    Ok(())
}

pub fn eret(cpu: &mut Cpu, _: &Insn) -> Done {
    if cpu.pstate.el == ExceptionLevel::EL0 {
        return Err(cpu.undefined());
    }
    cpu.exception_return(cpu.sys(SysReg::ELR_EL1));
    Ok(())
}

/// DRPS exists in Debug state only.
pub fn drps(cpu: &mut Cpu, _: &Insn) -> Done {
    Err(cpu.undefined())
}

pub fn svc(cpu: &mut Cpu, insn: &Insn) -> Done {
    Err(cpu.raise(Exception::new(ExceptionClass::Svc64, insn.imm as u32).after()))
}

pub fn hvc(cpu: &mut Cpu, insn: &Insn) -> Done {
    if cpu.pstate.el == ExceptionLevel::EL0 || cpu.sys(SysReg::HCR_EL2) & crate::sys::hcr::HCD != 0 {
        return Err(cpu.undefined());
    }
    Err(cpu.exit(Exit::Hvc(insn.imm as u16)))
}

pub fn smc(cpu: &mut Cpu, insn: &Insn) -> Done {
    // Without HCR_EL2.TSC the call would reach EL3, which no modelled machine has.
    if cpu.pstate.el == ExceptionLevel::EL0 || cpu.sys(SysReg::HCR_EL2) & crate::sys::hcr::TSC == 0 {
        return Err(cpu.undefined());
    }
    Err(cpu.exit(Exit::Smc(insn.imm as u16)))
}

pub fn brk(cpu: &mut Cpu, insn: &Insn) -> Done {
    Err(cpu.software_breakpoint(insn.imm as u16))
}

/// HLT: halting debug is not enabled, so UNDEFINED; #0xF000 is the semihosting call when that is on.
pub fn hlt(cpu: &mut Cpu, insn: &Insn) -> Done {
    if insn.imm == 0xf000 && cpu.config.semihosting {
        return Err(cpu.exit(Exit::Semihosting));
    }
    Err(cpu.undefined())
}

/// DCPS1..3 exist in Debug state only.
pub fn dcps(cpu: &mut Cpu, _: &Insn) -> Done {
    Err(cpu.undefined())
}

pub fn udf(cpu: &mut Cpu, _: &Insn) -> Done {
    Err(cpu.undefined())
}

impl Cpu {
    /// See [`branch_address`].
    #[inline(always)]
    pub(crate) fn branch_address(&self, target: u64) -> u64 {
        let top = target >> 55;
        if top == 0 || top == 0x1ff { target } else { self.untagged_branch_target(target) }
    }

    /// The target of an indirect branch without its tag byte, where TCR_EL1.TBIx (and not TBIDx) says so.
    #[cold]
    fn untagged_branch_target(&self, target: u64) -> u64 {
        let tcr = self.sys(SysReg::TCR_EL1);
        let upper = target >> 55 & 1 != 0;
        let (ignored, data_only) = if upper { (tcr >> 38 & 1, tcr >> 52 & 1) } else { (tcr >> 37 & 1, tcr >> 51 & 1) };
        if ignored == 0 || (data_only != 0 && self.features.contains(Feature::PAuth)) {
            return target;
        }
        ((target << 8) as i64 >> 8) as u64
    }
}
