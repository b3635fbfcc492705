//! Guest memory by virtual address, for semihosting and debuggers. Not KVM: its KVM_TRANSLATE does not exist on arm64.

use emu::mem::{AccessKind, MemoryError};

use super::VcpuFd;
use crate::vm::lock;

/// Why guest memory could not be read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VirtualMemoryError {
    /// The address does not translate.
    #[error("virtual address {address:#x} does not translate (fault status {status:#x})")]
    Untranslated {
        /// The address.
        address: u64,
        /// DFSC of the fault.
        status: u8,
    },
    /// It translates to something that is not memory.
    #[error(transparent)]
    Unbacked(#[from] MemoryError),
}

impl VcpuFd {
    /// Reads guest memory as the vCPU's current EL would, page by page.
    ///
    /// # Errors
    /// The first address that fails.
    pub fn read_virtual(&self, address: u64, out: &mut [u8]) -> Result<(), VirtualMemoryError> {
        let memory = self.vm.memory.clone();
        let mut done = 0;
        while done < out.len() {
            let (physical, room) = self.locate_virtual(address.wrapping_add(done as u64), AccessKind::Read)?;
            let length = room.min(out.len() - done);
            memory.read_bytes(physical, &mut out[done..done + length])?;
            done += length;
        }
        Ok(())
    }

    /// Writes guest memory as the vCPU's current EL would, page by page.
    ///
    /// # Errors
    /// The first address that fails; what lies before it is written.
    pub fn write_virtual(&self, address: u64, data: &[u8]) -> Result<(), VirtualMemoryError> {
        let memory = self.vm.memory.clone();
        let mut done = 0;
        while done < data.len() {
            let (physical, room) = self.locate_virtual(address.wrapping_add(done as u64), AccessKind::Write)?;
            let length = room.min(data.len() - done);
            memory.write_bytes(physical, &data[done..done + length])?;
            lock(&self.vcpu.state).cpu.note_foreign_store(physical, length as u64);
            done += length;
        }
        Ok(())
    }

    /// Physical address, and the bytes left in its page.
    fn locate_virtual(&self, address: u64, kind: AccessKind) -> Result<(u64, usize), VirtualMemoryError> {
        let mut state = lock(&self.vcpu.state);
        let mode = state.cpu.tlb.mode();
        let translation = state.cpu.translate(address, kind, mode);
        let physical = translation.map_err(|fault| VirtualMemoryError::Untranslated { address, status: fault.status })?.physical;
        Ok((physical, 0x1000 - (address & 0xfff) as usize))
    }
}
