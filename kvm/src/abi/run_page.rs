//! `struct kvm_run`: the page that user space shares with a vCPU. Every access is atomic, because user space (or a signal
//! handler) may write while the vCPU runs. Offsets are those of the UAPI structure on LP64. Nothing here maps the pages a
//! second time: who serves a program's mmap does, from the file.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::fs::{MemfdFlags, SealFlags};
use vm_memory::{FileOffset, MmapRegion, VolatileMemory};

use super::exit;
use super::layout::run as field;
use crate::errno::{ENOMEM, Errno};

/// KVM_GET_VCPU_MMAP_SIZE: the run page and the coalesced MMIO page.
pub const MMAP_SIZE: usize = 8192;

/// The page after the first, KVM_COALESCED_MMIO_PAGE_OFFSET.
const RING: usize = 4096;
/// KVM_COALESCED_MMIO_MAX.
const RING_ENTRIES: u64 = 170;

/// The shared pages of one vCPU.
#[derive(Debug)]
pub struct RunPage {
    file: Arc<File>,
    pages: MmapRegion,
}

impl RunPage {
    /// Pages of zeros, in a file without a name.
    ///
    /// # Errors
    /// EMFILE and the like, ENOMEM when they cannot be mapped.
    pub fn new() -> Result<RunPage, Errno> {
        let host = |error: rustix::io::Errno| Errno(error.raw_os_error());
        let memory = rustix::fs::memfd_create("kvm-vcpu", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING).map_err(host)?;
        rustix::fs::ftruncate(&memory, MMAP_SIZE as u64).map_err(host)?;
        // Whoever shares the file cannot take the pages away from under the vCPU.
        rustix::fs::fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL).map_err(host)?;
        let file = Arc::new(File::from(memory));
        let pages = MmapRegion::from_file(FileOffset::from_arc(file.clone(), 0), MMAP_SIZE).map_err(|_| ENOMEM)?;
        Ok(RunPage { file, pages })
    }

    /// The pages as a file, for a mapping that shares them.
    pub fn file(&self) -> &File {
        &self.file
    }

    fn cell(&self, offset: usize) -> Option<&AtomicU64> {
        self.pages.get_atomic_ref(offset & !7).ok()
    }

    fn word(&self, offset: usize) -> u64 {
        self.cell(offset).map_or(0, |word| word.load(Ordering::Relaxed))
    }

    /// Reads `size` (1, 2, 4 or 8) naturally aligned bytes at `offset`.
    pub fn read(&self, offset: usize, size: usize) -> u64 {
        (self.word(offset) >> (8 * (offset % 8))) & (u64::MAX >> (64 - 8 * size))
    }

    /// Writes `size` (1, 2, 4 or 8) naturally aligned bytes at `offset`.
    pub fn write(&self, offset: usize, size: usize, value: u64) {
        let Some(word) = self.cell(offset) else { return };
        let shift = 8 * (offset % 8);
        let mask = (u64::MAX >> (64 - 8 * size)) << shift;
        let update = |old: u64| Some(old & !mask | (value << shift) & mask);
        // The closure always gives Some, so this cannot fail.
        let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
    }

    /// `immediate_exit`.
    pub fn immediate_exit(&self) -> bool {
        self.read(field::IMMEDIATE_EXIT, 1) != 0
    }

    /// Sets `immediate_exit`.
    pub fn set_immediate_exit(&self, on: bool) {
        self.write(field::IMMEDIATE_EXIT, 1, on.into());
    }

    /// `exit_reason`.
    pub fn exit_reason(&self) -> u32 {
        self.read(field::EXIT_REASON, 4) as u32
    }

    /// Sets `exit_reason`.
    pub fn set_exit_reason(&self, reason: u32) {
        self.write(field::EXIT_REASON, 4, reason.into());
    }

    /// Fills `kvm_run.mmio` for a write; bytes of `data` beyond `length` stay as they are.
    pub fn set_mmio_write(&self, address: u64, data: u64, length: u32) {
        self.write(field::MMIO_DATA, length.clamp(1, 8) as usize, data);
        self.set_mmio_access(address, length, true);
    }

    /// Fills `kvm_run.mmio` for a read; `data` is for user space to fill.
    pub fn set_mmio_read(&self, address: u64, length: u32) {
        self.set_mmio_access(address, length, false);
    }

    fn set_mmio_access(&self, address: u64, length: u32, write: bool) {
        self.write(field::PHYS_ADDR, 8, address);
        self.write(field::MMIO_LENGTH, 4, length.into());
        self.write(field::MMIO_IS_WRITE, 1, write.into());
    }

    /// `s.regs.device_irq_level`: timer lines of a VM without an interrupt controller in the kernel.
    pub fn device_irq_level(&self) -> u64 {
        self.read(field::DEVICE_IRQ_LEVEL, 8)
    }

    /// Sets `s.regs.device_irq_level`.
    pub fn set_device_irq_level(&self, lines: u64) {
        self.write(field::DEVICE_IRQ_LEVEL, 8, lines);
    }

    /// `kvm_run.mmio.data` as a little-endian number.
    pub fn mmio_data(&self) -> u64 {
        self.read(field::MMIO_DATA, 8)
    }

    /// Sets `kvm_run.mmio.data`.
    pub fn set_mmio_data(&self, data: u64) {
        self.write(field::MMIO_DATA, 8, data);
    }

    /// Fills `kvm_run.system_event`: what has no data has a zero there (`flags` of older kernels).
    pub fn set_system_event(&self, kind: u32, data: &[u64]) {
        self.write(field::SYSTEM_EVENT_TYPE, 4, kind.into());
        self.write(field::SYSTEM_EVENT_COUNT, 4, data.len() as u64);
        let words = if data.is_empty() { &[0] } else { data };
        for (index, &value) in words.iter().enumerate().take(16) {
            self.write(field::SYSTEM_EVENT_DATA + 8 * index, 8, value);
        }
    }

    /// Fills `kvm_run.hypercall`; KVM leaves its `args` and `ret` alone.
    pub fn set_hypercall(&self, number: u64, flags: u64) {
        self.write(field::HYPERCALL_NUMBER, 8, number);
        self.write(field::HYPERCALL_FLAGS, 8, flags);
    }

    /// Sets `flags`.
    pub fn set_flags(&self, flags: u64) {
        self.write(field::FLAGS, 2, flags);
    }

    /// Fills `kvm_run.debug.arch`: `hsr`, `hsr_high`, and `far` where there is one.
    pub fn set_debug(&self, esr: u64, far: u64) {
        self.write(field::DEBUG_HSR, 8, esr);
        self.write(field::DEBUG_FAR, 8, far);
    }

    /// Fills `kvm_run.fail_entry`.
    pub fn set_fail_entry(&self, reason: u64, cpu: u32) {
        self.write(field::FAIL_REASON, 8, reason);
        self.write(field::FAIL_CPU, 4, cpu.into());
    }

    /// Sets `kvm_run.internal.suberror`, without data.
    pub fn set_internal_error(&self, suberror: u32) {
        self.write(field::SUBERROR, 8, suberror.into());
    }

    /// KVM_EXIT_MEMORY_FAULT beside an errno: flags, of which there are none, address and size, which older headers do not name.
    pub fn set_memory_fault(&self, address: u64, size: u64) {
        self.set_exit_reason(exit::MEMORY_FAULT);
        for (offset, value) in [(field::PHYS_ADDR, 0), (field::MMIO_DATA, address), (field::MMIO_LENGTH, size)] {
            self.write(offset, 8, value);
        }
    }

    /// Adds a write to the ring of coalesced MMIO; false when there is no room, or where the program has broken the ring.
    pub fn push_coalesced(&self, address: u64, length: u32, data: u64) -> bool {
        use super::layout::coalesced_mmio as entry;
        use super::layout::coalesced_mmio_ring as ring;
        let (first, last) = (self.read(RING + ring::FIRST, 4), self.read(RING + ring::LAST, 4));
        let next = (last + 1) % RING_ENTRIES;
        if last >= RING_ENTRIES || next == first {
            return false;
        }
        let at = RING + ring::SIZE + entry::SIZE * last as usize;
        self.write(at + entry::PHYS_ADDR, 8, address);
        self.write(at + entry::LENGTH, 4, length.into());
        self.write(at + entry::PIO, 4, 0);
        self.write(at + entry::DATA, length.clamp(1, 8) as usize, data);
        // The reader sees the entry before it sees that there is one: x86 keeps stores in order, and this must be one.
        std::sync::atomic::fence(Ordering::Release);
        self.write(RING + ring::LAST, 4, next);
        true
    }

    /// Fills `kvm_run.arm_nisv`.
    pub fn set_nisv(&self, iss: u64, ipa: u64) {
        self.write(field::ESR_ISS, 8, iss);
        self.write(field::FAULT_IPA, 8, ipa);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_the_uapi_has_them() {
        let page = RunPage::new().expect("a file without a name");
        page.set_immediate_exit(true);
        page.set_exit_reason(6);
        page.set_mmio_write(0x0900_0000, 0x1122_3344_5566_7788, 4);
        assert_eq!(page.read(0, 8), 1 << 8);
        assert_eq!(page.read(8, 4), 6);
        assert_eq!(page.read(32, 8), 0x0900_0000);
        assert_eq!(page.read(40, 8), 0x5566_7788);
        assert_eq!(page.read(48, 4), 4);
        assert_eq!(page.read(52, 1), 1);
        page.set_immediate_exit(false);
        assert_eq!(page.read(0, 8), 0);
    }
}
