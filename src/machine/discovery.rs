//! The calls by which a guest learns on which implementations it may run (DISCOVER_IMPL_VER and DISCOVER_IMPL_CPUS, vendor hypervisor
//! services), which KVM leaves to the VMM: announcing them, and answering. Does not decide which implementations these are.

use kvm::{VcpuFd, VmFd, core_regs};

use super::board::Board;
use super::config::MachineError;

/// DISCOVER_IMPL_VER, and DISCOVER_IMPL_CPUS after it.
const DISCOVER_IMPL_VER: u32 = 0xc600_0040;
const DISCOVER_IMPL_CPUS: u32 = 0xc600_0041;
/// KVM_SMCCC_FILTER_FWD_TO_USER.
const FORWARD: u8 = 2;
/// KVM_REG_ARM_VENDOR_HYP_BMAP_2, and both calls in it.
const VENDOR_HYP_BITMAP_2: u64 = 0x6030_0000_0016_0003;
const DISCOVER_IMPL_BITS: u64 = 3;
/// Version 1.0.
const VERSION: u64 = 1 << 16;
/// SMCCC INVALID_PARAMETER and NOT_SUPPORTED.
const INVALID_PARAMETER: u64 = -3_i64 as u64;
const NOT_SUPPORTED: u64 = u64::MAX;

/// Says to the guest that the calls exist; on a vCPU that has not run.
///
/// # Errors
/// A kernel that does not know the calls.
pub fn announce(vcpu: &VcpuFd) -> Result<(), MachineError> {
    let refused = |errno| MachineError::Refused { step: "announcing DISCOVER_IMPL_CPUS (KVM_REG_ARM_VENDOR_HYP_BMAP_2)", errno };
    vcpu.set_reg_u64(VENDOR_HYP_BITMAP_2, DISCOVER_IMPL_BITS).map_err(refused)
}

/// Has KVM forward the calls, before anything runs.
///
/// # Errors
/// A kernel without filters.
pub fn forward(vm: &VmFd) -> Result<(), MachineError> {
    let refused = |errno| MachineError::Refused { step: "KVM_ARM_VM_SMCCC_FILTER of DISCOVER_IMPL_VER and DISCOVER_IMPL_CPUS", errno };
    vm.set_smccc_filter(DISCOVER_IMPL_VER, 2, FORWARD).map_err(refused)
}

impl Board {
    /// A forwarded call, answered in X0 to X3.
    pub(super) fn answer_hypercall(&self, vcpu: &VcpuFd, function: u64) {
        let index = vcpu.get_reg_u64(core_regs::x(1)).unwrap_or_default();
        let results = match function as u32 {
            DISCOVER_IMPL_VER => [0, VERSION, self.implementations.len() as u64, 0],
            DISCOVER_IMPL_CPUS => match usize::try_from(index).ok().and_then(|index| self.implementations.get(index)) {
                Some(cpu) => [0, cpu.midr, cpu.revidr.unwrap_or_default(), 0],
                None => [INVALID_PARAMETER, 0, 0, 0],
            },
            _ => [NOT_SUPPORTED, 0, 0, 0],
        };
        for (number, value) in results.into_iter().enumerate() {
            // General registers take every value.
            let _ = vcpu.set_reg_u64(core_regs::x(number as u64), value);
        }
    }
}
