//! The kind of physical CPU that a vCPU's thread runs on, on a host that has several. Placement is the VMM's affair, as
//! sched_setaffinity is on a real host; nothing here moves a vCPU by itself.

use std::sync::Arc;

use emu::cpu::CpuConfig;

use super::{VcpuExit, VcpuFd, VcpuState};
use crate::abi::{exit, fail_entry};
use crate::errno::{EINVAL, Errno};
use crate::vm::lock;

impl VcpuFd {
    /// Moves the vCPU's thread to another of the host's kinds of CPU; 0 is the boot CPU's. What instructions execute, and what
    /// the guest reads without a trap, is then that CPU's. An addition of this shim.
    ///
    /// # Errors
    /// EINVAL for a kind that the host does not have, or whose model leaves something unknown that execution needs.
    pub fn move_to_cluster(&self, index: usize) -> Result<(), Errno> {
        let ids = self.vm.host.cluster(index).ok_or(EINVAL)?;
        let mut state = lock(&self.vcpu.state);
        let config = CpuConfig::new(ids.clone(), state.cpu.config.mpidr, self.vm.host.semihosting).map_err(|_| EINVAL)?;
        state.cpu.move_to(Arc::new(config));
        state.cluster = index;
        if state.ids.is_some() {
            self.derive_view(&mut state)?;
        }
        Ok(())
    }

    /// `vcpu_on_unsupported_cpu`: KVM_ARM_VCPU_PMU_V3_SET_PMU restricts a VM's vCPUs to the CPUs that have the PMU; elsewhere the guest is
    /// not entered.
    pub(super) fn on_unsupported_cpu(&self, state: &VcpuState) -> Option<VcpuExit> {
        if self.vm.host.other_clusters.is_empty() {
            return None;
        }
        let chosen = (*lock(&self.vm.pmu))?;
        let cpu = state.cluster as u32;
        if cpu == chosen {
            return None;
        }
        let reason = fail_entry::CPU_UNSUPPORTED.into();
        self.vcpu.run.set_exit_reason(exit::FAIL_ENTRY);
        self.vcpu.run.set_fail_entry(reason, cpu);
        Some(VcpuExit::FailEntry { reason, cpu })
    }
}

#[cfg(test)]
mod tests {
    use sysregs::SysReg;
    use sysregs::models;

    use crate::abi::{VcpuInit, vcpu_feature};
    use crate::errno::EINVAL;
    use crate::idregs::one_reg_id;
    use crate::vm::lock;
    use crate::{Host, Kvm};

    /// ONE_REG has one MIDR for both kinds of CPU; what the guest reads follows the CPU until MIDR is a VM's own value.
    #[test]
    fn one_system_two_midrs() {
        let mut host = Host::new("cortex-a53", "4.20").expect("known");
        host.other_clusters.push(models::by_name("cortex-a72").expect("known").ids());
        let vm = Kvm::new(host).create_vm().expect("a VM");
        let vcpu = vm.create_vcpu(0).expect("a vCPU");
        let VcpuInit { target, mut features } = vm.get_preferred_target();
        features[0] = vcpu_feature::PSCI_0_2;
        vcpu.vcpu_init(&VcpuInit { target, features }).expect("initialised");
        let midr = one_reg_id(SysReg::MIDR_EL1);
        for (cluster, seen) in [(0, 0x410f_d034), (1, 0x410f_d083), (0, 0x410f_d034)] {
            vcpu.move_to_cluster(cluster).expect("the host has two");
            assert_eq!(vcpu.get_reg_u64(midr), Ok(0x410f_d034), "user space sees the boot CPU's");
            assert_eq!(lock(&vcpu.vcpu.state).cpu.sys(SysReg::VPIDR_EL2), seen);
        }
        assert_eq!(vcpu.move_to_cluster(2), Err(EINVAL));
    }
}
