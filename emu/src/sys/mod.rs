//! System registers as the guest sees them: MRS, MSR and SYS. Order of checks as in the Arm ARM: does the encoding exist on
//! this CPU, may this EL use it, does EL1 trap it from EL0, does EL2 trap it; then the access itself.
//!
//! What the hypervisor would answer to a trap is not here: the trap leaves as [`Exit::SysReg`].

mod at;
mod inline;
mod maintenance;
mod port;
mod read;
mod trap_el1;
mod trap_el2;
mod trap_instruction;
mod write;

pub(crate) use inline::InlineAccess;
pub use port::InterruptPort;
use sysregs::{Encoding, Feature, SysReg};
pub use trap_el2::{cptr, fine, hcr, hcrx, mdcr};
pub use trap_instruction::instructions;

use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Stop, SysRegTrap};
use crate::insn::{SINK, ZR};

/// A system register access on its way through the checks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Access {
    /// `sysregs::Encoding` bits.
    pub encoding: u16,
    /// Operand index of the general register.
    pub rt: u8,
    /// MRS or SYSL.
    pub read: bool,
    /// The value an MSR or SYS has.
    pub value: u64,
}

impl Access {
    /// Rt as a syndrome reports it.
    fn rt_field(&self) -> u8 {
        if self.rt == ZR || self.rt == SINK { 31 } else { self.rt }
    }

    /// A read of the encodings that FEAT_IDST is about: registers that say what a CPU is, whether their values are known ones or, as that
    /// of CCSIDR_EL1, selected.
    fn reads_feature_space(&self) -> bool {
        let e = Encoding(self.encoding);
        self.read && e.op0() == 3 && matches!(e.op1(), 0 | 1 | 3) && e.crn() == 0 && e.crm() < 8
    }
}

impl Cpu {
    /// MRS.
    pub fn read_system_register(&mut self, encoding: u16, rt: u8) -> Result<u64, Stop> {
        let access = Access { encoding, rt, read: true, value: 0 };
        let register = self.check_access(&access)?;
        let value = self.read_register(register, &access)?;
        self.trace_access(&access, value);
        Ok(value)
    }

    /// MSR (register).
    pub fn write_system_register(&mut self, encoding: u16, rt: u8, value: u64) -> Result<(), Stop> {
        let access = Access { encoding, rt, read: false, value };
        let register = self.check_access(&access)?;
        self.write_register(register, &access)?;
        self.trace_access(&access, value);
        Ok(())
    }

    fn trace_access(&mut self, access: &Access, value: u64) {
        let pc = self.pc;
        if let Some(trace) = &mut self.trace {
            trace.system_register(pc, access.encoding, !access.read, value);
        }
    }

    /// All checks; what remains is the access itself.
    fn check_access(&mut self, access: &Access) -> Result<SysReg, Stop> {
        let register = SysReg::from_encoding(Encoding(access.encoding));
        let Some(register) = register.filter(|&register| self.features.contains(register.row().feature) && self.implemented(register))
        else {
            return Err(self.unallocated(access));
        };
        let row = register.row();
        let needed = if access.read { row.read_el } else { row.write_el };
        if (self.pstate.el as u8) < needed {
            return Err(self.insufficient_privilege(access));
        }
        if self.pstate.el == ExceptionLevel::EL0 {
            self.check_el1_traps(register, access)?;
        }
        self.check_cpacr(register, access)?;
        self.check_el2_traps(register, access)?;
        Ok(register)
    }

    /// CPACR_EL1 also stops EL1 itself: FPEN, ZEN and SMEN.
    #[inline]
    fn check_cpacr(&mut self, register: SysReg, access: &Access) -> Result<(), Stop> {
        let (field, class) = match register {
            // HCRX_EL2.EnFPM comes before FPEN.
            SysReg::FPMR => {
                self.check_el2_traps(register, access)?;
                return self.check_fp();
            }
            SysReg::FPCR | SysReg::FPSR => return self.check_fp(),
            SysReg::ZCR_EL1 => (16, ExceptionClass::SveAccess),
            SysReg::SMCR_EL1 | SysReg::SVCR => (24, ExceptionClass::SmeAccess),
            _ => return Ok(()),
        };
        let enable = self.sys(SysReg::CPACR_EL1) >> field & 3;
        let enabled = enable == 3 || (enable == 1 && self.pstate.el != ExceptionLevel::EL0);
        if enabled { Ok(()) } else { Err(self.raise(Exception::new(class, 0))) }
    }

    /// Of numbered registers a CPU has as many as its ID registers say: breakpoints, watchpoints, and error records, of
    /// which it has none unless the model gives ERRIDR_EL1.
    #[inline]
    fn implemented(&self, register: SysReg) -> bool {
        let e = register.encoding();
        match (e.op0(), e.op1(), e.crn(), e.op2()) {
            (2, 0, 0, 4..=7) => {
                let field = if e.op2() < 6 { 12 } else { 20 };
                self.config.ids.get(SysReg::ID_AA64DFR0_EL1).is_none_or(|value| u64::from(e.crm()) <= value >> field & 15)
            }
            (3, 0, 5, _) if e.crm() == 4 || e.crm() == 5 || register == SysReg::ERRSELR_EL1 => {
                self.config.ids.get(SysReg::ERRIDR_EL1).is_some_and(|value| value & 0xffff != 0)
            }
            _ => true,
        }
    }

    /// An encoding that no register of this CPU has.
    fn unallocated(&mut self, access: &Access) -> Stop {
        let e = Encoding(access.encoding);
        let id_space = e.op0() == 3 && e.op1() == 0 && e.crn() == 0 && access.read;
        if id_space && (1..8).contains(&e.crm()) {
            // The reserved ID space reads as zero, and HCR_EL2.TID3 covers it.
            return if self.pstate.el == ExceptionLevel::EL0 { self.id_space_from_el0(access) } else { self.trap_to_el2(access) };
        }
        if access.reads_feature_space() && self.features.contains(Feature::IDST) {
            return self.trap_to_el1(access);
        }
        let implementation_defined = e.op0() == 3 && (e.crn() == 11 || e.crn() == 15);
        if implementation_defined && self.pstate.el == ExceptionLevel::EL1 && self.implementation_defined_trapped() {
            return self.trap_to_el2(access);
        }
        self.undefined()
    }

    fn insufficient_privilege(&mut self, access: &Access) -> Stop {
        let id = access.reads_feature_space() && self.pstate.el == ExceptionLevel::EL0;
        if id { self.id_space_from_el0(access) } else { self.undefined() }
    }

    /// EL0 reads of the ID space: reported as a trapped access with FEAT_IDST, else UNDEFINED.
    fn id_space_from_el0(&mut self, access: &Access) -> Stop {
        if self.features.contains(Feature::IDST) { self.trap_to_el1(access) } else { self.undefined() }
    }

    /// EC 0x18 to EL1.
    pub(crate) fn trap_to_el1(&mut self, access: &Access) -> Stop {
        self.raise(Exception::system_register(access.encoding, access.rt_field(), access.read))
    }

    /// EC 0x18 to EL2.
    #[inline]
    pub(crate) fn trap_to_el2(&mut self, access: &Access) -> Stop {
        self.exit(Exit::SysReg(SysRegTrap { encoding: access.encoding, read: access.read, rt: access.rt, value: access.value }))
    }
}
