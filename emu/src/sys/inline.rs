//! Accesses to system registers that generated code does itself, at the exception level and under the controls of now: plain
//! storage, and reads whose answer is known. Everything else leaves for the functions beside this file.

use sysregs::{Encoding, Kind, SysReg};

use super::trap_el2;
use crate::cpu::{Cpu, ExceptionLevel, place};

/// How.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InlineAccess {
    /// A value in `Cpu::sys`.
    Stored(SysReg),
    /// A trapped read with this answer, counted in this place.
    Folded { value: u64, place: usize },
    /// PSTATE.DAIF.
    Daif,
    /// PSTATE.NZCV.
    Flags,
    /// FPCR.
    Fpcr,
    /// By a call of the interpreter's function: the ID space, the interrupt controller's registers.
    Called,
}

/// Plain storage that EL1 may read, and for whose writes nothing needs to be done.
const STORED: [SysReg; 11] = [
    SysReg::TPIDR_EL0,
    SysReg::TPIDRRO_EL0,
    SysReg::TPIDR_EL1,
    SysReg::SP_EL0,
    SysReg::ELR_EL1,
    SysReg::SPSR_EL1,
    SysReg::ESR_EL1,
    SysReg::FAR_EL1,
    SysReg::CONTEXTIDR_EL1,
    SysReg::PAR_EL1,
    SysReg::CNTKCTL_EL1,
];

/// The same, to be read only.
const READ_ONLY: [SysReg; 7] =
    [SysReg::VBAR_EL1, SysReg::SCTLR_EL1, SysReg::TCR_EL1, SysReg::MAIR_EL1, SysReg::TTBR0_EL1, SysReg::TTBR1_EL1, SysReg::CPACR_EL1];

impl Cpu {
    /// How generated code may do an MRS.
    pub(crate) fn inline_read(&self, encoding: u16) -> Option<InlineAccess> {
        if self.trace.is_some() {
            return None;
        }
        let register = SysReg::from_encoding(Encoding(encoding));
        if let Some(access) = register.and_then(|register| self.inline_read_anywhere(register)) {
            return Some(access);
        }
        if self.pstate.el == ExceptionLevel::EL0 {
            return register.filter(|register| matches!(register, SysReg::TPIDR_EL0 | SysReg::TPIDRRO_EL0)).map(InlineAccess::Stored);
        }
        if let (Some(folded), Some(place)) = (&self.folded, place(encoding)) {
            let value = folded.values[place].filter(|_| self.read_traps(register));
            return Some(value.map_or(InlineAccess::Called, |value| InlineAccess::Folded { value, place }));
        }
        if place(encoding).is_some() || self.is_interrupt_register(encoding) {
            return Some(InlineAccess::Called);
        }
        match register? {
            SysReg::DAIF => Some(InlineAccess::Daif),
            register if STORED.contains(&register) || READ_ONLY.contains(&register) => self.stored(register, true),
            _ => None,
        }
    }

    /// The same for what EL0 has, too.
    fn inline_read_anywhere(&self, register: SysReg) -> Option<InlineAccess> {
        match register {
            SysReg::NZCV => Some(InlineAccess::Flags),
            SysReg::FPCR if self.fp_enabled && !self.trapped_to_el2(register, true) => Some(InlineAccess::Fpcr),
            // Not the counters: who reads them in a loop waits for a timer, which is looked at where generated code is left.
            SysReg::CNTFRQ_EL0 | SysReg::CTR_EL0 | SysReg::DCZID_EL0 | SysReg::CurrentEL => Some(InlineAccess::Called),
            _ => None,
        }
    }

    /// How generated code may do an MSR (register).
    pub(crate) fn inline_write(&self, encoding: u16) -> Option<InlineAccess> {
        let register = SysReg::from_encoding(Encoding(encoding))?;
        if self.trace.is_some() {
            return None;
        }
        if register == SysReg::NZCV {
            return Some(InlineAccess::Flags);
        }
        if self.pstate.el == ExceptionLevel::EL0 {
            return (register == SysReg::TPIDR_EL0).then_some(InlineAccess::Stored(register));
        }
        match register {
            SysReg::DAIF if self.pstate.el == ExceptionLevel::EL1 => Some(InlineAccess::Daif),
            _ if STORED.contains(&register) => self.stored(register, false),
            _ if self.is_interrupt_register(encoding) => Some(InlineAccess::Called),
            _ => None,
        }
    }

    /// A register of the connected interrupt controller (ICC_).
    fn is_interrupt_register(&self, encoding: u16) -> bool {
        let e = Encoding(encoding);
        let icc = e.op0() == 3 && e.op1() == 0 && (e.crn() == 12 && (8..=12).contains(&e.crm()) || e.crn() == 4 && e.crm() == 6);
        icc && self.interrupts.as_ref().is_some_and(|port| port.has_registers())
    }

    fn stored(&self, register: SysReg, read: bool) -> Option<InlineAccess> {
        // The selected stack pointer is not accessible by name.
        let selected = register == SysReg::SP_EL0 && !self.pstate.sp;
        (!selected && !self.trapped_to_el2(register, read)).then_some(InlineAccess::Stored(register))
    }

    /// The hypervisor traps a read in the ID space, whether a register is there or not.
    fn read_traps(&self, register: Option<SysReg>) -> bool {
        match register.filter(|register| self.features.contains(register.row().feature)) {
            Some(register) => register.row().kind == Kind::Id && self.trapped_to_el2(register, true),
            None => self.sys(SysReg::HCR_EL2) & trap_el2::hcr::TID3 != 0,
        }
    }
}
