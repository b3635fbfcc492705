//! Devices that the VMM lets the VM ask itself, in place of exits with KVM_EXIT_MMIO. An addition of this shim; knows no device.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

pub use emu::cpu::PublishedWord;

use crate::vm::{VmFd, lock};

/// A VMM's devices. Called on the thread of the vCPU that makes the access, inside KVM_RUN: no ioctl of a vCPU may be made here.
pub trait MmioBus: Send + Sync {
    /// A load of `length` bytes (1, 2, 4 or 8); None, without any effect, has it leave as an exit.
    fn read(&self, address: u64, length: u32) -> Option<u64>;
    /// A store; false, without any effect, has it leave as an exit.
    fn write(&self, address: u64, length: u32, data: u64) -> bool;
    /// Words of a page whose loads have no effect and whose values the VMM keeps up to date: guests read them without asking.
    fn published(&self, _page: u64) -> Vec<PublishedWord> {
        Vec::new()
    }
}

/// The place of a VM for it.
#[derive(Default)]
pub(crate) struct MmioBusSlot {
    bus: Mutex<Option<Arc<dyn MmioBus>>>,
    /// There is one: most VMMs have none, and KVM_RUN need not lock.
    present: AtomicBool,
    /// Changes with it.
    version: AtomicU64,
}

impl MmioBusSlot {
    pub fn is_present(&self) -> bool {
        self.present.load(Ordering::Acquire)
    }

    /// What stays the same while the bus does.
    pub fn version(&self) -> u64 {
        self.version.load(Ordering::Acquire)
    }

    /// The bus, if there is one.
    pub fn current(&self) -> Option<Arc<dyn MmioBus>> {
        if self.is_present() { lock(&self.bus).clone() } else { None }
    }
}

impl VmFd {
    /// Accesses of guests to neither memory nor the kernel's own devices ask `bus` first; None ends that. Takes effect with each
    /// vCPU's next KVM_RUN. Not asked by deterministic VMs, by vCPUs that are traced, and behind eventfds and coalesced zones.
    pub fn set_mmio_bus(&self, bus: Option<Arc<dyn MmioBus>>) {
        let mut slot = lock(&self.vm.mmio_bus.bus);
        self.vm.mmio_bus.present.store(bus.is_some(), Ordering::Release);
        *slot = bus;
        self.vm.mmio_bus.version.fetch_add(1, Ordering::Release);
    }
}
