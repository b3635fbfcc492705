//! Self-hosted debug: software step, breakpoints and watchpoints, and the same on behalf of a hypervisor (MDCR_EL2.TDE). Engines
//! ask before and after each instruction while [`Debug::armed`]; nothing here executes or decodes. Halting debug does not exist.

mod matching;
mod step;

use sysregs::{Encoding, SysReg};

pub use step::exclusive_load;

use super::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Stop, daif};
use crate::mem::{AccessKind, TlbMode};

/// Bits of MDSCR_EL1.
mod mdscr {
    pub const SS: u64 = 1 << 0;
    pub const KDE: u64 = 1 << 13;
    pub const MDE: u64 = 1 << 15;
}

/// DFSC and IFSC of debug exceptions.
const DEBUG_STATUS: u32 = 0b10_0010;
/// Most breakpoints and watchpoints that there are encodings for.
pub const COMPARATORS: usize = 16;

/// One breakpoint or watchpoint: its value and control register.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparator {
    /// DBGBVR or DBGWVR.
    pub value: u64,
    /// DBGBCR or DBGWCR.
    pub control: u64,
}

impl Comparator {
    fn enabled(self) -> bool {
        self.control & 1 != 0
    }
}

/// Breakpoints and watchpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DebugRegisters {
    /// DBGBVR<n>_EL1 and DBGBCR<n>_EL1.
    pub breakpoints: [Comparator; COMPARATORS],
    /// DBGWVR<n>_EL1 and DBGWCR<n>_EL1.
    pub watchpoints: [Comparator; COMPARATORS],
}

/// What a hypervisor that debugs the guest wants: all debug exceptions are its own then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HypervisorDebug {
    /// Step one instruction.
    pub step: bool,
    /// Its registers in place of the guest's.
    pub registers: Option<Box<DebugRegisters>>,
}

/// What the PE looks for, gathered from its registers by [`Cpu::update_debug`].
#[derive(Debug, Default)]
pub struct Debug {
    /// Something may match or step: engines execute one instruction at a time and ask.
    pub armed: bool,
    /// Software step is on (in some exception level).
    stepping: bool,
    /// The comparators in use.
    registers: DebugRegisters,
    watching: bool,
    breaking: bool,
    /// The last instruction completed a step; true for a load-exclusive.
    stepped: Option<bool>,
    /// Set by a hypervisor that debugs the guest.
    pub hypervisor: Option<Box<HypervisorDebug>>,
}

impl Cpu {
    /// Gathers what to look for; to be called after a debug register or the hypervisor's wish changed.
    pub fn update_debug(&mut self) {
        let control = self.sys(SysReg::MDSCR_EL1);
        let own = self.debug.hypervisor.as_deref();
        let registers = own.and_then(|own| own.registers.as_deref().copied());
        // The OS lock stops the guest's debug exceptions, not those of its hypervisor.
        let locked = self.sys(SysReg::OSLSR_EL1) & 2 != 0;
        let comparing = registers.is_some() || (control & mdscr::MDE != 0 && !locked);
        let stepping = own.map_or(control & mdscr::SS != 0 && !locked, |own| own.step);
        let registers = match (comparing, registers) {
            (false, _) => DebugRegisters::default(),
            (true, Some(registers)) => registers,
            (true, None) => self.debug_registers(),
        };
        let watching = registers.watchpoints.iter().any(|watchpoint| watchpoint.enabled());
        if watching || self.debug.watching {
            // Watched pages have no fast path.
            self.tlb.flush();
        }
        if stepping != self.debug.stepping {
            self.abandon_step();
        }
        let debug = &mut self.debug;
        debug.breaking = registers.breakpoints.iter().any(|breakpoint| breakpoint.enabled());
        (debug.registers, debug.stepping, debug.watching) = (registers, stepping, watching);
        debug.armed = stepping || watching || debug.breaking;
    }

