//! Exceptions to EL1: syndrome, entry (AArch64.TakeException) and return (ERET). Does not decide whether an exception goes
//! to EL1 or EL2; whoever raises it knows.

use sysregs::{Feature, SysReg};

use super::pstate::daif;
use super::{Attention, Cpu, ExceptionLevel, Pstate};

const INTERRUPTS: u32 = Attention::Irq as u32 | Attention::Fiq as u32 | Attention::SError as u32;

/// ESR_ELx.EC values (Arm ARM, "ESR_EL1, Exception Syndrome Register").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are the manual's")]
pub enum ExceptionClass {
    Unknown = 0x00,
    TrappedWfx = 0x01,
    FpAccess = 0x07,
    PauthTrap = 0x09,
    LoadStore64 = 0x0a,
    BranchTarget = 0x0d,
    IllegalState = 0x0e,
    Svc64 = 0x15,
    Hvc64 = 0x16,
    Smc64 = 0x17,
    SystemRegister = 0x18,
    SveAccess = 0x19,
    PauthFailure = 0x1c,
    SmeAccess = 0x1d,
    InstructionAbortLower = 0x20,
    InstructionAbortSame = 0x21,
    PcAlignment = 0x22,
    DataAbortLower = 0x24,
    DataAbortSame = 0x25,
    SpAlignment = 0x26,
    Mops = 0x27,
    SError = 0x2f,
    BreakpointLower = 0x30,
    BreakpointSame = 0x31,
    SoftwareStepLower = 0x32,
    SoftwareStepSame = 0x33,
    WatchpointLower = 0x34,
    WatchpointSame = 0x35,
    Brk = 0x3c,
}

/// A synchronous exception to be taken to EL1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exception {
    /// ESR_EL1 as it will read.
    pub esr: u64,
    /// FAR_EL1, where the class defines it.
    pub far: Option<u64>,
    /// The preferred return address is the next instruction (SVC and the like) instead of this one.
    pub after: bool,
}

/// The four kinds of vector (offset inside a group of 0x200).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
#[allow(missing_docs, reason = "the names are the manual's")]
pub enum Vector {
    Synchronous = 0x000,
    Irq = 0x080,
    Fiq = 0x100,
    SError = 0x180,
}

impl Exception {
    /// An exception of class `class` with ISS `iss`; IL = 1, as for every 32-bit instruction.
    pub const fn new(class: ExceptionClass, iss: u32) -> Exception {
        Exception { esr: (class as u64) << 26 | 1 << 25 | iss as u64, far: None, after: false }
    }

    /// Undefined Instruction: EC 0, IL 1.
    pub const fn unknown() -> Exception {
        Exception::new(ExceptionClass::Unknown, 0)
    }

    /// The same with a fault address.
    #[must_use]
    pub const fn at(mut self, far: u64) -> Exception {
        self.far = Some(far);
        self
    }

    /// The same, returning to the next instruction.
    #[must_use]
    pub const fn after(mut self) -> Exception {
        self.after = true;
        self
    }

    /// A trapped MRS, MSR or SYS, with the ISS of its encoding (op0<<14 | ... | op2 as `sysregs::Encoding`).
    pub const fn system_register(encoding: u16, rt: u8, read: bool) -> Exception {
        Exception::new(ExceptionClass::SystemRegister, system_register_iss(encoding, rt, read))
    }

    /// ESR.EC.
    pub const fn class(&self) -> u8 {
        (self.esr >> 26) as u8 & 0x3f
    }
}

/// ISS encoding for an exception from MSR, MRS, or System instruction execution in AArch64 state.
pub const fn system_register_iss(encoding: u16, rt: u8, read: bool) -> u32 {
    let e = encoding as u32;
    let (op0, op1, crn, crm, op2) = (e >> 14 & 3, e >> 11 & 7, e >> 7 & 15, e >> 3 & 15, e & 7);
    op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | (rt as u32 & 31) << 5 | crm << 1 | read as u32
}

impl Cpu {
    /// Takes `exception` from the instruction at `pc` to EL1.
    pub fn take_exception(&mut self, exception: &Exception, pc: u64) {
        self.set_sys(SysReg::ESR_EL1, exception.esr);
        if let Some(far) = exception.far {
            self.set_sys(SysReg::FAR_EL1, far);
        }
        let preferred = if exception.after { pc.wrapping_add(4) } else { pc };
        // SSAdvance(): a call is a completed instruction, a fault is not.
        self.pstate.ss &= !exception.after;
        self.enter_el1(Vector::Synchronous, preferred);
    }

    /// Takes an interrupt (or SError, whose ESR the caller has set) to EL1.
    pub fn take_interrupt(&mut self, vector: Vector) {
        let pc = self.pc;
        self.enter_el1(vector, pc);
    }

    /// Takes a virtual SError to EL1, with the syndrome that the hypervisor left in VSESR_EL2.
    pub fn take_serror(&mut self) {
        let esr = (ExceptionClass::SError as u64) << 26 | 1 << 25 | self.sys(SysReg::VSESR_EL2) & 0x01ff_ffff;
        self.set_sys(SysReg::ESR_EL1, esr);
        self.signal.clear(Attention::SError);
        self.take_interrupt(Vector::SError);
    }

