//! The cost of KVM_RUN itself: a guest that does nothing but read a device.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kvm::abi::vcpu_feature;
use kvm::errno::Errno;
use kvm::{Host, HostError, Kvm, VcpuExit, VcpuFd, core_regs};
use vm_memory::MmapRegion;

const CODE: u64 = 0x4000_0000;
const DEVICE: u64 = 0x1000_0000;
/// ARM64_SYS_REG(3, 0, 13, 0, 4).
const TPIDR_EL1: u64 = 0x6030_0000_0013_c684;
const MEMORY: usize = 1 << 20;
/// `ldr w0, [x1]` and `b .-4`.
const LOOP: [u32; 2] = [0xb940_0020, 0x17ff_ffff];

/// A vCPU that leaves with an MMIO read on every run.
pub struct RoundTrip {
    vcpu: VcpuFd,
}

/// Why it could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RoundTripError {
    /// The host model.
    #[error(transparent)]
    Host(#[from] HostError),
    /// An ioctl.
    #[error("an ioctl was refused with {0}")]
    Refused(#[from] Errno),
    /// Guest memory.
    #[error("guest memory cannot be mapped: {0}")]
    Memory(String),
}

impl RoundTrip {
    /// Makes the VM.
    ///
    /// # Errors
    /// When the host has no memory, or an ioctl refuses.
    pub fn new() -> Result<RoundTrip, RoundTripError> {
        let vm = Kvm::new(Host::new("neoverse-n1", "6.12")?).create_vm()?;
        let memory = MmapRegion::new(MEMORY).map_err(|error| RoundTripError::Memory(error.to_string()))?;
        vm.add_memory(0, CODE, Arc::new(memory))?;
        let code: Vec<u8> = LOOP.iter().flat_map(|word| word.to_le_bytes()).collect();
        vm.memory().write_bytes(CODE, &code).map_err(|error| RoundTripError::Memory(error.to_string()))?;
        let vcpu = vm.create_vcpu(0)?;
        let mut init = vm.get_preferred_target();
        init.features[0] = vcpu_feature::PSCI_0_2;
        vcpu.vcpu_init(&init)?;
        vcpu.set_reg_u64(core_regs::PC, CODE)?;
        vcpu.set_reg_u64(core_regs::x(1), DEVICE)?;
        Ok(RoundTrip { vcpu })
    }

    /// The time of `steps` KVM_RUNs; None when one did not leave as it should.
    pub fn measure(&mut self, steps: u64) -> Option<Duration> {
        let start = Instant::now();
        let good = (0..steps).all(|_| self.step());
        good.then(|| start.elapsed())
    }

    /// The time of `steps` KVM_GET_ONE_REG of a system register, and of as many KVM_SET_ONE_REG.
    pub fn one_reg(&self, steps: u64) -> Option<(Duration, Duration)> {
        let start = Instant::now();
        let mut value = 0;
        for _ in 0..steps {
            value = self.vcpu.get_reg_u64(TPIDR_EL1).ok()?;
        }
        let got = start.elapsed();
        let good = (0..steps).all(|step| self.vcpu.set_reg_u64(TPIDR_EL1, value ^ step).is_ok());
        good.then(|| (got, start.elapsed() - got))
    }

    /// One KVM_RUN: true when it left as it should.
    pub fn step(&mut self) -> bool {
        let exit = self.vcpu.run();
        self.vcpu.set_mmio_data(0);
        exit == Ok(VcpuExit::MmioRead { address: DEVICE, length: 4 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_one_read() {
        let mut machine = RoundTrip::new().unwrap();
        assert!((0..10).all(|_| machine.step()));
        assert!(machine.one_reg(10).is_some());
    }
}
