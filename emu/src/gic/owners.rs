//! Input lines that belong to devices in the kernel, the timers and the PMU: nobody else moves them (`kvm_vgic_set_owner`). Not part
//! of the state: after a move the devices there claim their own.

use super::Gic;
use super::config::PRIVATE_IRQS;
use super::core::Core;
use super::error::GicError;

/// Who has claimed what.
pub struct Owners {
    /// Lines of each vCPU's private interrupts.
    private: Vec<u32>,
    /// Those of them that hardware deactivates with the guest's interrupt (`kvm_vgic_map_phys_irq`).
    mapped: Vec<u32>,
    /// Lines of shared interrupts, 32 a word.
    shared: Vec<u32>,
}

impl Owners {
    pub fn new(vcpus: usize, spi_banks: usize) -> Owners {
        Owners { private: vec![0; vcpus], mapped: vec![0; vcpus], shared: vec![0; spi_banks] }
    }

    fn word(&mut self, vcpu: Option<usize>, intid: u32) -> Option<&mut u32> {
        match vcpu {
            Some(vcpu) => self.private.get_mut(vcpu).filter(|_| intid < PRIVATE_IRQS),
            None => self.shared.get_mut((intid.checked_sub(PRIVATE_IRQS)? / 32) as usize),
        }
    }

    fn has(&mut self, vcpu: Option<usize>, intid: u32) -> bool {
        self.word(vcpu, intid).is_some_and(|word| *word >> (intid % 32) & 1 != 0)
    }

    /// Those of private interrupts, by vCPU: claimed, and mapped.
    pub fn private(&self) -> Vec<(u32, u32)> {
        self.private.iter().copied().zip(self.mapped.iter().copied()).collect()
    }

    /// The first vCPUs' private interrupts have these owners.
    pub fn take_over(&mut self, private: Vec<(u32, u32)>) {
        for (slots, (claimed, mapped)) in self.private.iter_mut().zip(&mut self.mapped).zip(private) {
            (*slots.0, *slots.1) = (claimed, mapped);
        }
    }

    /// The mapped private interrupts of a vCPU.
    pub fn mapped(&self, vcpu: usize) -> u32 {
        self.mapped.get(vcpu).copied().unwrap_or(0)
    }
}

impl Core {
    /// Moves a line for who does not own any: nothing happens to what somebody owns (`vgic_validate_injection`).
    pub fn set_free_line(&mut self, vcpu: Option<usize>, intid: u32, level: bool) -> Result<(), GicError> {
        if self.owners.has(vcpu, intid) { Ok(()) } else { self.set_line(vcpu, intid, level) }
    }
}

/// Lines of devices in the kernel.
impl Gic {
    /// A device takes a line: a PPI of one vCPU, or an SPI.
    pub fn claim_line(&self, vcpu: Option<usize>, intid: u32) {
        if let Some(word) = self.lock().owners.word(vcpu, intid) {
            *word |= 1 << (intid % 32);
        }
    }

    /// A claimed PPI is hardware's as well: whether it is active is not for user space to say.
    pub fn map_line(&self, vcpu: usize, intid: u32) {
        self.claim_line(Some(vcpu), intid);
        if let Some(word) = self.lock().owners.mapped.get_mut(vcpu).filter(|_| intid < PRIVATE_IRQS) {
            *word |= 1 << intid;
        }
    }

    /// The devices of a vCPU's mapped lines are reset, and their interrupts are as new (`kvm_vgic_reset_mapped_irq`).
    pub fn reset_mapped_lines(&self, vcpu: usize) {
        self.with(|c| {
            let mapped = c.owners.mapped(vcpu);
            c.change(vcpu, 0, mapped, |b| {
                b.line &= !mapped;
                b.latch &= !mapped;
                b.active &= !mapped;
            });
        });
    }

    /// Moves an input line for its owner.
    pub fn set_owned_line(&self, vcpu: Option<usize>, intid: u32, level: bool) -> Result<(), GicError> {
        self.with(|c| c.set_line(vcpu, intid, level))
    }
}
