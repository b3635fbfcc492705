//! Translation for a PE that runs nothing but a program, whose operating system is not emulated: addresses are the host's own,
//! and what may be done where is asked of whoever stands for the operating system. Knows no system call.

use super::{Fault, Translation};
use crate::mem::AccessKind;

/// What a program may do with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct ProgramPage {
    pub read: bool,
    pub write: bool,
    pub execute: bool,
    /// Indirect branches must hit a landing pad (PROT_BTI).
    pub guarded: bool,
}

/// The memory of a program.
pub trait ProgramMemory: Send + Sync {
    /// The page at an address without its tag byte; None when there is none. PEs remember the answer until they are asked to
    /// flush their TLBs.
    fn page(&self, address: u64) -> Option<ProgramPage>;
}

/// MAIR attributes of ordinary memory: Write-Back.
const NORMAL: u8 = 0xff;

pub(super) fn translate(memory: &dyn ProgramMemory, address: u64, kind: AccessKind) -> Result<Translation, Fault> {
    // Linux ignores the top byte of data addresses (TCR_EL1.TBI0), and of those of instructions where there is no FEAT_PAuth.
    let address = if address >> 55 & 1 == 0 { address & (u64::MAX >> 8) } else { address };
    let page = memory.page(address).ok_or(Fault::translation(3))?;
    let permitted = match kind {
        AccessKind::Read | AccessKind::Cache => page.read,
        AccessKind::Write | AccessKind::MayWrite => page.write,
        AccessKind::Fetch => page.execute,
        AccessKind::Attributes => true,
    };
    if !permitted {
        return Err(Fault::permission(3));
    }
    Ok(Translation {
        physical: address,
        read: page.read,
        write: page.write,
        execute: page.execute,
        device: false,
        span: 12,
        not_global: false,
        attributes: NORMAL,
        shareability: 3,
        guarded: page.guarded,
    })
}
