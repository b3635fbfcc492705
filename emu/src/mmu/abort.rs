//! MMU faults and the exceptions they become: to EL1 for stage 1, to EL2 for stage 2. Knows no instruction: the engine adds
//! the instruction syndrome (SAS, SSE, SRT, SF, AR) to stage 2 aborts.

use crate::cpu::{Cpu, Exception, ExceptionClass, ExceptionLevel, Exit, Stage2Abort, Stop};
use crate::mem::AccessKind;

/// Why an address could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// DFSC/IFSC.
    pub status: u8,
    /// For a stage 2 fault, the intermediate physical address.
    pub stage2: Option<u64>,
    /// The access was to a descriptor of a stage 1 walk, at this level.
    pub table_walk: Option<i32>,
}

impl Fault {
    const fn stage1(status: u32) -> Fault {
        Fault { status: status as u8, stage2: None, table_walk: None }
    }

    /// Address size fault.
    pub const fn address_size(level: i32) -> Fault {
        Fault::stage1(if level < 0 { 0b101001 } else { level as u32 })
    }

    /// Translation fault.
    pub const fn translation(level: i32) -> Fault {
        Fault::stage1(if level < 0 { 0b101011 } else { 0b000100 + level as u32 })
    }

    /// Access flag fault.
    pub const fn access_flag(level: i32) -> Fault {
        Fault::stage1(0b001000 + level as u32)
    }

    /// Permission fault.
    pub const fn permission(level: i32) -> Fault {
        Fault::stage1(0b001100 + level as u32)
    }

    /// Synchronous Tag Check Fault.
    pub const fn tag_check() -> Fault {
        Fault::stage1(0b010001)
    }

    /// Unsupported Exclusive or Atomic access: the memory's type has no such access.
    pub const fn unsupported_access() -> Fault {
        Fault::stage1(0b110101)
    }

    /// No memory slot at this intermediate physical address: a stage 2 Translation fault. A hypervisor with 4 KiB pages
    /// that has not mapped anything nearby sees it at level 1.
    pub const fn stage2(ipa: u64) -> Fault {
        Fault { status: 0b000101, stage2: Some(ipa), table_walk: None }
    }

    /// A store to a read-only slot: a stage 2 Permission fault on a page.
    pub const fn stage2_permission(ipa: u64) -> Fault {
        Fault { status: 0b001111, stage2: Some(ipa), table_walk: None }
    }

    /// No memory slot under a stage 1 table.
    pub const fn stage2_walk(ipa: u64, level: i32) -> Fault {
        Fault { status: 0b000101, stage2: Some(ipa), table_walk: Some(level) }
    }
}

/// DFSC of an Alignment fault.
const ALIGNMENT: u8 = 0b100001;

impl Cpu {
    /// Turns a fault of an access at `address` into the pending exception or exit.
    #[cold]
    pub fn abort(&mut self, address: u64, kind: AccessKind, fault: Fault) -> Stop {
        let mut iss = u32::from(fault.status) | u32::from(fault.table_walk.is_some()) << 7;
        iss |= match kind {
            AccessKind::Write | AccessKind::MayWrite => 1 << 6,
            AccessKind::Cache => 1 << 6 | 1 << 8,
            AccessKind::Read | AccessKind::Fetch | AccessKind::Attributes => 0,
        };
        if let Some(ipa) = fault.stage2 {
            let class = if kind == AccessKind::Fetch { ExceptionClass::InstructionAbortLower } else { ExceptionClass::DataAbortLower };
            let esr = Exception::new(class, iss).esr;
            return self.exit(Exit::Stage2(Stage2Abort { esr, far: address, ipa, walk_level: fault.table_walk }));
        }
        let lower = self.pstate.el == ExceptionLevel::EL0;
        let class = match (kind == AccessKind::Fetch, lower) {
            (true, true) => ExceptionClass::InstructionAbortLower,
            (true, false) => ExceptionClass::InstructionAbortSame,
            (false, true) => ExceptionClass::DataAbortLower,
            (false, false) => ExceptionClass::DataAbortSame,
        };
        self.raise(Exception::new(class, iss).at(address))
    }

    /// An Alignment fault of a data access.
    #[cold]
    pub fn alignment_fault(&mut self, address: u64, kind: AccessKind) -> Stop {
        self.abort(address, kind, Fault { status: ALIGNMENT, stage2: None, table_walk: None })
    }
}
