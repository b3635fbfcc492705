//! Core registers (`struct kvm_regs`) as KVM_GET_ONE_REG and KVM_SET_ONE_REG see them, and the ids of the common ones.
//! Which ids exist is decided in `idregs::lookup`, not here.

use emu::cpu::Pstate;
use sysregs::SysReg;

use super::VcpuState;
use crate::abi::vcpu_feature;
use crate::errno::{EINVAL, Errno};

/// KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE.
const CORE_U64: u64 = 0x6030_0000_0010_0000;

/// The register id of X0..X30 (`number` 0..=30).
pub fn x(number: u64) -> u64 {
    CORE_U64 | (2 * number)
}

/// The register id of the program counter.
pub const PC: u64 = CORE_U64 | 64;
/// The register id of PSTATE.
pub const PSTATE: u64 = CORE_U64 | 66;

/// PSTATE.M[4]: AArch32.
pub(super) const AARCH32: u64 = 0x10;
/// AArch32 User and System mode.
const USER: u64 = 0x10;
const SYSTEM: u64 = 0x1f;
const EXCEPTION_LEVEL: u64 = 0xc;
const EL2: u64 = 8;

/// A part of `struct kvm_regs`, by the index of its first 32-bit word.
#[derive(Clone, Copy)]
enum Part {
    X(usize),
    Sp,
    Pc,
    Pstate,
    System(SysReg),
    V(usize),
    Fpsr,
    Fpcr,
}

fn part(word: u16) -> Option<Part> {
    Some(match word {
        0..=61 => Part::X(usize::from(word / 2)),
        62 => Part::Sp,
        64 => Part::Pc,
        66 => Part::Pstate,
        68 => Part::System(SysReg::SP_EL1),
        70 => Part::System(SysReg::ELR_EL1),
        72 => Part::System(SysReg::SPSR_EL1),
        74 => Part::System(SysReg::SPSR_abt),
        76 => Part::System(SysReg::SPSR_und),
        78 => Part::System(SysReg::SPSR_irq),
        80 => Part::System(SysReg::SPSR_fiq),
        84..=211 => Part::V(usize::from((word - 84) / 4)),
        212 => Part::Fpsr,
        213 => Part::Fpcr,
        _ => return None,
    })
}

impl VcpuState {
    /// A core register's value, in as many bits as it has.
    pub(super) fn get_core(&mut self, word: u16) -> Result<u128, Errno> {
        let cpu = &mut self.cpu;
        cpu.bank_stack_pointer();
        Ok(match part(word).ok_or(EINVAL)? {
            Part::X(number) => cpu.x[number].into(),
            Part::Sp => cpu.sys(SysReg::SP_EL0).into(),
            Part::Pc => cpu.pc.into(),
            Part::Pstate => self.foreign_pstate.unwrap_or_else(|| cpu.spsr_image()).into(),
            Part::System(register) => cpu.sys(register).into(),
            Part::V(number) => cpu.v[number],
            Part::Fpsr => cpu.fpsr.into(),
            Part::Fpcr => cpu.fpcr.into(),
        })
    }

    /// Writes a core register.
    pub(super) fn set_core(&mut self, word: u16, value: u128, aarch32_el0: bool) -> Result<(), Errno> {
        let cpu = &mut self.cpu;
        cpu.bank_stack_pointer();
        let low = value as u64;
        match part(word).ok_or(EINVAL)? {
            Part::X(number) => cpu.x[number] = low,
            Part::Sp => cpu.set_sys(SysReg::SP_EL0, low),
            Part::Pc => cpu.pc = low,
            Part::Pstate => self.set_pstate(low, aarch32_el0)?,
            Part::System(register) => cpu.set_sys(register, low),
            Part::V(number) => cpu.v[number] = value,
            Part::Fpsr => cpu.fpsr = value as u32,
            Part::Fpcr => cpu.fpcr = value as u32,
        }
        self.narrow_registers();
        self.reload();
        Ok(())
    }

    /// Re-selects the stack pointer from its bank, and everything derived from PSTATE and system registers.
    pub(super) fn reload(&mut self) {
        let cpu = &mut self.cpu;
        cpu.x[31] = cpu.sys(if cpu.pstate.sp { SysReg::SP_EL1 } else { SysReg::SP_EL0 });
        cpu.tlb.flush();
        cpu.update_derived();
    }

    /// PSTATE, checked as `set_core_reg` does: any bits with a mode that this vCPU can be in.
    fn set_pstate(&mut self, value: u64, aarch32_el0: bool) -> Result<(), Errno> {
        let features = self.features.unwrap_or_default();
        let narrow = features & vcpu_feature::EL1_32BIT != 0;
        let legal = match value & 0x1f {
            // EL0t, EL1t, EL1h.
            0 | 4 | 5 => !narrow,
            // EL2t, EL2h.
            8 | 9 => features & vcpu_feature::HAS_EL2 != 0,
            USER => aarch32_el0,
            // FIQ, IRQ, Supervisor, Abort, Undefined, System.
            0x11 | 0x12 | 0x13 | 0x17 | 0x1b | SYSTEM => narrow,
            _ => false,
        };
        if !legal {
            return Err(EINVAL);
        }
        self.foreign_pstate = Some(value);
        if let Some((pstate, flags)) = Pstate::from_spsr(value) {
            self.cpu.pstate = pstate;
            self.cpu.nzcv = flags;
        }
        // What the CPU holds as it was written needs no remembering.
        if self.cpu.spsr_image() == value {
            self.foreign_pstate = None;
        }
        Ok(())
    }

    /// In AArch32 registers have 32 bits: fifteen of them in User and System mode.
    fn narrow_registers(&mut self) {
        let Some(mode) = self.foreign_pstate.map(|value| value & 0x1f).filter(|mode| mode & AARCH32 != 0) else { return };
        let count = if matches!(mode, USER | SYSTEM) { 15 } else { 31 };
        for register in self.cpu.x.iter_mut().take(count) {
            *register &= 0xffff_ffff;
        }
        self.cpu.pc &= 0xffff_ffff;
    }

    /// The PSTATE that user space wrote is the CPU's from now on; false when the CPU cannot be in that state.
    pub(super) fn adopt_pstate(&mut self) -> bool {
        if self.foreign_pstate.is_some_and(|value| value & AARCH32 != 0 || value & EXCEPTION_LEVEL == EL2) {
            return false;
        }
        self.foreign_pstate = None;
        true
    }
}
