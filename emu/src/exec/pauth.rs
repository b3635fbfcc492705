//! Pointer authentication instructions: signing, authenticating, stripping, and the branches and loads that authenticate.
//! Computes no codes; that is `cpu::pauth`'s.

use sysregs::SysReg;

use super::branch::{branch_address, link_and_branch, plain_branch};
use crate::cpu::pac_memo::Operation;
use crate::cpu::{Cpu, ExceptionLevel, Exit, PauthKey, Stop};
use crate::insn::{Insn, SINK};
use crate::mem::Tags;

type Done = Result<(), Stop>;

/// A key as a parameter of a row.
pub(super) trait Key {
    const KEY: PauthKey;
    /// The bit of SCTLR_EL1 that enables the instructions of the key.
    const ENABLE: u32;
}

macro_rules! keys {
    ($($name:ident $enable:literal;)*) => {$(
        pub(super) struct $name;
        impl Key for $name {
            const KEY: PauthKey = PauthKey::$name;
            const ENABLE: u32 = $enable;
        }
    )*};
}

keys! {
    IA 31;
    IB 30;
    DA 27;
    DB 13;
}

/// What is both read and written: XZR reads as zero.
fn pointer(cpu: &Cpu, insn: &Insn) -> u64 {
    if insn.rd == SINK { 0 } else { cpu.r(insn.rd) }
}

/// HCR_EL2.API clear: the hypervisor traps.
fn check_trap(cpu: &mut Cpu) -> Done {
    if cpu.sys(SysReg::HCR_EL2) & crate::sys::hcr::API == 0 {
        return Err(cpu.exit(Exit::PauthTrap));
    }
    Ok(())
}

/// False when the key's instructions leave pointers alone.
fn enabled<K: Key>(cpu: &mut Cpu) -> Result<bool, Stop> {
    if cpu.sys(SysReg::SCTLR_EL1) >> K::ENABLE & 1 == 0 {
        return Ok(false);
    }
    check_trap(cpu).map(|()| true)
}

/// PACIA and the like: `rn` is the modifier.
pub fn pac<K: Key>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let (pointer, modifier) = (pointer(cpu, insn), cpu.r(insn.rn));
    let signed = match enabled::<K>(cpu)? {
        true => cpu.sign(pointer, modifier, K::KEY),
        false => cpu.pass(Operation::sign(K::KEY), pointer, modifier, K::KEY),
    };
    cpu.set_r(insn.rd, signed);
    Ok(())
}

fn authenticated<K: Key>(cpu: &mut Cpu, pointer: u64, modifier: u64, combined: bool) -> Result<u64, Stop> {
    match enabled::<K>(cpu)? {
        true => cpu.authenticate(pointer, modifier, K::KEY, combined),
        false => Ok(cpu.pass(Operation::authenticate(K::KEY), pointer, modifier, K::KEY)),
    }
}

/// AUTIA and the like.
pub fn aut<K: Key>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let result = authenticated::<K>(cpu, pointer(cpu, insn), cpu.r(insn.rn), false)?;
    cpu.set_r(insn.rd, result);
    Ok(())
}

/// XPACI, XPACD (whose bit 10 is set), XPACLRI. Neither enabled nor trapped by anything.
pub fn xpac(cpu: &mut Cpu, insn: &Insn) -> Done {
    let data = insn.bits(31, 24) == 0xda && insn.bit(10);
    let result = cpu.strip_pac(pointer(cpu, insn), data);
    cpu.set_r(insn.rd, result);
    Ok(())
}

/// PACGA: the upper half of the code.
pub fn pacga(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_trap(cpu)?;
    let code = cpu.compute_pac(cpu.r(insn.rn), cpu.r(insn.rm), PauthKey::GA);
    cpu.set_r(insn.rd, code & !0xffff_ffff);
    Ok(())
}

/// BRAA, BRAAZ and the like: `rn` is the target, `rm` the modifier.
pub fn bra<K: Key>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let target = authenticated::<K>(cpu, cpu.r(insn.rn), cpu.r(insn.rm), true)?;
    plain_branch(cpu, insn, target);
    Ok(())
}

/// BLRAA, BLRAAZ and the like.
pub fn blra<K: Key>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let target = authenticated::<K>(cpu, cpu.r(insn.rn), cpu.r(insn.rm), true)?;
    link_and_branch(cpu, insn, target);
    Ok(())
}

/// RETAA, RETAB.
pub fn reta<K: Key>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let target = authenticated::<K>(cpu, cpu.r(insn.rn), cpu.r(insn.rm), true)?;
    cpu.pc = branch_address(cpu, target);
    Ok(())
}

/// ERETAA, ERETAB.
pub fn ereta<K: Key>(cpu: &mut Cpu, insn: &Insn) -> Done {
    if cpu.pstate.el == ExceptionLevel::EL0 {
        return Err(cpu.undefined());
    }
    let target = authenticated::<K>(cpu, cpu.sys(SysReg::ELR_EL1), cpu.r(insn.rm), true)?;
    cpu.exception_return(target);
    Ok(())
}

/// LDRAA, LDRAB: the base is authenticated with a modifier of zero, and written back when bit 11 says so.
pub fn ldra<K: Key>(cpu: &mut Cpu, insn: &Insn) -> Done {
    let base = super::ldst::base(cpu, insn)?;
    let address = authenticated::<K>(cpu, base, 0, true)?.wrapping_add(insn.imm);
    let tags = if insn.bit(11) { Tags::Checked } else { super::ldst::base_tags(insn) };
    let value = cpu.load::<u64>(address, tags)?;
    cpu.set_r(insn.rd, value);
    if insn.bit(11) {
        cpu.set_r(insn.rn, address);
    }
    Ok(())
}
