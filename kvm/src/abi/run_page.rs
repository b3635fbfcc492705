//! `struct kvm_run`: the page that user space shares with a vCPU. Every access is atomic, because user space (or a signal
//! handler) may write while the vCPU runs. Offsets are those of the UAPI structure on LP64.

use std::sync::atomic::{AtomicU64, Ordering};

/// KVM_GET_VCPU_MMAP_SIZE: the run page and the coalesced MMIO page.
pub const MMAP_SIZE: usize = 8192;

const IMMEDIATE_EXIT: usize = 1;
const EXIT_REASON: usize = 8;
const DEVICE_IRQ_LEVEL: usize = 304;
/// Start of the union of exit payloads.
pub const PAYLOAD: usize = 32;

/// The shared pages of one vCPU.
#[derive(Debug)]
pub struct RunPage {
    words: Box<[AtomicU64]>,
}

impl Default for RunPage {
    fn default() -> Self {
        RunPage { words: (0..MMAP_SIZE / 8).map(|_| AtomicU64::new(0)).collect() }
    }
}

impl RunPage {
    fn word(&self, offset: usize) -> u64 {
        self.words.get(offset / 8).map_or(0, |word| word.load(Ordering::Relaxed))
    }

    /// Reads `size` (1, 2, 4 or 8) naturally aligned bytes at `offset`.
    pub fn read(&self, offset: usize, size: usize) -> u64 {
        (self.word(offset) >> (8 * (offset % 8))) & (u64::MAX >> (64 - 8 * size))
    }

    /// Writes `size` (1, 2, 4 or 8) naturally aligned bytes at `offset`.
    pub fn write(&self, offset: usize, size: usize, value: u64) {
        let Some(word) = self.words.get(offset / 8) else { return };
        let shift = 8 * (offset % 8);
        let mask = (u64::MAX >> (64 - 8 * size)) << shift;
        let update = |old: u64| Some(old & !mask | (value << shift) & mask);
        // The closure always gives Some, so this cannot fail.
        let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
    }

    /// `immediate_exit`.
    pub fn immediate_exit(&self) -> bool {
        self.read(IMMEDIATE_EXIT, 1) != 0
    }

    /// Sets `immediate_exit`.
    pub fn set_immediate_exit(&self, on: bool) {
        self.write(IMMEDIATE_EXIT, 1, on.into());
    }

    /// `exit_reason`.
    pub fn exit_reason(&self) -> u32 {
        self.read(EXIT_REASON, 4) as u32
    }

    /// Sets `exit_reason`.
    pub fn set_exit_reason(&self, reason: u32) {
        self.write(EXIT_REASON, 4, reason.into());
    }

    /// Fills `kvm_run.mmio` for a write; bytes of `data` beyond `length` stay as they are.
    pub fn set_mmio_write(&self, address: u64, data: u64, length: u32) {
        self.write(PAYLOAD + 8, length.clamp(1, 8) as usize, data);
        self.set_mmio_access(address, length, true);
    }

    /// Fills `kvm_run.mmio` for a read; `data` is for user space to fill.
    pub fn set_mmio_read(&self, address: u64, length: u32) {
        self.set_mmio_access(address, length, false);
    }

    fn set_mmio_access(&self, address: u64, length: u32, write: bool) {
        self.write(PAYLOAD, 8, address);
        self.write(PAYLOAD + 16, 4, length.into());
        self.write(PAYLOAD + 20, 1, write.into());
    }

    /// `s.regs.device_irq_level`: timer lines of a VM without an interrupt controller in the kernel.
    pub fn device_irq_level(&self) -> u64 {
        self.read(DEVICE_IRQ_LEVEL, 8)
    }

    /// Sets `s.regs.device_irq_level`.
    pub fn set_device_irq_level(&self, lines: u64) {
        self.write(DEVICE_IRQ_LEVEL, 8, lines);
    }

    /// `kvm_run.mmio.data` as a little-endian number.
    pub fn mmio_data(&self) -> u64 {
        self.read(PAYLOAD + 8, 8)
    }

    /// Sets `kvm_run.mmio.data`.
    pub fn set_mmio_data(&self, data: u64) {
        self.write(PAYLOAD + 8, 8, data);
    }

    /// Fills `kvm_run.system_event`.
    pub fn set_system_event(&self, kind: u32, data: &[u64]) {
        self.write(PAYLOAD, 4, kind.into());
        self.write(PAYLOAD + 4, 4, data.len() as u64);
        for (index, &value) in data.iter().enumerate().take(16) {
            self.write(PAYLOAD + 8 + 8 * index, 8, value);
        }
    }

    /// Fills `kvm_run.hypercall`; KVM leaves its `args` and `ret` alone.
    pub fn set_hypercall(&self, number: u64, flags: u64) {
        self.write(PAYLOAD, 8, number);
        self.write(PAYLOAD + 64, 8, flags);
    }

    /// Fills `kvm_run.debug.arch`: `hsr`, `hsr_high`, and `far` where there is one.
    pub fn set_debug(&self, esr: u64, far: u64) {
        self.write(PAYLOAD, 8, esr);
        self.write(PAYLOAD + 8, 8, far);
    }

    /// Sets `kvm_run.internal.suberror`, without data.
    pub fn set_internal_error(&self, suberror: u32) {
        self.write(PAYLOAD, 8, suberror.into());
    }

    /// Fills `kvm_run.arm_nisv`.
    pub fn set_nisv(&self, iss: u64, ipa: u64) {
        self.write(PAYLOAD, 8, iss);
        self.write(PAYLOAD + 8, 8, ipa);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_lie_where_the_uapi_has_them() {
        let page = RunPage::default();
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