    /// The guest's comparators, as many as the CPU has.
    fn debug_registers(&self) -> DebugRegisters {
        let features = self.config.ids.get(SysReg::ID_AA64DFR0_EL1).unwrap_or_default();
        let read = |index: usize, op2: u8| {
            let register = SysReg::from_encoding(Encoding::new(2, 0, 0, index as u8, op2));
            register.map_or(0, |register| self.sys(register))
        };
        let mut registers = DebugRegisters::default();
        for index in 0..=(features >> 12 & 15) as usize {
            registers.breakpoints[index] = Comparator { value: read(index, 4), control: read(index, 5) };
        }
        for index in 0..=(features >> 20 & 15) as usize {
            registers.watchpoints[index] = Comparator { value: read(index, 6), control: read(index, 7) };
        }
        registers
    }

    /// GenerateDebugExceptionsFrom(): debug exceptions are taken from `level` with PSTATE.D as `masked`. The OS lock has been
    /// looked at already.
    fn debug_enabled_from(&self, level: ExceptionLevel, masked: bool) -> bool {
        if self.debug.hypervisor.is_some() || level == ExceptionLevel::EL0 {
            return true;
        }
        self.sys(SysReg::MDSCR_EL1) & mdscr::KDE != 0 && !masked
    }

    fn debug_enabled(&self) -> bool {
        self.debug_enabled_from(self.pstate.el, self.pstate.daif & daif::D != 0)
    }

    /// Raises a debug exception of class `lower` (from EL0) or the one after it (from EL1); to EL2 when the hypervisor debugs.
    #[cold]
    fn debug_exception(&mut self, lower: ExceptionClass, same: ExceptionClass, iss: u32, far: Option<u64>) -> Stop {
        if self.debug.hypervisor.is_some() {
            let esr = Exception::new(lower, iss).esr;
            return self.exit(Exit::Debug { esr, far: far.unwrap_or_default() });
        }
        let class = if self.pstate.el == ExceptionLevel::EL0 { lower } else { same };
        self.raise(Exception { far, ..Exception::new(class, iss) })
    }

    /// BRK: to EL2 when the hypervisor debugs the guest.
    pub fn software_breakpoint(&mut self, immediate: u16) -> Stop {
        let exception = Exception::new(ExceptionClass::Brk, immediate.into());
        if self.debug.hypervisor.is_some() { self.exit(Exit::Debug { esr: exception.esr, far: 0 }) } else { self.raise(exception) }
    }

    /// Before the instruction at pc: a breakpoint.
    pub fn check_breakpoints(&mut self) -> Result<(), Stop> {
        if !self.debug.breaking || !self.debug_enabled() || !self.breakpoint_matches() {
            return Ok(());
        }
        Err(self.debug_exception(ExceptionClass::BreakpointLower, ExceptionClass::BreakpointSame, DEBUG_STATUS, None))
    }

    /// Accesses to some page must not take the fast path.
    #[inline]
    pub(crate) fn watches_pages(&self) -> bool {
        self.debug.watching
    }

    /// True when accesses to the page of `address` must not take the fast path.
    pub(crate) fn page_watched(&self, address: u64) -> bool {
        self.debug.watching && self.debug.registers.watchpoints.iter().any(|watchpoint| matching::touches_page(*watchpoint, address))
    }

    /// An access of `size` bytes that may happen: a watchpoint.
    #[inline]
    pub(crate) fn check_watchpoints(&mut self, mode: TlbMode, address: u64, size: u64, kind: AccessKind) -> Result<(), Stop> {
        if !self.debug.watching { Ok(()) } else { self.check_watched(mode, address, size, kind) }
    }

    #[cold]
    fn check_watched(&mut self, mode: TlbMode, address: u64, size: u64, kind: AccessKind) -> Result<(), Stop> {
        if !self.debug_enabled() {
            return Ok(());
        }
        let Some(far) = self.watchpoint_matches(mode, address, size, kind) else { return Ok(()) };
        let write = u32::from(kind != AccessKind::Read) << 6;
        let maintenance = u32::from(kind == AccessKind::Cache) << 8;
        let iss = DEBUG_STATUS | write | maintenance;
        Err(self.debug_exception(ExceptionClass::WatchpointLower, ExceptionClass::WatchpointSame, iss, Some(far)))
    }
}
