//! Loads and stores of 64 bytes (FEAT_LS64, FEAT_LS64_V, FEAT_LS64_ACCDATA). Memory is accessed in eight parts: no host has a single-copy atomic
//! access of that size. Not here: what a store with a status does to memory that is there, which depends on the memory.

use sysregs::{Feature, SysReg};

use super::ldst::{Done, base, base_tags};
use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Pending, Stop};
use crate::insn::Insn;
use crate::sys::hcrx;

/// What the forms are enabled by, and how exceptions call them.
struct Form {
    /// Bit of SCTLR_EL1, for EL0.
    enable: u32,
    /// Bit of HCRX_EL2.
    hypervisor: u64,
    /// ISS of a trap.
    trap: u32,
    /// ISS.LST of an abort.
    kind: u64,
}

const PLAIN: Form = Form { enable: 56, hypervisor: hcrx::ENALS, trap: 2, kind: 2 };
const STATUS: Form = Form { enable: 54, hypervisor: hcrx::ENASR, trap: 0, kind: 1 };
const ACCDATA: Form = Form { enable: 55, hypervisor: hcrx::ENAS0, trap: 1, kind: 3 };

/// KVM makes an Undefined Instruction exception of a trap to EL2.
fn check_enabled(cpu: &mut Cpu, form: &Form) -> Done {
    if cpu.pstate.el == ExceptionLevel::EL0 && cpu.sys(SysReg::SCTLR_EL1) >> form.enable & 1 == 0 {
        return Err(cpu.raise(Exception::new(ExceptionClass::LoadStore64, form.trap)));
    }
    let trapped = cpu.features.contains(Feature::HCX) && cpu.sys(SysReg::HCRX_EL2) & form.hypervisor == 0;
    if trapped { Err(cpu.undefined()) } else { Ok(()) }
}

/// Adds to an abort of stage 2 what only these instructions have: ISV with eight bytes from Xt on, LST, and with a status its register.
fn describe(cpu: &mut Cpu, insn: &Insn, form: &Form, stop: Stop) -> Stop {
    if let Pending::Exit(Exit::Stage2(abort)) = &mut cpu.pending
        && !abort.table_walk()
    {
        let status = if form.kind == PLAIN.kind { 0 } else { u64::from(insn.rm.min(31)) << 32 };
        abort.esr |= status | 1 << 24 | 3 << 22 | u64::from(insn.rd) << 16 | 1 << 15 | form.kind << 11;
    }
    stop
}

fn registers(cpu: &Cpu, insn: &Insn) -> [u64; 8] {
    std::array::from_fn(|number| cpu.r(insn.rd + number as u8))
}

/// LD64B.
pub fn load(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu, &PLAIN)?;
    let address = base(cpu, insn)?;
    let words = cpu.load_block(address, base_tags(insn)).map_err(|stop| describe(cpu, insn, &PLAIN, stop))?;
    (insn.rd..).zip(words).for_each(|(register, word)| cpu.set_r(register, word));
    Ok(())
}

/// ST64B.
pub fn store(cpu: &mut Cpu, insn: &Insn) -> Done {
    check_enabled(cpu, &PLAIN)?;
    let address = base(cpu, insn)?;
    let words = registers(cpu, insn);
    cpu.store_block(address, words, base_tags(insn)).map_err(|stop| describe(cpu, insn, &PLAIN, stop))
}

/// ST64BV.
pub fn store_with_status(cpu: &mut Cpu, insn: &Insn) -> Done {
    store_for_status(cpu, insn, &STATUS)
}

/// ST64BV0, whose lowest word is ACCDATA_EL1's.
pub fn store_accelerator(cpu: &mut Cpu, insn: &Insn) -> Done {
    store_for_status(cpu, insn, &ACCDATA)
}

fn store_for_status(cpu: &mut Cpu, insn: &Insn, form: &Form) -> Done {
    check_enabled(cpu, form)?;
    let address = base(cpu, insn)?;
    cpu.check_block_store(address, base_tags(insn)).map_err(|stop| describe(cpu, insn, form, stop))?;
    super::system::unimplemented(cpu, insn)
}