    /// An interrupt (masked or not) that ends WFI.
    pub fn interrupt_pending(&mut self) -> bool {
        self.update_timer_lines();
        self.signal.bits() & INTERRUPTS != 0
    }

    /// AArch64.TakeException() with EL1 as the target.
    fn enter_el1(&mut self, vector: Vector, preferred_return: u64) {
        let spsr = self.spsr_image();
        self.abandon_step();
        let base = match (self.pstate.el, self.pstate.sp) {
            (ExceptionLevel::EL0, _) => 0x400,
            (ExceptionLevel::EL1, true) => 0x200,
            (ExceptionLevel::EL1, false) => 0,
        };
        if let Some(trace) = &mut self.trace {
            trace.exception(vector, preferred_return, self.sys[SysReg::ESR_EL1 as usize], self.sys[SysReg::FAR_EL1 as usize]);
        }
        self.set_sys(SysReg::SPSR_EL1, spsr);
        self.set_sys(SysReg::ELR_EL1, preferred_return);
        self.levels.switch(self.retired, ExceptionLevel::EL1);
        let sctlr = self.sys(SysReg::SCTLR_EL1);
        let old = self.pstate;
        let mut new = Pstate { el: ExceptionLevel::EL1, sp: true, daif: 0xf, pan: old.pan, uao: false, dit: old.dit, ..Pstate::default() };
        // SCTLR_EL1.SPAN (bit 23) clear: PAN is set on entry to EL1.
        new.pan |= self.features.contains(Feature::PAN) && sctlr >> 23 & 1 == 0;
        new.ssbs = self.features.contains(Feature::SSBS) && sctlr >> 44 & 1 != 0;
        // With FEAT_MTE alone there are no tag checks to override.
        new.tco = self.features.contains(Feature::MTE2);
        new.allint = self.features.contains(Feature::NMI) && sctlr >> 62 & 1 == 0;
        self.switch_pstate(new);
        self.monitor.clear();
        self.pc = (self.sys(SysReg::VBAR_EL1) & !0x7ff) + base + vector as u64;
    }

    /// PSTATE as saved to SPSR_EL1.
    pub fn spsr_image(&self) -> u64 {
        self.pstate.to_spsr(self.nzcv)
    }

    /// AArch64.ExceptionReturn() from EL1 to `target`: illegal returns keep EL and set PSTATE.IL.
    pub fn exception_return(&mut self, target: u64) {
        let spsr = self.sys(SysReg::SPSR_EL1);
        self.monitor.clear();
        self.event = true;
        let (new, flags) = match Pstate::from_spsr(spsr) {
            Some((state, flags)) => (Pstate { ss: self.returned_step(state), ..self.without_absent_fields(state) }, flags),
            None => (self.illegal_return(spsr), spsr as u32 & 0xf000_0000),
        };
        self.nzcv = flags;
        // The ERET itself is the last of its level.
        self.levels.switch(self.block_retired + 1, new.el);
        self.switch_pstate(new);
        // AArch64.BranchAddr() in the regime that is returned to.
        self.pc = self.branch_address(target);
    }

    /// PSTATE fields of features that the CPU lacks are RES0 in an SPSR.
    fn without_absent_fields(&self, mut state: Pstate) -> Pstate {
        let has = |feature| self.features.contains(feature);
        state.pan &= has(Feature::PAN);
        state.uao &= has(Feature::UAO);
        state.dit &= has(Feature::DIT);
        state.ssbs &= has(Feature::SSBS);
        state.tco &= has(Feature::MTE);
        state.allint &= has(Feature::NMI);
        if !has(Feature::BTI) {
            state.btype = 0;
        }
        state
    }

    /// Illegal exception return: EL, SP and nRW stay, IL is set; NZCV, PAN and the masks come from the SPSR, SS as on a return to here.
    fn illegal_return(&self, spsr: u64) -> Pstate {
        let state = self.without_absent_fields(Pstate { il: true, ..self.pstate }.with_masks_of(spsr));
        Pstate { ss: self.returned_step(state), ..state }
    }

    /// Installs a new PSTATE: banks the stack pointer and re-derives what depends on EL and PAN.
    pub fn switch_pstate(&mut self, new: Pstate) {
        self.bank_stack_pointer();
        self.pstate = new;
        self.x[31] = self.sys(if new.sp { SysReg::SP_EL1 } else { SysReg::SP_EL0 });
        self.update_derived();
    }

    /// Writes the selected stack pointer back to its register, so that `sys` holds both.
    pub fn bank_stack_pointer(&mut self) {
        let selected = if self.pstate.sp { SysReg::SP_EL1 } else { SysReg::SP_EL0 };
        self.set_sys(selected, self.x[31]);
    }

    /// True when IRQs (or FIQs) are masked at EL1 and below.
    pub fn masked(&self, vector: Vector) -> bool {
        let bit = match vector {
            Vector::Irq => daif::I,
            Vector::Fiq => daif::F,
            _ => daif::A,
        };
        // PSTATE.ALLINT has an effect only with SCTLR_EL1.NMI set.
        let all = self.pstate.allint && self.sys(SysReg::SCTLR_EL1) >> 61 & 1 != 0;
        self.pstate.daif & bit != 0 || all
    }
}
