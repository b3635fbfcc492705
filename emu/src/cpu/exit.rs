//! What the hypervisor at EL2 sees: the reasons for which a run of the PE ends. Says nothing about how they are handled.

use sysregs::SysReg;

use super::Exception;
use crate::timer::Alarm;

/// An exception to EL2, or the end of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Exit {
    /// A trapped MRS, MSR or SYS (EC 0x18); pc is at the instruction.
    SysReg(SysRegTrap),
    /// HVC #imm; pc is after the instruction.
    Hvc(u16),
    /// SMC #imm, trapped by HCR_EL2.TSC; pc is at the instruction.
    Smc(u16),
    /// FP or SIMD trapped by CPTR_EL2; pc is at the instruction.
    FpTrap,
    /// A pointer authentication instruction trapped by HCR_EL2.API; pc is at the instruction.
    PauthTrap,
    /// A debug exception, routed to EL2 because the hypervisor debugs the guest; pc is at the instruction.
    Debug {
        /// ESR_EL2.
        esr: u64,
        /// FAR_EL2, for a watchpoint.
        far: u64,
    },
    /// A stage 2 fault: the physical address is not backed by memory, or by read-only memory.
    Stage2(Stage2Abort),
    /// WFI with nothing pending; pc is after the instruction.
    Wfi,
    /// WFE with the event register clear; pc is after the instruction.
    Wfe,
    /// WFIT or WFET before its time; pc is after the instruction.
    WaitUntil(Alarm),
    /// YIELD: this PE waits for another; pc is after the instruction.
    Yield,
    /// HLT in the form of an A64 semihosting call, when semihosting is on; pc is at the instruction.
    Semihosting,
    /// A Memory Copy and Memory Set exception of EL1, routed to EL2 by HCRX_EL2.MCE2; pc is at the instruction.
    MemoryCopy {
        /// ESR_EL2.
        esr: u64,
    },
    /// Another thread asked for the PE's attention (kick, interrupt for a halted PE).
    Kicked,
    /// The instruction budget is used up.
    Budget,
    /// An untrapped read of an ID register whose value the host model does not know; pc is at the instruction.
    UnknownIdValue(SysReg),
    /// An exception to the operating system of a program, which is not emulated ([`crate::cpu::Cpu::program`]); pc is at the
    /// instruction.
    Exception(Exception),
    /// An instruction that exists but that this emulator does not execute; pc is at the instruction.
    Unimplemented {
        /// The instruction word.
        word: u32,
    },
}

/// A trapped system register access.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SysRegTrap {
    /// `sysregs::Encoding` bits.
    pub encoding: u16,
    /// MRS or SYSL: the hypervisor provides the value.
    pub read: bool,
    /// Operand index of the general register (see [`crate::insn::Insn`]).
    pub rt: u8,
    /// The value that is written.
    pub value: u64,
}

/// A stage 2 abort, with what ESR_EL2, FAR_EL2 and HPFAR_EL2 would hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage2Abort {
    /// ESR_EL2: EC 0x20 or 0x24 and the ISS of the abort.
    pub esr: u64,
    /// Virtual address.
    pub far: u64,
    /// Intermediate physical address.
    pub ipa: u64,
    /// The level of the descriptor that a stage 1 walk wanted. No register holds it: a hypervisor walks again.
    pub walk_level: Option<i32>,
}

impl Stage2Abort {
    /// True for an instruction fetch.
    pub fn fetch(&self) -> bool {
        self.esr >> 26 == 0x20
    }

    /// ISS.ISV: the access is described by SAS, SSE, SRT and SF.
    pub fn syndrome_valid(&self) -> bool {
        self.esr >> 24 & 1 != 0
    }

    /// ISS.WnR.
    pub fn write(&self) -> bool {
        self.esr >> 6 & 1 != 0
    }

    /// ISS.S1PTW: the access was part of a stage 1 table walk.
    pub fn table_walk(&self) -> bool {
        self.esr >> 7 & 1 != 0
    }

    /// ISS.CM: a cache maintenance instruction.
    pub fn cache_maintenance(&self) -> bool {
        self.esr >> 8 & 1 != 0
    }

    /// ISS.LST: which of the instructions for 64 bytes it was, or none.
    pub fn load_store_type(&self) -> u8 {
        (self.esr >> 11 & 3) as u8
    }

    /// Size of the access in bytes (ISS.SAS).
    pub fn size(&self) -> u32 {
        1 << (self.esr >> 22 & 3)
    }

    /// ISS.SRT: the transferred register, 31 is XZR.
    pub fn register(&self) -> u8 {
        (self.esr >> 16 & 31) as u8
    }

    /// ISS.SSE: the loaded value is sign-extended.
    pub fn sign_extend(&self) -> bool {
        self.esr >> 21 & 1 != 0
    }

    /// ISS.SF: the register is 64 bits wide.
    pub fn wide(&self) -> bool {
        self.esr >> 15 & 1 != 0
    }

    /// ISS.DFSC or IFSC.
    pub fn status(&self) -> u8 {
        (self.esr & 0x3f) as u8
    }
}
