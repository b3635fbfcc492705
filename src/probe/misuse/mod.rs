//! ERR and ENCAP rows, and the GIC's VGIC* and ITS rows: calls at the wrong time, with wrong arguments, and of what may not exist.

mod attributes;
mod capabilities;
mod devices;
mod gic;
mod init;
mod memory;
mod registers;
mod requests;
mod vectors;

use super::machine::Probe;

/// An address that no program has.
const BAD: u64 = 8;
/// An address of the kernel's.
const KERNEL: u64 = 0xffff_8000_0000_0000;

impl Probe {
    pub(super) fn misuse(&mut self) {
        let mut machine = self.open_with_vcpu();
        self.before_init(&machine);
        self.misuse_of_init(&mut machine);
        self.vcpu_ids(&machine);
        self.register_ids(&machine);
        self.register_values(&machine);
        self.firmware_values(&machine);
        self.misuse_of_list(&machine);
        self.odd_requests(&machine);
        self.events_and_states(&machine);
        self.scalable_vectors();
        self.close(machine);
        let machine = self.memory_slots();
        self.eventfds(&machine);
        self.enable_capabilities(&machine);
        self.close(machine);
        self.enable_vcpu_capabilities();
        self.machine_types();
        self.device_types();
        self.interrupt_lines();
        self.gic();
        self.pmu();
    }
}
